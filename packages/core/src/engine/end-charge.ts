import type { ChargeReason } from "@ducat/client";
import { afterEvent, giveBack } from "./clawback.ts";
import { edit } from "./journal.ts";
import { holderOf, move } from "./move.ts";
import type { ChargeRow, GrantRow, HolderRow, State } from "./state.ts";

export interface ChargeEnd {
  /** How many of the charged credits are kept; the rest goes back. */
  keep: number;
  reason: ChargeReason | null;
  endedBy: "settle" | "refund";
  attempt: string | null;
  at: number;
}

/**
 * Ends an open charge, once. What is kept is spent from the first slices on and the rest goes back from the last, so
 * that the result is that of a charge for the smaller amount at the start.
 */
export function endOpenCharge(state: State, charge: ChargeRow, end: ChargeEnd): void {
  if (charge.state !== "open") throw new Error(`charge ${charge.id} has ended already`);
  edit(state, charge);
  const cause = { at: end.at, charge: charge.id, member: charge.member };
  let left = end.keep;
  const kept = charge.slices.map((slice) => {
    const part = Math.min(slice.amount, left);
    left -= part;
    return part;
  });
  if (left !== 0 && !charge.unlimited) throw new Error(`charge ${charge.id} cannot keep ${end.keep} credits`);
  if (end.keep < charge.amount) {
    charge.slices = charge.slices.map((slice, i) => ({ ...slice, returned: slice.amount - (kept[i] as number) }));
  }
  charge.slices.forEach((slice, i) => {
    const grant = grantOf(state, slice.grant);
    move(state, "settle", grant, kept[i] as number, cause);
    if (grant.clawback !== null) afterEvent(state, grant, end.at);
  });
  for (let i = charge.slices.length - 1; i >= 0; i--) {
    const slice = charge.slices[i] as ChargeRow["slices"][number];
    if (slice.returned > 0) giveBack(state, "refund", grantOf(state, slice.grant), slice.returned, cause);
  }
  const back = charge.amount - end.keep;
  countForCap(state, charge, -back);
  charge.state = end.keep > 0 || (charge.amount === 0 && end.endedBy === "settle") ? "settled" : "refunded";
  charge.settledAmount = end.keep;
  charge.refundedAmount = back;
  charge.reason = end.reason;
  charge.endedBy = end.endedBy;
  charge.endedAttempt = end.attempt;
  charge.endedAt = end.at;
}

export function grantOf(state: State, id: string): GrantRow {
  const grant = state.grants.get(id);
  if (grant === undefined) throw new Error(`grant ${id} was not loaded`);
  return grant;
}

/** A cap counts what the charges of a cycle took in it, less what came back of those charges (`amount` below 0). */
export function countForCap(state: State, charge: ChargeRow, amount: number): void {
  if (amount === 0) return;
  const holder: HolderRow = holderOf(state, charge.member);
  if (holder.epoch === charge.epoch && holder.cycleStartsAt === charge.cycleStartsAt) {
    edit(state, holder).capUsed += amount;
  } else if (charge.epoch === "free" && holder.parked?.cycleStartsAt === charge.cycleStartsAt) {
    edit(state, holder).parked = { ...holder.parked, capUsed: holder.parked.capUsed + amount };
  }
}
