import type { Value } from "../database/port.ts";
import type {
  ChargeRow,
  GrantRow,
  HolderRow,
  MemberRow,
  OperationRow,
  Term,
  TopUpRequestRow,
  TopUpRow,
  WorkspaceRow,
} from "../engine/state.ts";
import { decodeSlices } from "./charge-table.ts";
import { ms } from "./sql.ts";

/*
 * Each select list beside the reader that takes its rows apart, by position. A row read is a plain object with every field, so that
 * all rows of a table share one shape.
 */
type Cells = readonly Value[];

export const workspaceColumns = [
  "w.id",
  "w.name",
  "w.metadata",
  ms("w.created_at"),
  ms("w.archived_at"),
  "w.seq",
  ms("w.last_instant"),
  ms("w.test_clock"),
  "w.pending_plan",
  ms("w.pending_at"),
  ms("w.period_ends_at"),
  "w.pinned_epoch",
  ms("w.pinned_cycle"),
  "w.pinned_version",
  "w.roles",
  "w.epochs",
  ms("w.test_clock_from"),
  "w.pending_by_period",
  ms("w.pending_anchor"),
  "w.parked_pin",
  "w.pool_live",
  ms("w.lease_due"),
  "w.revision",
].join(", ");

export function toWorkspace(r: Cells): WorkspaceRow {
  return {
    id: r[0],
    name: r[1],
    metadata: r[2],
    createdAt: r[3],
    archivedAt: r[4],
    seq: r[5],
    lastInstant: r[6],
    testClock: r[7],
    pending: r[8] === null ? null : { plan: r[8], at: r[9], byPeriod: r[17], anchor: r[18] },
    periodEndsAt: r[10],
    pinnedEpoch: r[11],
    pinnedCycle: r[12],
    pinnedVersion: r[13],
    roles: r[14],
    epochs: r[15],
    testClockFrom: r[16],
    parkedPin: r[19],
    poolLive: r[20],
    leaseDue: r[21],
    revision: r[22],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export const termColumns = [
  "t.workspace_id",
  "t.n",
  ms("t.starts_at"),
  "t.plan",
  "t.paid",
  "t.status",
  ms("t.anchor"),
  "t.epoch",
  ms("t.epoch_starts_at"),
  ms("t.past_due_since"),
  "t.waited",
  "t.catalog_version",
  "t.run",
].join(", ");

export function toTerm(r: Cells): Term {
  return {
    n: r[1],
    from: r[2],
    plan: r[3],
    paid: r[4],
    status: r[5],
    anchor: r[6],
    epoch: r[7],
    epochFrom: r[8],
    waited: r[10],
    pastDueFrom: r[9],
    catalogVersion: r[11],
    run: r[12],
  };
}

export const holderColumns = [
  "h.workspace_id",
  "h.id",
  "h.balance",
  "h.debt",
  "h.epoch",
  ms("h.cycle_starts_at"),
  "h.mark",
  "h.allotted",
  "h.cap_used",
  "h.notices",
  "h.term",
  ms("h.last_at"),
  "h.parked",
  "h.role",
  "h.name",
  "h.email",
  "h.cap",
  ms("h.removed_at"),
].join(", ");

export function toHolder(r: Cells): HolderRow {
  return {
    id: r[1],
    balance: r[2],
    debt: r[3],
    epoch: r[4],
    cycleStartsAt: r[5],
    mark: r[6],
    allotted: r[7],
    capUsed: r[8],
    notices: r[9],
    term: r[10],
    lastAt: r[11],
    parked: r[12],
    place: r[18],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

/** The member beside the holder; `null` for the pool. */
export function toMember(r: Cells): MemberRow | null {
  if (r[13] === null) return null;
  return {
    id: r[1],
    role: r[13],
    name: r[14],
    email: r[15],
    cap: r[16],
    removedAt: r[17],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export const grantColumns = [
  "g.workspace_id",
  "g.id",
  "g.holder",
  "g.source",
  "g.amount",
  "g.available",
  "g.held",
  "g.spent",
  "g.expired",
  "g.revoked",
  ms("g.at"),
  ms("g.expires_at"),
  "g.epoch",
  "g.run",
  ms("g.cycle_starts_at"),
  "g.purchase",
  "g.clawback",
  "g.noticed",
].join(", ");

export function toGrant(r: Cells): GrantRow {
  return {
    id: r[1],
    holder: r[2],
    source: r[3],
    amount: r[4],
    available: r[5],
    held: r[6],
    spent: r[7],
    expired: r[8],
    revoked: r[9],
    at: r[10],
    expiresAt: r[11],
    epoch: r[12],
    run: r[13],
    cycleStartsAt: r[14],
    purchase: r[15],
    clawback: r[16],
    noticed: r[17],
    place: r[18],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export const chargeColumns = [
  "c.workspace_id",
  "c.id",
  "c.member",
  "c.feature",
  "c.mode",
  "c.quantity",
  "c.delivered",
  "c.unit_price",
  "c.rates",
  "c.usage",
  "c.estimated",
  "c.settles",
  "c.unlimited",
  "c.amount",
  "c.state",
  "c.settled_amount",
  "c.refunded_amount",
  "c.refunded_units",
  "c.uncollected",
  "c.reason",
  "c.cancel_requested",
  "c.slices",
  "c.entries",
  "c.catalog_version",
  "c.attempt",
  "c.superseded",
  "c.ended_by",
  "c.ended_attempt",
  "c.lease_ms",
  ms("c.lease_expires_at"),
  ms("c.created_at"),
  ms("c.ended_at"),
  "c.metadata",
  "c.epoch",
  ms("c.cycle_starts_at"),
  "c.estimate",
  "c.version",
].join(", ");

export function toCharge(r: Cells): ChargeRow {
  return {
    id: r[1],
    member: r[2],
    feature: r[3],
    mode: r[4],
    quantity: r[5],
    delivered: r[6],
    unitPrice: r[7],
    rates: r[8],
    estimate: r[35],
    usage: r[9],
    estimated: r[10],
    settles: r[11],
    unlimited: r[12],
    amount: r[13],
    state: r[14],
    settledAmount: r[15],
    refundedAmount: r[16],
    refundedUnits: r[17],
    uncollected: r[18],
    reason: r[19],
    cancelRequested: r[20],
    slices: decodeSlices(r[21]),
    entries: r[22],
    catalogVersion: r[23],
    attempt: r[24],
    superseded: r[25] ?? [],
    endedBy: r[26],
    endedAttempt: r[27],
    leaseMs: r[28],
    leaseExpiresAt: r[29],
    version: r[36],
    place: r[37],
    createdAt: r[30],
    endedAt: r[31],
    metadata: r[32],
    epoch: r[33],
    cycleStartsAt: r[34],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export const topUpColumns = [
  "t.workspace_id",
  "t.id",
  "t.state",
  "t.buyer",
  "t.pack",
  "t.credits",
  "t.price_amount",
  "t.price_currency",
  "t.recipients",
  "t.payment",
  "t.refunded",
  "t.checkout_url",
  ms("t.created_at"),
  ms("t.paid_at"),
].join(", ");

export function toTopUp(r: Cells): TopUpRow {
  return {
    id: r[1],
    state: r[2],
    buyer: r[3],
    pack: r[4],
    credits: r[5],
    price: { amount: r[6], currency: r[7] },
    recipients: r[8],
    payment: r[9],
    refunded: r[10],
    checkoutUrl: r[11],
    createdAt: r[12],
    paidAt: r[13],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export const requestColumns = [
  "r.workspace_id",
  "r.id",
  "r.state",
  "r.member",
  "r.pack",
  "r.note",
  "r.decided_by",
  "r.top_up",
  ms("r.created_at"),
  ms("r.decided_at"),
].join(", ");

export function toRequest(r: Cells): TopUpRequestRow {
  return {
    id: r[1],
    state: r[2],
    member: r[3],
    pack: r[4],
    note: r[5],
    decidedBy: r[6],
    topUp: r[7],
    createdAt: r[8],
    decidedAt: r[9],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export const operationColumns = [
  "o.workspace_id",
  "o.kind",
  "o.id",
  "o.fingerprint",
  "o.actor",
  "o.note",
  "o.result",
  ms("o.at"),
].join(", ");

export function toOperation(r: Cells): OperationRow {
  return {
    kind: r[1],
    id: r[2],
    fingerprint: r[3],
    actor: r[4],
    note: r[5],
    result: r[6],
    at: r[7],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}
