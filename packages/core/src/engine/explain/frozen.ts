import { isFrozen } from "../grants.ts";
import type { GrantRow, State, Term } from "../state.ts";
import { when } from "./words.ts";

export interface Freeze {
  since: number;
  /** The rest of a sentence that begins with `frozen`. */
  text: string;
}

/** Since when and why a grant's credits cannot be spent, although they are there; `null` when they can. */
export function freezeOf(state: State, grant: GrantRow, now: number): Freeze | null {
  if (!isFrozen(state, grant, now)) return null;
  const removedAt = state.members.get(grant.holder)?.removedAt ?? null;
  if (removedAt !== null) {
    const since = Math.max(removedAt, grant.at);
    return { since, text: `frozen since ${when(since)}, because ${grant.holder} was removed from the workspace` };
  }
  const plan = unpaidSince(state.terms);
  const since = Math.max(plan.from, grant.at);
  return {
    since,
    text: `frozen since ${when(since)}, because the plan ${state.catalog.plans[plan.plan]?.name ?? plan.plan} is not a paid one; a paid plan thaws them`,
  };
}

/** The first of the terms without a paid plan that led to the present one. */
function unpaidSince(terms: readonly Term[]): Term {
  return terms[terms.findLastIndex(({ paid }) => paid) + 1] as Term;
}
