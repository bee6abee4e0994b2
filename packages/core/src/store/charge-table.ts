import type { ChargeRow, Slice } from "../engine/state.ts";
import {
  bigint,
  boolean,
  type Column,
  changedOnly,
  instant,
  integer,
  json,
  only,
  type Table,
  text,
} from "./columns.ts";

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

const slices: Column<ChargeRow> = {
  ...text("slices", (row) => encodeSlices(row.slices)),
  content: (row) => row.slices,
};

/** A list in a list: PostgreSQL's lists do not nest, so it travels as text. */
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
    slices,
    entryNumbers,
    text("attempt", (row) => row.attempt),
    {
      ...json("superseded", (row) => (row.superseded.length === 0 ? null : row.superseded)),
      content: (row) => row.superseded,
    },
    text("ended_by", (row) => row.endedBy),
    text("ended_attempt", (row) => row.endedAttempt),
    integer("lease_ms", (row) => row.leaseMs),
    instant("lease_expires_at", (row) => row.leaseExpiresAt),
    instant("ended_at", (row) => row.endedAt),
    integer("version", (row) => row.version),
  ],
};

/** What a charge is made of when nothing out of the ordinary was asked; the rest has its defaults. */
export const plainCharge = only(chargeTable, [
  "id",
  "member",
  "feature",
  "mode",
  "quantity",
  "unit_price",
  "settles",
  "amount",
  "slices",
  "entries",
  "catalog_version",
  "attempt",
  "lease_ms",
  "lease_expires_at",
  "created_at",
  "epoch",
  "cycle_starts_at",
]);

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
export const plainEnd = only(chargeTable, [
  "id",
  "delivered",
  "state",
  "settled_amount",
  "entries",
  "ended_by",
  "ended_attempt",
  "ended_at",
  "version",
]);

const endedPlainly = changedOnly(chargeTable, plainEnd);

/** True when `plainEnd` tells all that changed since the row was read. */
export function isPlainEnd(row: ChargeRow): boolean {
  return row.before !== undefined && row.state !== "open" && endedPlainly(row, row.before as ChargeRow);
}
