import type { SubscriptionStatus } from "@ducat/client";
import { computeEnds } from "./ends.ts";
import { edit } from "./journal.ts";
import { planOf } from "./level.ts";
import type { State, Term } from "./state.ts";

export interface TermChange {
  from: number;
  plan?: string;
  status?: SubscriptionStatus;
  /** `null` is none of its own. */
  anchor?: number | null;
  /** Money starts a whole new period, and so a new epoch. */
  newPeriod?: boolean;
  /** It waited for this instant. */
  waited?: boolean;
}

/**
 * The line that a change adds to the dated list of terms. A new epoch starts with a move between free and paid, with a
 * change of the plan's kind of holder and with a new period; all free time is one epoch, counted from the workspace's
 * creation.
 */
export function nextTerm(state: State, change: TermChange): Term {
  const before = state.terms.at(-1) as Term;
  const { workspace } = state;
  const plan = change.plan ?? before.plan;
  const planBefore = planOf(state, before);
  const planNow = plan === before.plan ? planBefore : state.catalog.plans[plan];
  if (planNow === undefined) throw new Error(`plan ${plan} is not in the catalog`);
  const paid = planNow.paid;
  const status = change.status ?? (paid === before.paid ? before.status : "active");
  const anchor =
    planNow.anchor === "workspace"
      ? workspace.createdAt
      : (change.anchor ?? (planBefore.anchor === "workspace" ? change.from : before.anchor));
  const newEpoch = paid !== before.paid || planNow.holder !== planBefore.holder || (paid && change.newPeriod === true);
  const n = before.n + 1;
  return {
    n,
    from: change.from,
    plan,
    paid,
    status,
    anchor,
    epoch: newEpoch ? (paid ? `e${workspace.epochs + 1}` : "free") : before.epoch,
    epochFrom: newEpoch ? change.from : before.epochFrom,
    run: newEpoch ? n : before.run,
    waited: change.waited ?? false,
    pastDueFrom: status === "past_due" ? (before.status === "past_due" ? before.pastDueFrom : change.from) : null,
    catalogVersion: state.catalogVersion,
  };
}

/** Appends a line to the dated list of terms. */
export function appendTerm(state: State, change: TermChange): Term {
  const term = nextTerm(state, change);
  if (term.paid && term.run === term.n) edit(state, state.workspace).epochs += 1;
  state.terms.push(term);
  state.undo.push(() => state.terms.pop());
  state.presentCycle = null;
  computeEnds(state);
  return term;
}
