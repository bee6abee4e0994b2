import { instantOrNull } from "../answer.ts";
import { grantOf } from "../end-charge.ts";
import type { ChargeRow, EntryRow, GrantRow, State } from "../state.ts";
import { credits, type Line, line, ownersCredits, when } from "./words.ts";

/** What came back to each grant, and what happened to it there at once. */
export function returnLines(
  state: State,
  charge: ChargeRow,
  entries: readonly EntryRow[],
  kind: "refund" | "return",
): Line[] {
  return entries.flatMap((entry, i) => {
    if (entry.kind !== kind || entry.charge !== charge.id) return [];
    const grant = grantOf(state, entry.grant);
    const taken = takenAtOnce(grant, entry, entries[i + 1]);
    // What comes back to a grant that has ended does not come back to life. One that ends later is another story.
    const ended = grant.expiresAt !== null && grant.expiresAt <= entry.at ? grant.expiresAt : null;
    const expired = ended === null ? 0 : entry.moved - taken;
    const facts = {
      grant: grant.id,
      holder: grant.holder,
      amount: entry.moved,
      expired,
      takenBack: taken,
      expiresAt: instantOrNull(grant.expiresAt),
    };
    const whose = ownersCredits(grant.source, grant.holder);
    const sentences = [`${credits(entry.moved)} went back to ${whose} (grant ${grant.id}).`];
    if (taken > 0) {
      sentences.push(
        `${credits(taken)} of that ${taken === 1 ? "was" : "were"} taken at once, because the money for top-up ${grant.purchase} had gone back.`,
      );
    }
    if (ended !== null) sentences.push(`These had ended on ${when(ended)}, so ${credits(expired)} expired at once.`);
    return [line(entry.at, sentences.join(" "), facts)];
  });
}

/**
 * What was taken at once for money that had gone back: the very next entry, of the same instant, and never more than
 * came back. What is revoked of the grant otherwise has nothing to do with the charge.
 */
function takenAtOnce(grant: GrantRow, entry: EntryRow, next: EntryRow | undefined): number {
  if (grant.clawback === null || next?.kind !== "revoke") return 0;
  return next.grant === grant.id && next.at === entry.at && next.moved <= entry.moved ? next.moved : 0;
}
