import type { Workspace } from "@ducat/client";
import { firstFreePlan, lowersAllowance } from "../catalog/plan-change.ts";
import { advance, presentCycle } from "./advance.ts";
import { type Decided, refused, wrote } from "./answer.ts";
import { invalid, own } from "./charge.ts";
import type { SubscriptionCommand } from "./command.ts";
import { edit } from "./journal.ts";
import { planOf } from "./level.ts";
import { claim, claimed } from "./operation.ts";
import { type Pending, POOL, type State, type Term } from "./state.ts";
import { appendTerm, type TermChange } from "./terms.ts";
import { presentWorkspace, unknownPlan } from "./workspace.ts";

/**
 * Changes plan, status, anchor or period. It touches the workspace and its pool only, whatever the number of members:
 * what follows for a member is read from the list of terms at the member's next touch.
 */
export function changeSubscription(state: State, command: SubscriptionCommand, now: number): Decided<Workspace> {
  advance(state, [POOL], now, true);
  if (command.plan !== null) checkPlan(state, command.plan);
  const periodEndChanged = changePeriodEnd(state, command);
  const termsChanged = changeTerms(state, command, now);
  advance(state, [POOL], now, true);
  const answer = presentWorkspace(state, now);
  return periodEndChanged || termsChanged ? wrote(answer) : refused(answer);
}

/** A retired plan may be kept, and not newly chosen. */
function checkPlan(state: State, id: string): void {
  const plan = own(state.catalog.plans, id);
  const kept = id === state.terms.at(-1)?.plan || id === state.workspace.pending?.plan;
  if (plan === undefined || (plan.retired && !kept)) throw unknownPlan(state, id);
}

function changePeriodEnd(state: State, command: SubscriptionCommand): boolean {
  if (command.periodEndsAt === undefined || command.periodEndsAt === state.workspace.periodEndsAt) return false;
  edit(state, state.workspace).periodEndsAt = command.periodEndsAt;
  return true;
}

function changeTerms(state: State, command: SubscriptionCommand, now: number): boolean {
  const present = state.terms.at(-1) as Term;
  const change: TermChange = { from: now };
  let writes = false;
  if (command.status === "ended") writes = endPlan(state, command, change);
  else if (command.plan !== null) writes = changePlan(state, command, command.plan, change);
  if (command.status !== "ended" && command.status !== null) change.status = command.status;
  if (command.newPeriod !== null && claimed(state, "period", command.newPeriod, "") === null) {
    const about = { fingerprint: "", actor: null, note: null, result: {}, at: now };
    claim(state, "period", command.newPeriod, about);
    writes = true;
    change.newPeriod = true;
  }
  const planAfter = change.plan === undefined ? planOf(state, present) : state.catalog.plans[change.plan];
  // A free plan's anchor is the creation; a billing anchor of the same instant is another one.
  const moved = command.anchor !== present.anchor || !anchored(state, present);
  if (command.anchor !== null && planAfter?.anchor === "subscription" && moved) change.anchor = command.anchor;
  if (change.plan === undefined && change.status === present.status) delete change.status;
  const periodStarts = change.newPeriod === true && planAfter?.paid === true;
  if (change.plan === undefined && change.status === undefined && change.anchor === undefined && !periodStarts) {
    return writes;
  }
  appendTerm(state, change);
  return true;
}

/** The subscription has ended: the catalog's first free plan, now, and nothing waits any more. */
function endPlan(state: State, { plan }: SubscriptionCommand, change: TermChange): boolean {
  const present = state.terms.at(-1) as Term;
  const free = firstFreePlan(state.catalog);
  if (plan !== null && plan !== free) {
    throw invalid(
      "plan",
      `must be left out, or ${free}, when the status is ended: the workspace moves to its free plan`,
    );
  }
  if (present.plan !== free) change.plan = free;
  change.status = "active";
  return setPending(state, null);
}

/** Another plan, now or later; asking for the present one clears what waits. */
function changePlan(state: State, command: SubscriptionCommand, plan: string, change: TermChange): boolean {
  const present = state.terms.at(-1) as Term;
  if (plan === present.plan) return setPending(state, null);
  const waits = effectiveAt(state, command, plan, change.from);
  if (waits === null) {
    change.plan = plan;
    return setPending(state, null);
  }
  // The instant is fixed when it is asked for: the same request again changes nothing.
  const { pending } = state.workspace;
  const again = waits.byPeriod && pending?.byPeriod === true && pending.plan === plan;
  const at = again ? pending.at : waits.at;
  // The anchor of a plan that is paid already moves at once; one that begins with the change waits with it.
  const anchor = anchored(state, present) ? null : (command.anchor ?? (again ? pending.anchor : null));
  return setPending(state, { plan, at, byPeriod: waits.byPeriod, anchor });
}

/** True while the cycles are counted from the subscription's billing anchor. */
function anchored(state: State, term: Term): boolean {
  return planOf(state, term).anchor === "subscription";
}

function setPending(state: State, pending: Pending | null): boolean {
  const before = state.workspace.pending;
  const fields = ["plan", "at", "byPeriod", "anchor"] as const;
  if (fields.every((field) => before?.[field] === pending?.[field])) return false;
  edit(state, state.workspace).pending = pending;
  return true;
}

/**
 * When a plan change takes effect; `null`: now. One that lowers any seat's allowance or ends a paid plan waits for the
 * end of what is paid for, unless the caller says otherwise.
 */
function effectiveAt(
  state: State,
  command: SubscriptionCommand,
  to: string,
  now: number,
): { at: number; byPeriod: boolean } | null {
  const planFrom = planOf(state, state.terms.at(-1) as Term);
  const planTo = state.catalog.plans[to];
  if (planTo === undefined) throw unknownPlan(state, to);
  const { effective } = command;
  const waits =
    effective ?? ((planFrom.paid && !planTo.paid) || lowersAllowance(planFrom, planTo) ? "period_end" : "now");
  if (waits === "now") return null;
  const { periodEndsAt } = state.workspace;
  const periodEnd = periodEndsAt !== null && periodEndsAt > now ? periodEndsAt : presentCycle(state, now).endsAt;
  if (waits === "period_end") return { at: periodEnd, byPeriod: true };
  return waits <= now ? null : { at: waits, byPeriod: false };
}
