import type { SupportRefundOutcome } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance, presentCycle } from "./advance.ts";
import { balanceAfter, type Decided, presentCharge, refused, wrote } from "./answer.ts";
import { invalid } from "./charge.ts";
import { giveBack } from "./clawback.ts";
import type { SupportRefundCommand } from "./command.ts";
import { countForCap, grantOf } from "./end-charge.ts";
import { addGrant, first } from "./grants.ts";
import { edit } from "./journal.ts";
import { holderOf } from "./move.ts";
import { claim, claimed } from "./operation.ts";
import { chargeOf } from "./settle.ts";
import { type ChargeRow, POOL, type State } from "./state.ts";

type Given = Pick<SupportRefundOutcome, "restored" | "expired" | "reissued">;

/**
 * Gives back what was settled, by units or whole, from the last slice on. Credits whose grant has ended meanwhile
 * expire at once, and come back as a promo to the end of the current cycle unless `reissue` is false.
 */
export function supportRefund(state: State, command: SupportRefundCommand, now: number): Decided<SupportRefundOutcome> {
  const fingerprint = JSON.stringify([command.charge, command.quantity, command.reissue]);
  const before = claimed(state, "support-refund", command.id, fingerprint);
  const row = chargeOf(state, command.charge);
  advance(state, [row.member, POOL], now, true);
  const answer = (given: Given, replayed: boolean): SupportRefundOutcome => ({
    outcome: "refunded",
    replayed,
    ...given,
    charge: presentCharge(state.workspace.id, row),
    balance: balanceAfter(state, row.member, now),
    seq: state.workspace.seq,
  });
  if (before !== null) {
    // Stored as plain data by this very function, under this id, when it was done first, with more than is answered.
    const { restored, expired, reissued } = before.result as unknown as Given;
    return refused(answer({ restored, expired, reissued }, true));
  }
  if (row.state !== "settled") {
    throw new DucatError(
      "not_settled",
      `Charge ${row.id} is ${row.state}; only a settled charge can be refunded by support.`,
    );
  }
  const { amount, units } = amountOf(row, command.quantity);
  const given = returnSlices(state, row, command, amount, now);
  row.refundedAmount += amount;
  row.refundedUnits += units;
  countForCap(state, row, -amount);
  claim(state, "support-refund", command.id, {
    fingerprint,
    actor: command.actor,
    note: command.note,
    result: { ...given, charge: row.id, amount, seq: state.workspace.seq },
    at: now,
  });
  return wrote(answer(given, false));
}

/** How many credits that is: never more than was settled and not given back before. */
function amountOf(row: ChargeRow, quantity: number | null): { amount: number; units: number } {
  const left = row.settledAmount - (row.refundedAmount - (row.amount - row.settledAmount));
  const unitsLeft = row.delivered - row.refundedUnits;
  if (quantity !== null && row.settles !== "unit") {
    throw invalid("quantity", "is only for features that settle by unit; leave it out to give everything back");
  }
  const units = quantity ?? unitsLeft;
  const amount = quantity === null ? left : (row.unitPrice as number) * quantity;
  if (units > unitsLeft || amount > left || (left === 0 && unitsLeft <= 0)) {
    throw new DucatError(
      "exceeds_settled",
      `Charge ${row.id} has ${left} credits (${Math.max(0, unitsLeft)} units) left that were settled and not refunded.`,
      { details: { left, unitsLeft } },
    );
  }
  return { amount, units };
}

function returnSlices(state: State, row: ChargeRow, command: SupportRefundCommand, amount: number, now: number): Given {
  let left = row.unlimited ? 0 : amount;
  let restored = 0;
  const lost = new Map<string, number>();
  const slices = row.slices.map((slice) => ({ ...slice }));
  for (let i = slices.length - 1; i >= 0 && left > 0; i--) {
    const slice = slices[i] as (typeof slices)[number];
    const back = Math.min(left, slice.amount - slice.returned);
    if (back === 0) continue;
    left -= back;
    slice.returned += back;
    const grant = grantOf(state, slice.grant);
    const expiredBefore = grant.expired;
    giveBack(state, "return", grant, back, { at: now, charge: row.id, member: row.member });
    const expired = grant.expired - expiredBefore;
    restored += back - expired;
    if (expired > 0) lost.set(grant.holder, (lost.get(grant.holder) ?? 0) + expired);
  }
  edit(state, row).slices = slices;
  const expired = [...lost.values()].reduce((sum, part) => sum + part, 0);
  if (!command.reissue) return { restored, expired, reissued: 0 };
  const { endsAt } = presentCycle(state, now);
  let reissued = 0;
  for (const [holder, part] of lost) {
    const room = Number.MAX_SAFE_INTEGER - holderOf(state, holder).balance;
    if (part > room) throw new DucatError("amount_too_large", `${holder} cannot hold ${part} more credits.`);
    const id = `reissue:${first(command.id)}:${holder}`;
    addGrant(state, { id, holder, source: "promo", amount: part, at: now, expiresAt: endsAt }, now);
    reissued += part;
  }
  return { restored, expired, reissued };
}
