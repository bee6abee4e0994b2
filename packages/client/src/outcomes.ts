import type { Balance, Charge, Grant, Instant, Member, Remedy, TopUp, TopUpRequest, Workspace } from "./resources.ts";

/** Why this member may not do this: their role has no seat, their plan lacks the feature, or they were removed. */
export type NotAllowedReason = "role" | "plan" | "removed" | "past_due";

/** What a member has to spend after the command, as every answer that moves credits carries it. */
export interface BalanceAfter {
  available: number;
  held: number;
}

interface Refusal {
  required: number;
  available: number;
  /** When this member's monthly credits are next replenished; `null`: never, as things stand. */
  renewsAt: Instant | null;
  remedies: Remedy[];
}

export interface Charged {
  outcome: "charged";
  /** True when this charge was already open: somebody is (or was) working on it. Do not do the work again. */
  replayed: boolean;
  charge: Charge;
  balance: BalanceAfter;
  seq: number;
}

export interface Ended {
  outcome: "already_settled" | "already_refunded";
  charge: Charge;
  balance: BalanceAfter;
  seq: number;
}

export type ChargeRefusal =
  | { outcome: "unknown_workspace" | "unknown_member" | "unknown_feature" | "unknown_mode" }
  | ({ outcome: "not_allowed"; reason: NotAllowedReason } & Refusal)
  | ({ outcome: "price_changed"; maxAmount: number } & Refusal)
  | ({ outcome: "cap_reached"; cap: { limit: number; used: number } } & Refusal)
  | ({ outcome: "insufficient" } & Refusal);

export type ChargeOutcome = Charged | Ended | ChargeRefusal;

export interface Extended {
  outcome: "charged";
  replayed: boolean;
  charge: Charge;
  balance: BalanceAfter;
  seq: number;
}

export type ExtendOutcome =
  | Extended
  | Ended
  | { outcome: "unknown_workspace" | "unknown_charge" | "superseded" | "not_metered" }
  | ({ outcome: "cap_reached"; cap: { limit: number; used: number } } & Refusal)
  | ({ outcome: "insufficient" } & Refusal)
  | ({ outcome: "not_allowed"; reason: NotAllowedReason } & Refusal);

export interface ChargeEnded {
  outcome: "settled" | "refunded" | "already_settled" | "already_refunded" | "superseded";
  charge: Charge;
  balance: BalanceAfter;
  seq: number;
}

export type SettleOutcome = ChargeEnded;
export type RefundOutcome = ChargeEnded;

export interface HeartbeatOutcome {
  outcome: "open" | "not_open" | "superseded";
  charge: Charge;
}

export interface SupportRefundOutcome {
  outcome: "refunded";
  replayed: boolean;
  /** Credits that are spendable again where they came from. */
  restored: number;
  /** Credits whose grant has expired meanwhile. */
  expired: number;
  /** Credits given again as a promo for what had expired. */
  reissued: number;
  charge: Charge;
  balance: BalanceAfter;
  seq: number;
}

export interface QuoteLine {
  feature: string;
  mode: string;
  quantity: number;
  unit: string;
  /** `null` for metered features. */
  unitPrice: number | null;
  amount: number;
  affordable: boolean;
  /** How many units this member could charge now, at most 1,000. */
  affordableQuantity: number;
  /** Why it would be refused; `null` when it is affordable. */
  reason: "unknown_feature" | "unknown_mode" | "role" | "plan" | "removed" | "cap_reached" | "insufficient" | null;
}

export interface Quote {
  data: QuoteLine[];
  available: number;
  renewsAt: Instant | null;
  remedies: Remedy[];
  catalogVersion: string;
}

export type TopUpOutcome =
  | { outcome: "ordered" | "paid"; replayed: boolean; topUp: TopUp }
  | { outcome: "not_allowed"; reason: NotAllowedReason };

export type TopUpRequestOutcome =
  | { outcome: "requested"; replayed: boolean; request: TopUpRequest }
  | { outcome: "not_allowed"; reason: NotAllowedReason };

export type DecideRequestOutcome =
  | { outcome: "approved"; replayed: boolean; request: TopUpRequest; topUp: TopUp }
  | { outcome: "declined" | "withdrawn"; replayed: boolean; request: TopUpRequest }
  | { outcome: "not_allowed"; reason: NotAllowedReason };

export interface SyncedMembers {
  added: string[];
  changed: string[];
  removed: string[];
  unchanged: number;
}

/** The full balance, as `balance` answers it. */
export type BalanceOutcome = Balance;

export interface GrantOutcome {
  outcome: "granted" | "revoked";
  replayed: boolean;
  amount: number;
  grant: Grant;
  seq: number;
}

export interface WorkspaceOutcome {
  outcome: "created" | "updated";
  workspace: Workspace;
}

export interface MemberOutcome {
  outcome: "added" | "changed" | "unchanged" | "removed";
  member: Member;
}
