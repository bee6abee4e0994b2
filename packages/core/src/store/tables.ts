import type { Param } from "../database/port.ts";
import { hasClawback } from "../engine/clawback.ts";
import type {
  ChargeRow,
  EntryRow,
  EventRow,
  GrantRow,
  HolderRow,
  MemberRow,
  OperationRow,
  Slice,
  Term,
  TopUpRequestRow,
  TopUpRow,
  WorkspaceRow,
} from "../engine/state.ts";
import { toInstant } from "./sql.ts";

type Scalar = string | number | boolean | null;

/** How a column is written: its name, the type of its list, the expression over the list's element, and the value. */
export interface Column<Row> {
  name: string;
  type: "text" | "bigint" | "integer" | "smallint" | "boolean" | "tid";
  /** Turns the list's element into the column's type. */
  wrap?: (element: string) => string;
  value: (row: Row) => Scalar;
}

export interface Table<Row> {
  name: string;
  /** Written once, with the row. The first are the key after `workspace_id`. */
  fixed: readonly Column<Row>[];
  key: readonly string[];
  /** Written with the row and whenever it changes. */
  mutable: readonly Column<Row>[];
  /** Where a row that was just read is kept. */
  place?: (row: Row) => string | undefined;
}

function text<Row>(name: string, value: (row: Row) => string | null): Column<Row> {
  return { name, type: "text", value };
}
function bigint<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "bigint", value };
}
function integer<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "integer", value };
}
function boolean<Row>(name: string, value: (row: Row) => boolean): Column<Row> {
  return { name, type: "boolean", value };
}
function instant<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "bigint", wrap: toInstant, value };
}
function json<Row>(name: string, value: (row: Row) => unknown): Column<Row> {
  return {
    name,
    type: "text",
    wrap: (element) => `${element}::jsonb`,
    value: (row) => {
      const content = value(row);
      return content === null || content === undefined ? null : JSON.stringify(content);
    },
  };
}

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
export const workspaceMoved: readonly Column<WorkspaceRow>[] = [
  bigint("seq", (row) => row.seq),
  instant("last_instant", (row) => row.lastInstant),
  instant("lease_due", (row) => row.leaseDue),
];

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
    { name: "notices", type: "smallint", value: (row) => row.notices },
    integer("term", (row) => row.term),
    instant("last_at", (row) => row.lastAt),
    json("parked", (row) => row.parked),
  ],
};

/** What a charge, a settle and a refund change of a holder. */
export const holderMoved: readonly Column<HolderRow>[] = [
  text("id", (row) => row.id),
  bigint("balance", (row) => row.balance),
  bigint("cap_used", (row) => row.capUsed),
  instant("last_at", (row) => row.lastAt),
];

/** True when `holderMoved` tells all that changed since the row was read. */
export function isHolderMoved(row: HolderRow): boolean {
  const before = row.before as HolderRow | undefined;
  return (
    before !== undefined &&
    row.debt === before.debt &&
    row.epoch === before.epoch &&
    row.cycleStartsAt === before.cycleStartsAt &&
    row.mark === before.mark &&
    row.allotted === before.allotted &&
    row.notices === before.notices &&
    row.term === before.term &&
    row.parked === before.parked
  );
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
    { name: "noticed", type: "smallint", value: (row) => row.noticed },
    boolean("closed", isClosed),
  ],
};

/** A closed grant needs not be loaded: nothing of it can be spent, come back by itself, or be owed. */
export function isClosed(row: GrantRow): boolean {
  return row.available === 0 && row.held === 0 && !hasClawback(row);
}

/** What a charge, a settle and a refund change of a grant. */
export const grantMoved: readonly Column<GrantRow>[] = [
  text("id", (row) => row.id),
  bigint("available", (row) => row.available),
  bigint("held", (row) => row.held),
  bigint("spent", (row) => row.spent),
];

/** True when `grantMoved` tells all that changed since the row was read. */
export function isGrantMoved(row: GrantRow): boolean {
  const before = row.before as GrantRow | undefined;
  return (
    before !== undefined &&
    row.expired === before.expired &&
    row.revoked === before.revoked &&
    row.expiresAt === before.expiresAt &&
    row.noticed === before.noticed &&
    row.clawback === before.clawback &&
    isClosed(row) === isClosed(before)
  );
}

/** Slices as JSON lists, in a text column: they are read back as they were written, and PostgreSQL need not parse them. */
function encodeSlices(slices: readonly Slice[]): string {
  let text = "[";
  for (const { grant, source, holder, amount, returned } of slices) {
    if (text.length > 1) text += ",";
    text += `[${JSON.stringify(grant)},"${source}",${JSON.stringify(holder)},${amount},${returned}]`;
  }
  return `${text}]`;
}

export function decodeSlices(text: string): Slice[] {
  const rows = JSON.parse(text) as [string, Slice["source"], string, number, number][];
  return rows.map(([grant, source, holder, amount, returned]) => ({ grant, source, holder, amount, returned }));
}

/** A list in a list: PostgreSQL's lists do not nest, so it travels as text. */
/** Changes with every update, so that whoever remembers a row can tell whether it is still the same. */
const version: Column<ChargeRow> = {
  name: "version",
  type: "integer",
  value: (row) => (row.stored === null ? 0 : row.stored.version + 1),
};

const entryNumbers: Column<ChargeRow> = {
  name: "entries",
  type: "text",
  wrap: (element) => `${element}::bigint[]`,
  value: (row) => `{${row.entries.join(",")}}`,
};

export const chargeTable: Table<ChargeRow> = {
  name: "charge",
  key: ["id"],
  place: (row) => row.place,
  fixed: [
    text("id", (row) => row.id),
    text("member", (row) => row.member),
    text("feature", (row) => row.feature),
    text("mode", (row) => row.mode),
    integer("quantity", (row) => row.quantity),
    bigint("unit_price", (row) => row.unitPrice),
    json("rates", (row) => row.rates),
    json("estimate", (row) => row.estimate),
    text("settles", (row) => row.settles),
    boolean("unlimited", (row) => row.unlimited),
    text("catalog_version", (row) => row.catalogVersion),
    instant("created_at", (row) => row.createdAt),
    json("metadata", (row) => row.metadata),
    text("epoch", (row) => row.epoch),
    instant("cycle_starts_at", (row) => row.cycleStartsAt),
  ],
  mutable: [
    integer("delivered", (row) => row.delivered),
    json("usage", (row) => row.usage),
    boolean("estimated", (row) => row.estimated),
    bigint("amount", (row) => row.amount),
    text("state", (row) => row.state),
    bigint("settled_amount", (row) => row.settledAmount),
    bigint("refunded_amount", (row) => row.refundedAmount),
    integer("refunded_units", (row) => row.refundedUnits),
    bigint("uncollected", (row) => row.uncollected),
    text("reason", (row) => row.reason),
    boolean("cancel_requested", (row) => row.cancelRequested),
    text("slices", (row) => encodeSlices(row.slices)),
    entryNumbers,
    text("attempt", (row) => row.attempt),
    json("superseded", (row) => (row.superseded.length === 0 ? null : row.superseded)),
    text("ended_by", (row) => row.endedBy),
    text("ended_attempt", (row) => row.endedAttempt),
    integer("lease_ms", (row) => row.leaseMs),
    instant("lease_expires_at", (row) => row.leaseExpiresAt),
    instant("ended_at", (row) => row.endedAt),
    version,
  ],
};

/** What a charge is made of when nothing out of the ordinary was asked; the rest has its defaults. */
export const plainCharge: readonly Column<ChargeRow>[] = [
  text("id", (row) => row.id),
  text("member", (row) => row.member),
  text("feature", (row) => row.feature),
  text("mode", (row) => row.mode),
  integer("quantity", (row) => row.quantity),
  bigint("unit_price", (row) => row.unitPrice),
  text("settles", (row) => row.settles),
  bigint("amount", (row) => row.amount),
  text("slices", (row) => encodeSlices(row.slices)),
  entryNumbers,
  text("catalog_version", (row) => row.catalogVersion),
  text("attempt", (row) => row.attempt),
  integer("lease_ms", (row) => row.leaseMs),
  instant("lease_expires_at", (row) => row.leaseExpiresAt),
  instant("created_at", (row) => row.createdAt),
  text("epoch", (row) => row.epoch),
  instant("cycle_starts_at", (row) => row.cycleStartsAt),
];

export function isPlainCharge(row: ChargeRow): boolean {
  return (
    row.state === "open" &&
    row.unitPrice !== null &&
    !row.unlimited &&
    !row.cancelRequested &&
    row.delivered === 0 &&
    row.superseded.length === 0 &&
    isEmpty(row.metadata)
  );
}

function isEmpty(object: Record<string, unknown>): boolean {
  return Object.keys(object).length === 0;
}

/** What the end of a charge changes when all of it was delivered. */
export const plainEnd: readonly Column<ChargeRow>[] = [
  text("id", (row) => row.id),
  integer("delivered", (row) => row.delivered),
  text("state", (row) => row.state),
  bigint("settled_amount", (row) => row.settledAmount),
  entryNumbers,
  text("ended_by", (row) => row.endedBy),
  text("ended_attempt", (row) => row.endedAttempt),
  instant("ended_at", (row) => row.endedAt),
  version,
];

/** True when `plainEnd` tells all that changed since the row was read. */
export function isPlainEnd(row: ChargeRow): boolean {
  const { stored } = row;
  return (
    stored !== null &&
    row.state !== "open" &&
    row.refundedAmount === stored.refundedAmount &&
    row.refundedUnits === stored.refundedUnits &&
    row.uncollected === stored.uncollected &&
    row.reason === stored.reason &&
    row.cancelRequested === stored.cancelRequested &&
    row.slices === stored.slices &&
    row.usage === stored.usage &&
    row.estimated === stored.estimated &&
    row.amount === stored.amount &&
    row.attempt === stored.attempt &&
    row.superseded === stored.superseded &&
    row.leaseMs === stored.leaseMs &&
    row.leaseExpiresAt === stored.leaseExpiresAt
  );
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

export function lists<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Param[] {
  return columns.map(({ value }) => rows.map(value));
}
