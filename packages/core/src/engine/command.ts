import type { SubscriptionStatus, Usage } from "@ducat/client";

/**
 * Commands as the engine takes them: validated, every default filled in, instants in milliseconds since 1970. Each
 * belongs to one workspace. `attempt` names one try; the ledger repeats a try under the same name.
 */
export interface ChargeCommand {
  verb: "charge";
  workspace: string;
  id: string;
  member: string;
  feature: string;
  mode: string;
  quantity: number;
  usage: Usage | null;
  maxAmount: number | null;
  leaseMs: number;
  metadata: Record<string, unknown>;
  attempt: string;
  resume: boolean;
}

export interface ExtendCommand {
  verb: "extend";
  workspace: string;
  id: string;
  usage: Usage;
  attempt: string | null;
}

export interface HeartbeatCommand {
  verb: "heartbeat";
  workspace: string;
  id: string;
  delivered: number | null;
  leaseMs: number | null;
  attempt: string | null;
}

export interface CancelCommand {
  verb: "cancel";
  workspace: string;
  id: string;
  /** The member who asks, when it is not the operator: only the charge's own. */
  by: string | null;
}

export interface SettleCommand {
  verb: "settle";
  workspace: string;
  id: string;
  delivered: number | null;
  usage: Usage | null;
  estimated: boolean;
  reason: "cancelled" | "failed" | null;
  attempt: string;
}

export interface RefundCommand {
  verb: "refund";
  workspace: string;
  id: string;
  reason: "cancelled" | "failed";
  attempt: string;
}

export interface SupportRefundCommand {
  verb: "supportRefund";
  workspace: string;
  charge: string;
  id: string;
  actor: string;
  note: string;
  quantity: number | null;
  reissue: boolean;
}

export interface GrantCommand {
  verb: "grant";
  workspace: string;
  id: string;
  member: string | null;
  amount: number;
  expiresAt: number | null;
  actor: string;
  note: string;
}

export interface RevokeGrantCommand {
  verb: "revokeGrant";
  workspace: string;
  grant: string;
  id: string;
  amount: number | null;
  actor: string;
  note: string;
}

export interface WorkspacePutCommand {
  verb: "workspacePut";
  workspace: string;
  name?: string | null;
  plan: string | null;
  createdAt: number | null;
  testClock: number | null;
  metadata?: Record<string, unknown> | null;
}

export interface WorkspaceArchiveCommand {
  verb: "workspaceArchive";
  workspace: string;
}

export interface MemberFields {
  role: string;
  name?: string | null;
  email?: string | null;
  cap?: number | null;
}

export interface MemberPutCommand extends MemberFields {
  verb: "memberPut";
  workspace: string;
  member: string;
}

export interface MemberRemoveCommand {
  verb: "memberRemove";
  workspace: string;
  member: string;
  erase: boolean;
}

export interface MembersSyncCommand {
  verb: "membersSync";
  workspace: string;
  members: (MemberFields & { id: string })[];
}

export interface SubscriptionCommand {
  verb: "subscription";
  workspace: string;
  plan: string | null;
  status: SubscriptionStatus | null;
  anchor: number | null;
  /** Absent: unchanged. */
  periodEndsAt?: number | null;
  newPeriod: string | null;
  effective: "now" | "period_end" | number | null;
}

export interface TopUpCommand {
  verb: "topUp";
  workspace: string;
  id: string;
  buyer: string | null;
  pack: string;
  recipients: string[];
  paid: boolean;
  payment: string | null;
}

export interface TopUpPaidCommand {
  verb: "topUpPaid";
  workspace: string;
  id: string;
  payment: string | null;
}

export interface TopUpRefundedCommand {
  verb: "topUpRefunded";
  workspace: string;
  id: string;
  refunded: number;
}

export interface TopUpRequestCommand {
  verb: "topUpRequest";
  workspace: string;
  id: string;
  member: string;
  pack: string;
  note: string | null;
}

export interface DecideRequestCommand {
  verb: "approve" | "decline" | "withdraw";
  workspace: string;
  id: string;
  /** The buyer who decides, or the member who withdraws. */
  by: string;
}

export interface SweepCommand {
  verb: "sweep";
  workspace: string;
}

export interface AdvanceClockCommand {
  verb: "advanceClock";
  workspace: string;
  now: number;
}

export type Command =
  | ChargeCommand
  | ExtendCommand
  | HeartbeatCommand
  | CancelCommand
  | SettleCommand
  | RefundCommand
  | SupportRefundCommand
  | GrantCommand
  | RevokeGrantCommand
  | WorkspacePutCommand
  | WorkspaceArchiveCommand
  | MemberPutCommand
  | MemberRemoveCommand
  | MembersSyncCommand
  | SubscriptionCommand
  | TopUpCommand
  | TopUpPaidCommand
  | TopUpRefundedCommand
  | TopUpRequestCommand
  | DecideRequestCommand
  | SweepCommand
  | AdvanceClockCommand;
