import { cycleEnd } from "./calendar.ts";
import { edit } from "./journal.ts";
import type { State } from "./state.ts";

/** A monthly grant ends with its cycle or its epoch, and both follow from the list of terms. */
export function computeEnds(state: State): void {
  const ends = new Map<string, number>();
  for (const grant of state.grants.values()) {
    if (grant.run === null || grant.cycleStartsAt === null) continue;
    const key = `${grant.run} ${grant.cycleStartsAt}`;
    let end = ends.get(key);
    if (end === undefined) {
      end = cycleEnd(state.terms, grant.run, grant.cycleStartsAt);
      ends.set(key, end);
    }
    if (grant.expiresAt !== end) {
      edit(state, grant).expiresAt = end;
      state.burnOrders.clear();
    }
  }
}
