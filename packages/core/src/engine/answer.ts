import type { BalanceAfter, Charge, Instant } from "@ducat/client";
import { spendableBy } from "./grants.ts";
import { seatOf } from "./level.ts";
import { type ChargeRow, POOL, type State } from "./state.ts";

/** What a command answers, and whether it changed anything that must be stored. */
export interface Decided<Answer> {
  answer: Answer;
  wrote: boolean;
}

export function wrote<Answer>(answer: Answer): Decided<Answer> {
  return { answer, wrote: true };
}

export function refused<Answer>(answer: Answer): Decided<Answer> {
  return { answer, wrote: false };
}

/** A prime, so that an instant and the end of its lease do not take the same place. */
const PLACES = 61;

/** The last few instants in words: the hundreds of answers of one batch tell the same ones. */
const recent: { ms: number; text: string }[] = Array.from({ length: PLACES }, () => ({ ms: Number.NaN, text: "" }));

export function instant(ms: number): Instant {
  const place = recent[Math.abs(ms) % PLACES] as (typeof recent)[number];
  if (place.ms !== ms) {
    place.ms = ms;
    place.text = new Date(ms).toISOString();
  }
  return place.text;
}

export function instantOrNull(ms: number | null): Instant | null {
  return ms === null ? null : instant(ms);
}

/** The charge as the world sees it, at this moment of the batch. */
export function presentCharge(workspace: string, row: ChargeRow): Charge {
  return {
    id: row.id,
    workspace,
    member: row.member,
    feature: row.feature,
    mode: row.mode,
    quantity: row.quantity,
    delivered: row.delivered,
    unitPrice: row.unitPrice,
    settles: row.settles,
    usage: row.usage,
    estimated: row.estimated,
    amount: row.amount,
    state: row.state,
    settledAmount: row.settledAmount,
    refundedAmount: row.refundedAmount,
    uncollected: row.uncollected,
    reason: row.reason,
    cancelRequested: row.cancelRequested,
    slices: row.slices.map(({ grant, source, holder, amount, returned }) => ({
      grant,
      source,
      holder,
      amount,
      returned,
    })),
    catalogVersion: row.catalogVersion,
    leaseExpiresAt: row.state === "open" ? instant(row.leaseExpiresAt) : null,
    createdAt: instant(row.createdAt),
    endedAt: instantOrNull(row.endedAt),
    metadata: row.metadata,
  };
}

/** What the member may spend and what is held, after the command. 0 to spend for members without a seat. */
export function balanceAfter(state: State, member: string, now: number): BalanceAfter {
  return {
    available: seatOf(state, member) === null ? 0 : spendableBy(state, member, now),
    held: sum(heldBy(state, member), heldBy(state, POOL)),
  };
}

/** What two holders have together. Each has a number that can be told exactly; of both no larger one is told. */
export function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

export function heldBy(state: State, holder: string): number {
  let held = 0;
  for (const grant of state.grantsByHolder.get(holder) ?? []) held += grant.held;
  return held;
}
