import type { Settles } from "./catalog.ts";

/** An instant as ISO 8601 UTC with milliseconds and `Z`. */
export type Instant = string;

export type SubscriptionStatus = "active" | "trialing" | "past_due" | "ended";

export interface Cycle {
  /** For free plans the months since the workspace was created; for paid ones the cycles since their epoch began. */
  index: number;
  startsAt: Instant;
  endsAt: Instant;
}

export interface Workspace {
  id: string;
  name: string | null;
  plan: string;
  status: SubscriptionStatus;
  /** A plan change that waits, and the instant at which it takes effect by itself. */
  pending: { plan: string; at: Instant } | null;
  createdAt: Instant;
  cycle: Cycle;
  /** The number of the last ledger entry. */
  seq: number;
  /** The test clock's present, or `null` for a workspace that lives in real time. */
  testClock: Instant | null;
  archivedAt: Instant | null;
  metadata: Record<string, unknown>;
}

export interface Member {
  id: string;
  role: string;
  seat: string | null;
  name: string | null;
  email: string | null;
  /** At most this many credits a cycle, from any source; `null`: no cap. */
  cap: number | null;
  removedAt: Instant | null;
}

export type ChargeState = "open" | "settled" | "refunded";
export type ChargeReason = "cancelled" | "failed" | "timed_out";
export type GrantSource = "monthly" | "promo" | "top-up";

export interface ChargeSlice {
  grant: string;
  source: GrantSource;
  /** `workspace` for the pool, otherwise the member. */
  holder: string;
  amount: number;
  /** What has come back to this grant, by settle, refund or support refund. */
  returned: number;
}

export interface Charge {
  id: string;
  workspace: string;
  member: string;
  feature: string;
  mode: string;
  quantity: number;
  /** Units handed over so far (heartbeat), or finally (settle). */
  delivered: number;
  /** Credits for one unit; `null` for metered charges. */
  unitPrice: number | null;
  settles: Settles;
  /** For metered charges: the usage that was charged for, then the usage that was settled. */
  usage: Record<string, number> | null;
  /** True when the settled usage is the caller's own count because the provider's was not to be had. */
  estimated: boolean;
  amount: number;
  state: ChargeState;
  settledAmount: number;
  refundedAmount: number;
  /** Metered: by how much the real price exceeded what was charged. Reported, never collected. */
  uncollected: number;
  reason: ChargeReason | null;
  cancelRequested: boolean;
  slices: ChargeSlice[];
  catalogVersion: string;
  leaseExpiresAt: Instant | null;
  createdAt: Instant;
  endedAt: Instant | null;
  metadata: Record<string, unknown>;
}

export type Remedy = "wait" | "buy" | "request" | "upgrade";

export interface Grant {
  id: string;
  /** `workspace` for the pool, otherwise the member. */
  holder: string;
  source: GrantSource;
  amount: number;
  available: number;
  held: number;
  spent: number;
  expired: number;
  revoked: number;
  at: Instant;
  expiresAt: Instant | null;
  frozen: boolean;
  /** The top-up order that paid for this grant. */
  purchase: string | null;
}

export interface MonthlyBalance {
  /** What this cycle allots in full; `null`: unlimited. */
  allowance: number | null;
  available: number;
  /** Held or spent of this cycle's monthly grants. */
  used: number;
  renewsAt: Instant | null;
}

/** What the workspace's pool holds; its part of a member's balance. */
export interface PoolBalance {
  available: number;
  held: number;
  monthly: MonthlyBalance;
  promo: { available: number };
  topUp: { available: number; frozen: number };
}

export interface Balance {
  workspace: string;
  /** `null` for the pool's own balance. */
  member: string | null;
  /** All that may be spent now, the pool's part included. */
  available: number;
  /** Credits of open charges. */
  held: number;
  /** True when the member's charges draw on an allowance without limit, so that `available` says nothing. */
  unlimited: boolean;
  monthly: MonthlyBalance;
  promo: { available: number };
  topUp: { available: number; frozen: number };
  /** The workspace's part of `available`; `null` when asked for the pool itself. */
  pool: PoolBalance | null;
  debt: number;
  cap: { limit: number; used: number } | null;
  remedies: Remedy[];
  grants: Grant[];
  seq: number;
  at: Instant;
}

export type EntryKind =
  | "grant"
  | "charge"
  | "settle"
  | "refund"
  | "return"
  | "expire"
  | "revoke"
  | "restore"
  | "repay"
  | "debt"
  | "forgive";

export interface Entry {
  seq: number;
  kind: EntryKind;
  holder: string;
  member: string | null;
  grant: string;
  charge: string | null;
  purchase: string | null;
  /** Signed change of the sum of the holder's `available` columns. */
  amount: number;
  /** How many credits made this transition; 0 or more. */
  moved: number;
  /** The sum of the holder's `available` columns after this entry, frozen ones included. */
  balanceAfter: number;
  /** When it took effect. */
  at: Instant;
  /** When it was written, by the real clock. */
  recordedAt: Instant;
}

export type TopUpState = "awaiting_payment" | "paid";

export interface TopUp {
  id: string;
  state: TopUpState;
  buyer: string | null;
  pack: string;
  credits: number;
  price: { amount: number; currency: string };
  recipients: string[];
  payment: string | null;
  /** Money given back or charged back so far, in the price's unit. */
  refunded: number;
  checkoutUrl: string | null;
  createdAt: Instant;
  paidAt: Instant | null;
}

export type TopUpRequestState = "open" | "approved" | "declined" | "withdrawn";

export interface TopUpRequest {
  id: string;
  state: TopUpRequestState;
  member: string;
  pack: string;
  note: string | null;
  decidedBy: string | null;
  topUp: string | null;
  createdAt: Instant;
  decidedAt: Instant | null;
}

export interface UsageRow {
  key: string;
  charges: number;
  units: number;
  credits: number;
  refunded: number;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** A story in order: a sentence for each thing that happened, with the numbers beside it. */
export interface Explanation {
  summary: string;
  lines: { at: Instant | null; text: string; facts: Record<string, unknown> }[];
}

/** One difference between the entries and what they should add up to. */
export interface Difference {
  workspace: string;
  grant: string | null;
  holder: string | null;
  charge: string | null;
  check: string;
  expected: string;
  found: string;
  message: string;
}

export interface Verification {
  ok: boolean;
  workspaces: number;
  entries: number;
  differences: Difference[];
}
