import type { Catalog, Feature, Mode, Plan, Seat } from "@ducat/client";

/** Credits a month; more than every number where it is `"unlimited"`. */
type Credits = number | "unlimited";

function isMore(a: Credits, b: Credits): boolean {
  if (b === "unlimited") return false;
  return a === "unlimited" || a > b;
}

/** The plans in their order, first the one that comes first. */
export function plansInOrder(catalog: Catalog): [id: string, plan: Plan][] {
  return Object.entries(catalog.plans).sort(([, a], [, b]) => a.order - b.order);
}

/** The plan of a new workspace, and of one whose subscription ended. A valid catalog has one. */
export function firstFreePlan(catalog: Catalog): string {
  const found = plansInOrder(catalog).find(([, plan]) => !plan.paid && !plan.retired);
  if (found === undefined) throw new TypeError("A valid catalog has a free plan that is not retired.");
  return found[0];
}

/**
 * True when some seat would have less a month on the other plan: such a change waits by default. A pool by month and an
 * allowance by seat cannot be compared without knowing the members, and count as not lowered; unlimited is above all.
 */
export function lowersAllowance(from: Plan, to: Plan): boolean {
  const before = from.allowance;
  const after = to.allowance;
  if (after.kind === "unlimited") return false;
  if (before.kind === "unlimited") {
    return after.kind === "byMonth" || Object.values(after.seats).some((credits) => credits !== "unlimited");
  }
  if (before.kind === "byMonth") return after.kind === "byMonth" && after.then < before.then;
  if (after.kind === "byMonth") return Object.values(before.seats).includes("unlimited");
  return someSeat(from, to, (seat) => isMore(creditsOf(from, seat), creditsOf(to, seat)));
}

/** What a plan allots a month that one person with this seat can reach: their own allowance, or the pool's in later months. */
function creditsOf(plan: Plan, seat: Seat): Credits {
  const { allowance } = plan;
  if (allowance.kind === "unlimited") return "unlimited";
  return allowance.kind === "byMonth" ? allowance.then : (allowance.seats[seat] ?? 0);
}

/** Stands for a person of any seat where neither plan names seats. */
const anySeat = "";

function seatsOf(...plans: Plan[]): Seat[] {
  const seats = new Set(
    plans.flatMap(({ allowance }) => (allowance.kind === "bySeat" ? Object.keys(allowance.seats) : [])),
  );
  return seats.size > 0 ? [...seats] : [anySeat];
}

function someSeat(from: Plan, to: Plan, test: (seat: Seat) => boolean): boolean {
  return seatsOf(from, to).some(test);
}

/**
 * True when the other plan is on offer (neither hidden nor retired) and gives a person with this seat more a month.
 * Without a seat: some seat more and none less. For the remedy `upgrade`.
 */
export function givesMore(from: Plan, to: Plan, seat?: Seat | null): boolean {
  if (to.hidden || to.retired) return false;
  if (seat !== undefined && seat !== null) return isMore(creditsOf(to, seat), creditsOf(from, seat));
  const rises = someSeat(from, to, (each) => isMore(creditsOf(to, each), creditsOf(from, each)));
  return rises && !someSeat(from, to, (each) => isMore(creditsOf(from, each), creditsOf(to, each)));
}

/** The plans on offer that give more than this one, in their order. */
export function plansThatGiveMore(catalog: Catalog, from: Plan, seat?: Seat | null): string[] {
  return plansInOrder(catalog)
    .filter(([, plan]) => plan !== from && givesMore(from, plan, seat))
    .map(([id]) => id);
}

/** Whether a plan may use a mode: both lists must allow it. */
export function planAllows(plan: string, feature: Feature, mode: Mode): boolean {
  return (feature.plans?.includes(plan) ?? true) && (mode.plans?.includes(plan) ?? true);
}
