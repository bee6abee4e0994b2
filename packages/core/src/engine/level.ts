import type { Allowance, Catalog, Plan } from "@ducat/client";
import { type CycleSpan, monthIndex, termAt } from "./calendar.ts";
import { POOL, type State, type Term } from "./state.ts";

const DAY_MS = 86_400_000;

/** The plan of a term for prices and permissions: as the published catalog has it, if it still has it. */
export function planOf(state: State, term: Term): Plan {
  return (state.catalog.plans[term.plan] ?? state.catalogs.get(term.catalogVersion)?.plans[term.plan]) as Plan;
}

/** The version that a cycle's allowances are read from: the one pinned for it, or, while there is none, the published. */
function catalogOf(state: State, cycle: CycleSpan): Catalog {
  const { pinnedEpoch, pinnedCycle, pinnedVersion, parkedPin } = state.workspace;
  const pinned = pinnedEpoch === cycle.epoch && pinnedCycle === cycle.startsAt;
  const parked = cycle.epoch === "free" && parkedPin?.cycle === cycle.startsAt;
  const version = pinned ? pinnedVersion : parked ? parkedPin.version : null;
  return (version === null ? undefined : state.catalogs.get(version)) ?? state.catalog;
}

/** False while monthly grants are withheld because the subscription is past due and its grace is over. */
function inGoodStanding({ pastDueGraceDays }: Catalog, { pastDueFrom }: Term, instant: number): boolean {
  if (pastDueFrom === null) return true;
  return instant < pastDueFrom + pastDueGraceDays * DAY_MS;
}

/** The seat that a role has for allowances; a role that is newer than the pinned version has its seat at once. */
function allowanceSeat(state: State, catalog: Catalog, role: string): string | null {
  return (catalog.roles[role] ?? state.catalog.roles[role])?.seat ?? null;
}

/** The seat of a member now; `null` for roles without a seat, removed and unknown members. */
export function seatOf(state: State, member: string): string | null {
  const row = state.members.get(member);
  if (row === undefined || row.removedAt !== null) return null;
  return state.catalog.roles[row.role]?.seat ?? null;
}

/**
 * The full monthly allowance of a holder under a term: what one cycle grants before any proration. Members and their
 * roles are those of now: every change of one is a touch, and so nothing before it is still to be granted.
 */
export function levelOf(
  state: State,
  holder: string,
  term: Term,
  instant: number,
  cycle: CycleSpan,
): number | "unlimited" {
  const catalog = catalogOf(state, cycle);
  if (!inGoodStanding(catalog, term, instant)) return 0;
  const plan = catalog.plans[term.plan] ?? planOf(state, term);
  if (plan.holder === "member") {
    const row = state.members.get(holder);
    if (row === undefined || row.removedAt !== null) return 0;
    const seat = allowanceSeat(state, catalog, row.role);
    return seat === null ? 0 : seatAllowance(plan.allowance, seat);
  }
  if (holder !== POOL) return 0;
  return poolAllowance(state, catalog, plan.allowance, instant);
}

function seatAllowance(allowance: Allowance, seat: string): number | "unlimited" {
  if (allowance.kind === "unlimited") return "unlimited";
  return allowance.kind === "bySeat" ? (allowance.seats[seat] ?? 0) : 0;
}

function poolAllowance(state: State, catalog: Catalog, allowance: Allowance, instant: number): number | "unlimited" {
  if (allowance.kind === "unlimited") return "unlimited";
  if (allowance.kind === "byMonth")
    return monthIndex(state.workspace.createdAt, instant) === 0 ? allowance.first : allowance.then;
  let sum = 0;
  for (const [role, count] of Object.entries(state.workspace.roles)) {
    const seat = allowanceSeat(state, catalog, role);
    if (seat === null || count === 0) continue;
    const one = allowance.seats[seat] ?? 0;
    if (one === "unlimited") return "unlimited";
    sum = Math.min(sum + one * count, Number.MAX_SAFE_INTEGER);
  }
  return sum;
}

/** True when the member's charges draw on an allowance without limit, own or the pool's. */
export function isUnlimited(state: State, member: string, now: number, cycle: CycleSpan): boolean {
  const term = termAt(state.terms, now);
  return (
    levelOf(state, member, term, now, cycle) === "unlimited" || levelOf(state, POOL, term, now, cycle) === "unlimited"
  );
}
