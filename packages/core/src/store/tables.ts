import { hasClawback } from "../engine/clawback.ts";
import type {
  EntryRow,
  EventRow,
  GrantRow,
  HolderRow,
  MemberRow,
  OperationRow,
  Term,
  TopUpRequestRow,
  TopUpRow,
  WorkspaceRow,
} from "../engine/state.ts";
import { bigint, boolean, changedOnly, instant, integer, json, only, smallint, type Table, text } from "./columns.ts";

export const workspaceTable: Table<WorkspaceRow> = {
  name: "workspace",
  key: [],
  place: (row) => row.place,
  fixed: [instant("created_at", (row) => row.createdAt)],
  mutable: [
    bigint("seq", (row) => row.seq),
    instant("last_instant", (row) => row.lastInstant),
    text("name", (row) => row.name),
    json("metadata", (row) => row.metadata),
    instant("archived_at", (row) => row.archivedAt),
    instant("test_clock", (row) => row.testClock),
    instant("test_clock_from", (row) => row.testClockFrom),
    text("pending_plan", (row) => row.pending?.plan ?? null),
    instant("pending_at", (row) => row.pending?.at ?? null),
    { name: "pending_by_period", type: "boolean", value: (row) => row.pending?.byPeriod ?? null },
    instant("pending_anchor", (row) => row.pending?.anchor ?? null),
    instant("period_ends_at", (row) => row.periodEndsAt),
    text("pinned_epoch", (row) => row.pinnedEpoch),
    instant("pinned_cycle", (row) => row.pinnedCycle),
    text("pinned_version", (row) => row.pinnedVersion),
    json("parked_pin", (row) => row.parkedPin),
    json("roles", (row) => row.roles),
    integer("epochs", (row) => row.epochs),
    boolean("pool_live", (row) => row.poolLive),
    instant("lease_due", (row) => row.leaseDue),
    integer("revision", (row) => row.revision),
  ],
};

/** What every command that writes entries changes. */
export const workspaceMoved = only(workspaceTable, ["seq", "last_instant", "lease_due"]);

/** True when nothing else changed, as with every charge. */
export const isWorkspaceMoved = changedOnly(workspaceTable, workspaceMoved);

export const termsTable: Table<Term> = {
  name: "terms",
  key: ["n"],
  fixed: [
    integer("n", (row) => row.n),
    instant("starts_at", (row) => row.from),
    text("plan", (row) => row.plan),
    boolean("paid", (row) => row.paid),
    text("status", (row) => row.status),
    instant("anchor", (row) => row.anchor),
    text("epoch", (row) => row.epoch),
    instant("epoch_starts_at", (row) => row.epochFrom),
    integer("run", (row) => row.run),
    boolean("waited", (row) => row.waited),
    instant("past_due_since", (row) => row.pastDueFrom),
    text("catalog_version", (row) => row.catalogVersion),
  ],
  mutable: [],
};

/** The columns of a holder's row that say who it is. */
export const memberTable: Table<MemberRow> = {
  name: "holder",
  key: ["id"],
  fixed: [text("id", (row) => row.id)],
  mutable: [
    text("role", (row) => row.role),
    text("name", (row) => row.name),
    text("email", (row) => row.email),
    bigint("cap", (row) => row.cap),
    instant("removed_at", (row) => row.removedAt),
  ],
};

export const holderTable: Table<HolderRow> = {
  name: "holder",
  key: ["id"],
  place: (row) => row.place,
  fixed: [text("id", (row) => row.id)],
  mutable: [
    bigint("balance", (row) => row.balance),
    bigint("debt", (row) => row.debt),
    text("epoch", (row) => row.epoch),
    instant("cycle_starts_at", (row) => row.cycleStartsAt),
    bigint("mark", (row) => row.mark),
    bigint("allotted", (row) => row.allotted),
    bigint("cap_used", (row) => row.capUsed),
    smallint("notices", (row) => row.notices),
    integer("term", (row) => row.term),
    instant("last_at", (row) => row.lastAt),
    json("parked", (row) => row.parked),
  ],
};

/** What a charge, a settle and a refund change of a holder. */
export const holderMoved = only(holderTable, ["id", "balance", "cap_used", "last_at"]);

const onlyHolderMoved = changedOnly(holderTable, holderMoved);

/** True when `holderMoved` tells all that changed since the row was read. */
export function isHolderMoved(row: HolderRow): boolean {
  return row.before !== undefined && onlyHolderMoved(row, row.before as HolderRow);
}

export const grantTable: Table<GrantRow> = {
  name: "credit_grant",
  key: ["id"],
  place: (row) => row.place,
  fixed: [
    text("id", (row) => row.id),
    text("holder", (row) => row.holder),
    text("source", (row) => row.source),
    bigint("amount", (row) => row.amount),
    instant("at", (row) => row.at),
    text("epoch", (row) => row.epoch),
    integer("run", (row) => row.run),
    instant("cycle_starts_at", (row) => row.cycleStartsAt),
    text("purchase", (row) => row.purchase),
  ],
  mutable: [
    bigint("available", (row) => row.available),
    bigint("held", (row) => row.held),
    bigint("spent", (row) => row.spent),
    bigint("expired", (row) => row.expired),
    bigint("revoked", (row) => row.revoked),
    instant("expires_at", (row) => row.expiresAt),
    json("clawback", (row) => row.clawback),
    smallint("noticed", (row) => row.noticed),
    boolean("closed", isClosed),
  ],
};

/** A closed grant needs not be loaded: nothing of it can be spent, come back by itself, or be owed. */
export function isClosed(row: GrantRow): boolean {
  return row.available === 0 && row.held === 0 && !hasClawback(row);
}

/** What a charge, a settle and a refund change of a grant. */
export const grantMoved = only(grantTable, ["id", "available", "held", "spent"]);

const onlyGrantMoved = changedOnly(grantTable, grantMoved);

/** True when `grantMoved` tells all that changed since the row was read. */
export function isGrantMoved(row: GrantRow): boolean {
  return row.before !== undefined && onlyGrantMoved(row, row.before as GrantRow);
}

export interface LeaseRow {
  charge: string;
  expiresAt: number;
}

export const leaseTable: Table<LeaseRow> = {
  name: "lease",
  key: ["expires_at", "charge_id"],
  fixed: [instant("expires_at", (row) => row.expiresAt), text("charge_id", (row) => row.charge)],
  mutable: [],
};

export const entryTable: Table<EntryRow> = {
  name: "entry",
  key: ["seq"],
  fixed: [
    bigint("seq", (row) => row.seq),
    text("kind", (row) => row.kind),
    text("holder", (row) => row.holder),
    text("member", (row) => row.member),
    text("grant_id", (row) => row.grant),
    text("charge_id", (row) => row.charge),
    text("purchase", (row) => row.purchase),
    bigint("amount", (row) => row.amount),
    bigint("moved", (row) => row.moved),
    bigint("balance_after", (row) => row.balanceAfter),
    instant("at", (row) => row.at),
  ],
  mutable: [],
};

export const topUpTable: Table<TopUpRow> = {
  name: "top_up",
  key: ["id"],
  fixed: [
    text("id", (row) => row.id),
    text("buyer", (row) => row.buyer),
    text("pack", (row) => row.pack),
    bigint("credits", (row) => row.credits),
    bigint("price_amount", (row) => row.price.amount),
    text("price_currency", (row) => row.price.currency),
    json("recipients", (row) => row.recipients),
    instant("created_at", (row) => row.createdAt),
  ],
  mutable: [
    text("state", (row) => row.state),
    text("payment", (row) => row.payment),
    bigint("refunded", (row) => row.refunded),
    text("checkout_url", (row) => row.checkoutUrl),
    instant("paid_at", (row) => row.paidAt),
  ],
};

export const requestTable: Table<TopUpRequestRow> = {
  name: "top_up_request",
  key: ["id"],
  fixed: [
    text("id", (row) => row.id),
    text("member", (row) => row.member),
    text("pack", (row) => row.pack),
    text("note", (row) => row.note),
    instant("created_at", (row) => row.createdAt),
  ],
  mutable: [
    text("state", (row) => row.state),
    text("decided_by", (row) => row.decidedBy),
    text("top_up", (row) => row.topUp),
    instant("decided_at", (row) => row.decidedAt),
  ],
};

export const operationTable: Table<OperationRow> = {
  name: "operation",
  key: ["kind", "id"],
  fixed: [
    text("kind", (row) => row.kind),
    text("id", (row) => row.id),
    text("fingerprint", (row) => row.fingerprint),
    text("actor", (row) => row.actor),
    text("note", (row) => row.note),
    json("result", (row) => row.result),
    instant("at", (row) => row.at),
  ],
  mutable: [],
};

export const eventTable: Table<EventRow> = {
  name: "event",
  key: ["id"],
  fixed: [
    text("id", (row) => row.id),
    text("kind", (row) => row.kind),
    instant("at", (row) => row.at),
    json("payload", (row) => row.payload),
  ],
  mutable: [],
};
