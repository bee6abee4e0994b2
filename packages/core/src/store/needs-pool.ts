import type { State, Term } from "../engine/state.ts";

/**
 * True when the pool may have credits, or get some by itself: it has a grant that is not closed, or the plan, in the
 * published version or in the one it goes by, gives its allowance to the pool.
 */
export function needsPool(state: State): boolean {
  const { poolLive, pending } = state.workspace;
  const term = state.terms.at(-1) as Term;
  return (
    poolLive || givesToPool(state, term, term.plan) || (pending !== null && givesToPool(state, term, pending.plan))
  );
}

function givesToPool(state: State, term: Term, plan: string): boolean {
  const { pinnedVersion, parkedPin } = state.workspace;
  const gives = (version: string | null) =>
    version !== null && state.catalogs.get(version)?.plans[plan]?.holder === "workspace";
  return (
    gives(state.catalogVersion) ||
    gives(term.catalogVersion) ||
    gives(pinnedVersion) ||
    (parkedPin !== null && gives(parkedPin.version))
  );
}
