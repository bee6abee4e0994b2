import { instantOrNull } from "../answer.ts";
import type { ChargeRow, EntryRow, State } from "../state.ts";
import { returnLines } from "./returns.ts";
import type { ChargeStory, SupportRefund } from "./story.ts";
import { credits, type Line, line, when } from "./words.ts";

/** What support gave back later, each time with who, why, and to which grants. */
export function supportLines(state: State, charge: ChargeRow, { entries, supportRefunds }: ChargeStory): Line[] {
  const refunds = [...supportRefunds].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  let rest = entries;
  return refunds.flatMap((refund) => {
    const mine = takeReturns(rest, charge, refund.amount);
    rest = rest.slice(mine);
    const part = entries.slice(entries.length - rest.length - mine, entries.length - rest.length);
    return [supportLine(charge, refund), ...returnLines(state, charge, part, "return")];
  });
}

function supportLine(charge: ChargeRow, refund: SupportRefund): Line {
  const { actor, note, amount, restored, expired, reissued, reissuedUntil } = refund;
  const who = actor === null ? "Support" : `Support (${actor})`;
  const why = note === null ? "" : `: “${note}”`;
  const sentences = [`${who} gave back ${credits(amount)} that had been settled${why}.`];
  if (charge.unlimited) sentences.push("No credits had been taken, so only the record and the cap changed.");
  else {
    if (restored > 0) sentences.push(`${credits(restored)} can be used again.`);
    if (expired > 0) sentences.push(`${credits(expired)} had ended meanwhile.`);
    if (reissued > 0) {
      const until = reissuedUntil === null ? "" : `, to be used until ${when(reissuedUntil)}`;
      sentences.push(`For them ${credits(reissued)} were given anew${until}.`);
    }
  }
  const facts = { id: refund.id, actor, note, amount, restored, expired, reissued };
  return line(refund.at, sentences.join(" "), { ...facts, reissuedUntil: instantOrNull(reissuedUntil) });
}

/** How many entries from the front belong to a refund of so many credits. */
function takeReturns(entries: readonly EntryRow[], charge: ChargeRow, amount: number): number {
  let left = charge.unlimited ? 0 : amount;
  let i = 0;
  for (; i < entries.length && left > 0; i++) {
    const entry = entries[i] as EntryRow;
    if (entry.kind === "return" && entry.charge === charge.id) left -= entry.moved;
  }
  // What followed on the last of them at once comes with it.
  while (i > 0 && i < entries.length && entries[i]?.charge === null && entries[i]?.grant === entries[i - 1]?.grant) i++;
  return i;
}
