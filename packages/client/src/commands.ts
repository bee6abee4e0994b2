import type { ChargeState, SubscriptionStatus } from "./resources.ts";

/** An instant given by the caller: ISO 8601 with an offset or `Z`, or a `Date`. */
export type InstantInput = string | Date;

/** Usage of a metered feature: how much of each meter (`{ input: 1200, output: 300 }`). Integers, 0 or more. */
export type Usage = Record<string, number>;

export interface ChargeInput {
  workspace: string;
  /** Made by the caller, unique per workspace for ever: what makes a repeat harmless. */
  id: string;
  member: string;
  feature: string;
  /** Default `standard`. */
  mode?: string;
  /** Units, 1–1,000; default 1. */
  quantity?: number;
  /** Metered features: the estimated usage to charge for. */
  usage?: Usage;
  /** Refuses with `price_changed` if the price is higher. */
  maxAmount?: number;
  /** How long the charge may stay open without a heartbeat: 10–86,400 s; default 600. */
  leaseSeconds?: number;
  metadata?: Record<string, unknown>;
  /** The token of this try: a lost answer repeated with the same attempt gets the first answer. */
  attempt?: string;
  /** Adopt an open charge of the same id and input under this attempt. */
  resume?: boolean;
}

export interface ExtendInput {
  workspace: string;
  id: string;
  /** The new total usage, not the difference. */
  usage: Usage;
  attempt?: string;
}

export interface HeartbeatInput {
  workspace: string;
  id: string;
  /** Units handed over so far; never falls. */
  delivered?: number;
  leaseSeconds?: number;
  attempt?: string;
}

export interface CancelInput {
  workspace: string;
  id: string;
}

export interface SettleInput {
  workspace: string;
  id: string;
  /** Units delivered; default all. */
  delivered?: number;
  /** Metered: the real usage. */
  usage?: Usage;
  /** Metered: true when `usage` is the caller's own count. */
  estimated?: boolean;
  /** Why less than everything was delivered. */
  reason?: "cancelled" | "failed";
  attempt?: string;
}

export interface RefundInput {
  workspace: string;
  id: string;
  reason: "cancelled" | "failed";
  attempt?: string;
}

export interface SupportRefundInput {
  workspace: string;
  charge: string;
  id: string;
  actor: string;
  note: string;
  /** Units to give back (features that settle by `unit`); default all that is left. */
  quantity?: number;
  /** Give what has expired meanwhile as a promo to the end of the current cycle. Default true. */
  reissue?: boolean;
}

export interface QuoteItem {
  feature: string;
  mode?: string;
  quantity?: number;
  usage?: Usage;
}

export interface QuoteInput {
  workspace: string;
  member: string;
  items: QuoteItem[];
}

export interface GrantInput {
  workspace: string;
  id: string;
  /** Absent: the workspace's pool. */
  member?: string;
  amount: number;
  expiresAt?: InstantInput | null;
  actor: string;
  note: string;
}

export interface RevokeGrantInput {
  workspace: string;
  grant: string;
  id: string;
  /** At most the grant's available credits; default all of them. */
  amount?: number;
  actor: string;
  note: string;
}

export interface WorkspaceInput {
  workspace: string;
  name?: string | null;
  /** Read at creation only; default: the catalog's first free plan. */
  plan?: string;
  /** Read at creation only. */
  createdAt?: InstantInput;
  /** Read at creation only: the workspace lives on this clock from then on. */
  testClock?: InstantInput;
  metadata?: Record<string, unknown> | null;
}

export interface MemberInput {
  workspace: string;
  member: string;
  role: string;
  name?: string | null;
  email?: string | null;
  cap?: number | null;
}

export interface RemoveMemberInput {
  workspace: string;
  member: string;
  /** Blank the person too: name, e-mail, the metadata of their charges, and the notes about them. */
  erase?: boolean;
}

export interface SyncMembersInput {
  workspace: string;
  members: { id: string; role: string; name?: string | null; email?: string | null; cap?: number | null }[];
}

export interface SubscriptionInput {
  workspace: string;
  plan?: string;
  status?: SubscriptionStatus;
  anchor?: InstantInput;
  periodEndsAt?: InstantInput | null;
  newPeriod?: string;
  effective?: "now" | "period_end" | InstantInput;
}

export interface TopUpInput {
  workspace: string;
  id: string;
  /** The member who buys; absent: the operator. */
  buyer?: string;
  pack: string;
  recipients: string[];
  /** The operator's word that it is paid. Never from a browser. */
  paid?: boolean;
  payment?: string;
}

export interface TopUpPaidInput {
  workspace: string;
  id: string;
  /** The provider's payment id; one payment pays one order. */
  payment?: string;
}

export interface TopUpRefundedInput {
  workspace: string;
  id: string;
  /** Money given back or charged back in total so far, in the price's unit; may fall again when a dispute is won. */
  refunded: number;
}

export interface TopUpRequestInput {
  workspace: string;
  id: string;
  member: string;
  pack: string;
  note?: string;
}

export interface DecideRequestInput {
  workspace: string;
  id: string;
  buyer: string;
}

export interface WithdrawRequestInput {
  workspace: string;
  id: string;
  member: string;
}

export interface AdvanceClockInput {
  workspace: string;
  now: InstantInput;
}

export interface ListInput {
  cursor?: string;
  /** 1–200; default 50. */
  limit?: number;
}

export interface EntriesInput extends ListInput {
  workspace: string;
  member?: string;
  charge?: string;
  /** From this instant on. */
  from?: InstantInput;
  /** Up to but not including this instant. */
  to?: InstantInput;
}

export interface ChargesInput extends ListInput {
  /** Absent: across workspaces. */
  workspace?: string;
  member?: string;
  feature?: string;
  state?: ChargeState;
  from?: InstantInput;
  to?: InstantInput;
}

export interface UsageInput {
  workspace: string;
  by: "feature" | "member" | "day";
  member?: string;
  from?: InstantInput;
  to?: InstantInput;
}

/** What every verb may be told beside its input. */
export interface CallOptions {
  /** A caller that has gone: a command that still waits in the queue is dropped and nothing is written. */
  signal?: AbortSignal;
}
