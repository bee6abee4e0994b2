import type { Instant, Remedy } from "@ducat/client";
import { givesMore } from "../catalog/plan-change.ts";
import { presentCycle } from "./advance.ts";
import { instantOrNull } from "./answer.ts";
import { cycleAt, termAt } from "./calendar.ts";
import { spendableBy } from "./grants.ts";
import { levelOf, planOf, seatOf } from "./level.ts";
import { POOL, type State, type Term } from "./state.ts";
import { nextTerm } from "./terms.ts";

/** What a refusal tells: what it would have taken, what is there, when credits renew, and what this member may do. */
export function refusal(
  state: State,
  member: string,
  required: number,
  now: number,
): { required: number; available: number; renewsAt: Instant | null; remedies: Remedy[] } {
  const seat = seatOf(state, member);
  return {
    required,
    available: seat === null ? 0 : spendableBy(state, member, now),
    renewsAt: instantOrNull(renewsAt(state, member, now)),
    remedies: remediesOf(state, member, now),
  };
}

/** True while the plan takes top-ups: it is paid, allows them, and nothing is past due. */
export function takesTopUps(state: State, now: number): boolean {
  const term = termAt(state.terms, now);
  return term.paid && planOf(state, term).topUps && (term.status === "active" || term.status === "trialing");
}

export function buys(state: State, member: string): boolean {
  const row = state.members.get(member);
  if (row === undefined || row.removedAt !== null) return false;
  return state.catalog.roles[row.role]?.buys === true;
}

/** What this member may do about too few credits, in the order in which a screen offers it. */
export function remediesOf(state: State, member: string, now: number): Remedy[] {
  const remedies: Remedy[] = [];
  if (renewsAt(state, member, now) !== null) remedies.push("wait");
  if (takesTopUps(state, now)) {
    if (buys(state, member)) remedies.push("buy");
    else if (seatOf(state, member) !== null) remedies.push("request");
  }
  if (buys(state, member) && canUpgrade(state, seatOf(state, member), now)) remedies.push("upgrade");
  return remedies;
}

function canUpgrade(state: State, seat: string | null, now: number): boolean {
  const plan = planOf(state, termAt(state.terms, now));
  return Object.values(state.catalog.plans).some((other) => givesMore(plan, other, seat));
}

/** When monthly credits that this member may spend are next granted; `null`: never, as things stand. */
export function renewsAt(state: State, member: string, now: number): number | null {
  if (seatOf(state, member) === null) return null;
  const own = holderRenewsAt(state, member, now);
  const pool = holderRenewsAt(state, POOL, now);
  if (own === null) return pool;
  return pool === null ? own : Math.min(own, pool);
}

/** The same for one holder: at the end of the cycle, or where a change that waits starts another one before that. */
export function holderRenewsAt(state: State, holder: string, now: number): number | null {
  const { pending } = state.workspace;
  const end = presentCycle(state, now).endsAt;
  if ((pending === null || pending.at > end) && grantsAt(state, state.terms, holder, end)) return end;
  if (pending === null) return null;
  const next = nextTerm(state, { from: pending.at, plan: pending.plan, anchor: pending.anchor });
  const terms = [...state.terms, next];
  const changed = next.epoch !== termAt(state.terms, now).epoch;
  const nothingYet = pending.at >= end || state.holders.get(holder)?.mark === 0;
  const first = changed || nothingYet;
  if (first && grantsAt(state, terms, holder, pending.at) && !alreadyGranted(state, terms, holder, pending.at)) {
    return pending.at;
  }
  const at = cycleAt(terms, pending.at).endsAt;
  return grantsAt(state, terms, holder, at) ? at : null;
}

/** True when a cycle that begins or is entered at the instant would grant this holder anything. */
function grantsAt(state: State, terms: readonly Term[], holder: string, at: number): boolean {
  const level = levelOf(state, holder, termAt(terms, at), at, cycleAt(terms, at));
  return level === "unlimited" || level > 0;
}

/** True when the free month that would be returned to has had its grant. */
function alreadyGranted(state: State, terms: readonly Term[], holder: string, at: number): boolean {
  const cycle = cycleAt(terms, at);
  const parked = state.holders.get(holder)?.parked;
  return cycle.epoch === "free" && parked?.cycleStartsAt === cycle.startsAt && parked.mark > 0;
}
