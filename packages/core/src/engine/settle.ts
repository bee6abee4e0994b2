import type { ChargeEnded, HeartbeatOutcome } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance } from "./advance.ts";
import { balanceAfter, type Decided, presentCharge, refused, wrote } from "./answer.ts";
import { invalid, MAX_AGE_MS } from "./charge.ts";
import type { CancelCommand, HeartbeatCommand, RefundCommand, SettleCommand } from "./command.ts";
import { endOpenCharge } from "./end-charge.ts";
import { meteredPrice } from "./extend.ts";
import { edit } from "./journal.ts";
import { type ChargeRow, POOL, type State } from "./state.ts";

export function chargeOf(state: State, id: string): ChargeRow {
  const row = state.charges.get(id);
  if (row === undefined) throw new DucatError("unknown_charge", `There is no charge ${id} in this workspace.`);
  return row;
}

function answer(state: State, outcome: ChargeEnded["outcome"], row: ChargeRow, now: number): ChargeEnded {
  return {
    outcome,
    charge: presentCharge(state.workspace.id, row),
    balance: balanceAfter(state, row.member, now),
    seq: state.workspace.seq,
  };
}

/** What settle and refund answer without doing anything: it has ended, or another attempt has taken over. */
function inert(
  state: State,
  row: ChargeRow,
  command: SettleCommand | RefundCommand,
  now: number,
): Decided<ChargeEnded> | null {
  if (row.state !== "open") {
    if (row.endedBy === command.verb && row.endedAttempt === command.attempt) {
      return refused(answer(state, row.state, row, now));
    }
    return refused(answer(state, row.state === "settled" ? "already_settled" : "already_refunded", row, now));
  }
  return row.superseded.includes(command.attempt) ? refused(answer(state, "superseded", row, now)) : null;
}

/** Settles once: what was delivered is spent, the rest goes back to where it came from. At 0 it is a refund. */
export function settle(state: State, command: SettleCommand, now: number): Decided<ChargeEnded> {
  const row = chargeOf(state, command.id);
  advance(state, [row.member, POOL], now, true);
  const early = inert(state, row, command, now);
  if (early !== null) return early;
  const { keep, delivered, uncollected } = outcomeOf(row, command);
  endOpenCharge(state, row, { keep, reason: command.reason, endedBy: "settle", attempt: command.attempt, at: now });
  row.delivered = delivered;
  row.uncollected = uncollected;
  if (command.usage !== null) row.usage = command.usage;
  row.estimated = command.estimated;
  // What is free from the start and was delivered not at all is no settled charge either.
  if (delivered === 0) row.state = "refunded";
  return wrote(answer(state, row.state === "settled" ? "settled" : "refunded", row, now));
}

function outcomeOf(row: ChargeRow, command: SettleCommand): { keep: number; delivered: number; uncollected: number } {
  if (row.settles === "metered") {
    if (command.delivered !== null && command.delivered > 1) {
      throw invalid("delivered", "must be 0 or 1 for a metered charge; give the real usage instead");
    }
    if (command.delivered === 0) return { keep: 0, delivered: 0, uncollected: 0 };
    const usage = command.usage ?? row.usage ?? {};
    const price = meteredPrice(row, usage);
    return { keep: Math.min(price, row.amount), delivered: 1, uncollected: Math.max(0, price - row.amount) };
  }
  if (command.usage !== null) throw invalid("usage", "is only for metered charges; give delivered instead");
  const delivered = command.delivered ?? row.quantity;
  if (delivered > row.quantity) {
    throw invalid("delivered", `must be at most the charge's quantity, ${row.quantity}; charge for more with a new id`);
  }
  if (row.settles === "whole" && delivered > 0 && delivered < row.quantity) {
    throw invalid("delivered", `must be 0 or ${row.quantity}: ${row.feature} settles whole, nothing or all`);
  }
  return { keep: (row.unitPrice as number) * delivered, delivered, uncollected: 0 };
}

/** Gives an open charge back whole, to the slices it came from. */
export function refund(state: State, command: RefundCommand, now: number): Decided<ChargeEnded> {
  const row = chargeOf(state, command.id);
  advance(state, [row.member, POOL], now, true);
  const early = inert(state, row, command, now);
  if (early !== null) return early;
  const { reason, attempt } = command;
  endOpenCharge(state, row, { keep: 0, reason, endedBy: "refund", attempt, at: now });
  return wrote(answer(state, "refunded", row, now));
}

/** Keeps the lease and records units handed over. */
export function heartbeat(state: State, command: HeartbeatCommand, now: number): Decided<HeartbeatOutcome> {
  const row = chargeOf(state, command.id);
  const charge = () => presentCharge(state.workspace.id, row);
  if (row.state !== "open") return refused({ outcome: "not_open", charge: charge() });
  if (command.attempt !== null && row.superseded.includes(command.attempt)) {
    return refused({ outcome: "superseded", charge: charge() });
  }
  if (command.delivered !== null && command.delivered > row.quantity) {
    throw invalid("delivered", `must be at most the charge's quantity, ${row.quantity}`);
  }
  advance(state, [row.member, POOL], now, true);
  edit(state, row);
  if (command.delivered !== null) row.delivered = Math.max(row.delivered, command.delivered);
  const leaseMs = command.leaseMs ?? row.leaseMs;
  // A heartbeat never shortens a lease that another one has just extended.
  row.leaseExpiresAt = Math.max(row.leaseExpiresAt, Math.min(now + leaseMs, row.createdAt + MAX_AGE_MS));
  return wrote({ outcome: "open", charge: charge() });
}

/** Asks the worker to stop: its next heartbeat tells it. A charge that has ended answers as it is. */
export function cancel(state: State, command: CancelCommand, _now: number): Decided<HeartbeatOutcome> {
  const row = chargeOf(state, command.id);
  if (command.by !== null && command.by !== row.member) {
    throw new DucatError("forbidden", "Only the member who made a charge, or the operator, may cancel it.");
  }
  if (row.state !== "open") return refused({ outcome: "not_open", charge: presentCharge(state.workspace.id, row) });
  if (row.cancelRequested) return refused({ outcome: "open", charge: presentCharge(state.workspace.id, row) });
  edit(state, row).cancelRequested = true;
  return wrote({ outcome: "open", charge: presentCharge(state.workspace.id, row) });
}
