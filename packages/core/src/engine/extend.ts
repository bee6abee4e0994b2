import type { ExtendOutcome } from "@ducat/client";
import { priceOf } from "../catalog/price.ts";
import { advance } from "./advance.ts";
import { balanceAfter, type Decided, presentCharge, refused, wrote } from "./answer.ts";
import { burn, invalid } from "./charge.ts";
import type { ExtendCommand } from "./command.ts";
import { countForCap } from "./end-charge.ts";
import { spendableBy } from "./grants.ts";
import { edit } from "./journal.ts";
import { seatOf } from "./level.ts";
import { holderOf } from "./move.ts";
import { refusal } from "./remedies.ts";
import { type ChargeRow, POOL, type State } from "./state.ts";

/** Raises a metered charge to a new total usage, in the same way as a charge. A total not above the old changes nothing. */
export function extend(state: State, command: ExtendCommand, now: number): Decided<ExtendOutcome> {
  const row = state.charges.get(command.id);
  if (row === undefined) return refused({ outcome: "unknown_charge" });
  advance(state, [row.member, POOL], now, true);
  const answer = () => ({
    charge: presentCharge(state.workspace.id, row),
    balance: balanceAfter(state, row.member, now),
    seq: state.workspace.seq,
  });
  if (row.state !== "open") {
    return refused({ outcome: row.state === "settled" ? "already_settled" : "already_refunded", ...answer() });
  }
  if (command.attempt !== null && row.superseded.includes(command.attempt)) return refused({ outcome: "superseded" });
  if (row.rates === null) return refused({ outcome: "not_metered" });
  const amount = meteredPrice(row, command.usage);
  const more = amount - row.amount;
  if (more <= 0) return refused({ outcome: "charged", replayed: true, ...answer() });
  const member = state.members.get(row.member);
  const refusalFields = () => refusal(state, row.member, more, now);
  if (member === undefined || member.removedAt !== null) {
    return refused({ outcome: "not_allowed", reason: "removed", ...refusalFields() });
  }
  if (seatOf(state, row.member) === null) {
    return refused({ outcome: "not_allowed", reason: "role", ...refusalFields() });
  }
  const holder = holderOf(state, row.member);
  if (member.cap !== null && holder.capUsed + more > member.cap) {
    return refused({ outcome: "cap_reached", cap: { limit: member.cap, used: holder.capUsed }, ...refusalFields() });
  }
  if (!row.unlimited && spendableBy(state, row.member, now) < more) {
    return refused({ outcome: "insufficient", ...refusalFields() });
  }
  edit(state, row);
  if (!row.unlimited) row.slices = [...row.slices, ...burn(state, row, more, now)];
  row.amount = amount;
  row.usage = command.usage;
  countForCap(state, row, more);
  return wrote({ outcome: "charged", replayed: false, ...answer() });
}

/** The price of a usage at the rates of the charge, which needs no catalog again. */
export function meteredPrice(row: ChargeRow, usage: Record<string, number>): number {
  const rates = row.rates ?? {};
  for (const meter of Object.keys(usage)) {
    if (!Object.hasOwn(rates, meter)) {
      throw invalid(`usage.${meter}`, `is not a meter of this charge; its meters are ${Object.keys(rates).join(", ")}`);
    }
  }
  const amount = priceOf({ price: null, perMillion: rates, plans: null }, 1, usage);
  if (amount === "too_large") throw invalid("usage", "makes a price above 9007199254740991 credits");
  return amount;
}
