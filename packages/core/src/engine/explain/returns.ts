import { instant } from "../answer.ts";
import { grantOf } from "../end-charge.ts";
import type { ChargeRow, EntryRow, State } from "../state.ts";
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
    const { expired, taken } = whatFollowed(entries, i);
    const facts = {
      grant: grant.id,
      holder: grant.holder,
      amount: entry.moved,
      expired,
      takenBack: taken,
      expiresAt: grant.expiresAt === null ? null : instant(grant.expiresAt),
    };
    const whose = ownersCredits(grant.source, grant.holder);
    const sentences = [`${credits(entry.moved)} went back to ${whose} (grant ${grant.id}).`];
    if (taken > 0) {
      sentences.push(
        `${credits(taken)} of that ${taken === 1 ? "was" : "were"} taken at once, because the money for top-up ${grant.purchase} had gone back.`,
      );
    }
    if (expired > 0) {
      const ended = grant.expiresAt === null ? "its end" : when(grant.expiresAt);
      sentences.push(`These had ended on ${ended}, so ${credits(expired)} expired at once.`);
    }
    return [line(entry.at, sentences.join(" "), facts)];
  });
}

/** The entries that followed on one that gave credits back to a grant: they are of the same grant and come next. */
function whatFollowed(entries: readonly EntryRow[], i: number): { expired: number; taken: number } {
  const entry = entries[i] as EntryRow;
  let expired = 0;
  let taken = 0;
  for (let j = i + 1; j < entries.length; j++) {
    const next = entries[j] as EntryRow;
    const follows = next.seq === entry.seq + (j - i) && next.grant === entry.grant && next.charge === null;
    if (!follows) break;
    if (next.kind === "expire") expired += next.moved;
    else if (next.kind === "revoke") taken += next.moved;
    else if (next.kind !== "debt" && next.kind !== "forgive") break;
  }
  return { expired, taken };
}
