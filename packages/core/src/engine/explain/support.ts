import { instantOrNull } from "../answer.ts";
import type { ChargeRow, State } from "../state.ts";
import { returnLines } from "./returns.ts";
import type { ChargeStory, SupportRefund } from "./story.ts";
import { credits, creditsWere, type Line, line, when } from "./words.ts";

/** What support gave back later, each time with who, why, and to which grants. */
export function supportLines(state: State, charge: ChargeRow, { entries, supportRefunds }: ChargeStory): Line[] {
  const refunds = [...supportRefunds].sort((a, b) => a.at - b.at || a.seq - b.seq || (a.id < b.id ? -1 : 1));
  let before = 0;
  return refunds.flatMap((refund) => {
    const mine = entries.filter(({ seq }) => seq > before && seq <= refund.seq);
    before = refund.seq;
    return [supportLine(charge, refund), ...returnLines(state, charge, mine, "return")];
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
    if (reissuedUntil !== null) {
      sentences.push(`For them ${creditsWere(reissued)} given anew, to be used until ${when(reissuedUntil)}.`);
    }
  }
  const facts = { id: refund.id, actor, note, amount, restored, expired, reissued };
  return line(refund.at, sentences.join(" "), { ...facts, reissuedUntil: instantOrNull(reissuedUntil) });
}
