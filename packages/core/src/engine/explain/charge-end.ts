import { meteredPrice } from "../extend.ts";
import type { ChargeRow, EntryRow, State } from "../state.ts";
import { unitOf } from "./describe.ts";
import { returnLines } from "./returns.ts";
import { because, credits, creditsWere, type Line, line, meters, number, units } from "./words.ts";

/** How the charge ended, and to which grants what was not used went back. */
export function endLines(state: State, charge: ChargeRow, entries: readonly EntryRow[]): Line[] {
  if (charge.endedAt === null) return [];
  return [endLine(state, charge, charge.endedAt), ...returnLines(state, charge, entries, "refund")];
}

function endLine(state: State, charge: ChargeRow, endedAt: number): Line {
  const { amount, settledAmount, delivered, quantity, reason } = charge;
  const back = amount - settledAmount;
  const facts = { delivered, quantity, settledAmount, refundedAmount: back, reason };
  if (charge.state === "refunded") {
    const text =
      amount === 0
        ? "The charge ended without a cost"
        : amount === 1
          ? "The credit went back"
          : `All ${credits(amount)} went back`;
    return line(endedAt, `${text}, because ${because(reason)}.`, facts);
  }
  const why = reason === null ? "" : ` The rest was not, because ${because(reason)}.`;
  if (charge.settles === "metered")
    return line(endedAt, meteredEnd(charge, back) + why, { ...facts, usage: charge.usage });
  const done = `${number(delivered)} of ${units(quantity, unitOf(state, charge))} ${quantity === 1 ? "was" : "were"} delivered`;
  const kept = charge.unlimited ? `, worth ${credits(settledAmount)}` : `: ${creditsWere(settledAmount)} kept`;
  const rest = back > 0 && !charge.unlimited ? ` and ${credits(back)} went back` : "";
  return line(endedAt, `${done}${kept}${rest}.${why}`, facts);
}

function meteredEnd(charge: ChargeRow, back: number): string {
  const usage = charge.usage ?? {};
  const counted = charge.estimated
    ? "by the host's own count, because the provider's was not to be had"
    : "as measured";
  const price = meteredPrice(charge, usage);
  const uncollected =
    charge.uncollected > 0 ? ` ${creditsWere(charge.uncollected)} above the charge and never collected.` : "";
  const rest = back > 0 && !charge.unlimited ? ` and ${credits(back)} went back` : "";
  return `The real usage was ${meters(usage)}, ${counted}, which costs ${credits(price)}: ${creditsWere(charge.settledAmount)} kept${rest}.${uncollected}`;
}
