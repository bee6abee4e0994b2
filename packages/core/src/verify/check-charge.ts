import type { ChargeRow, Slice } from "../engine/state.ts";
import type { Report } from "./report.ts";

/** An entry that a charge lists, with what the check of the charge needs of it. */
export interface ListedEntry {
  seq: number;
  kind: string;
  holder: string;
  grant: string;
  charge: string | null;
  moved: number;
  member: string | null;
}

export interface VerifiedCharge {
  charge: ChargeRow;
  /** Those of the listed entries that exist, in the order of their numbers. */
  entries: readonly ListedEntry[];
  /** True when there is a lease that ends at the charge's instant. */
  leased: boolean;
}

/** Compares one charge with its own entries. Both come from one snapshot, and nothing else is needed. */
export function checkCharge({ charge, entries, leased }: VerifiedCharge, report: Report): void {
  const about = { charge: charge.id };
  const where = `charge ${charge.id}`;
  checkListed(charge, entries, report);
  report.same("lease", about, charge.state === "open", leased, `${where}, ${charge.state}, has a lease`);

  const own = entries.filter((entry) => entry.charge === charge.id);
  const sum = (...kinds: string[]) =>
    own.reduce((total, entry) => total + (kinds.includes(entry.kind) ? entry.moved : 0), 0);
  const drawn = charge.unlimited ? 0 : charge.amount;
  const slices = charge.slices.reduce((total, slice) => total + slice.amount, 0);
  report.same("charge-slices", about, drawn, slices, `${where}, sum of its slices`);
  checkGrants("charge-held", charge, own, ["charge"], (slice) => slice.amount, report);
  checkGrants("charge-returned", charge, own, ["refund", "return"], (slice) => slice.returned, report);
  for (const entry of own) {
    report.same("charge-member", { ...about, grant: entry.grant }, charge.member, entry.member, `entry ${entry.seq}`);
  }
  if (!charge.unlimited) {
    report.same("charge-settled", about, sum("settle"), charge.settledAmount, `${where}, settled amount`);
    report.same("charge-refunded", about, sum("refund", "return"), charge.refundedAmount, `${where}, refunded amount`);
  }
  checkState(charge, sum("charge") - sum("settle", "refund"), report);
}

function checkListed(charge: ChargeRow, entries: readonly ListedEntry[], report: Report): void {
  const found = new Map(entries.map((entry) => [entry.seq, entry]));
  const seen = new Set<number>();
  for (const seq of charge.entries) {
    const entry = found.get(seq);
    const where = `entry ${seq}, listed by charge ${charge.id}`;
    if (seen.has(seq)) report.add("listed-entry", { charge: charge.id }, "once", "twice", where);
    else if (entry === undefined) report.add("listed-entry", { charge: charge.id }, "an entry", "none", where);
    else report.same("listed-entry", { charge: charge.id, grant: entry.grant }, charge.id, entry.charge, where);
    seen.add(seq);
  }
}

function checkGrants(
  check: "charge-held" | "charge-returned",
  charge: ChargeRow,
  entries: readonly ListedEntry[],
  kinds: readonly string[],
  of: (slice: Slice) => number,
  report: Report,
): void {
  const sums = new Map<string, { entered: number; sliced: number }>();
  const add = (holder: string, grant: string, entered: number, sliced: number) => {
    const key = JSON.stringify([holder, grant]);
    const before = sums.get(key) ?? { entered: 0, sliced: 0 };
    sums.set(key, { entered: before.entered + entered, sliced: before.sliced + sliced });
  };
  for (const entry of entries) if (kinds.includes(entry.kind)) add(entry.holder, entry.grant, entry.moved, 0);
  for (const slice of charge.slices) add(slice.holder, slice.grant, 0, of(slice));
  for (const [key, { entered, sliced }] of sums) {
    const [holder, grant] = JSON.parse(key) as [string, string];
    report.same(check, { charge: charge.id, grant, holder }, entered, sliced, `charge ${charge.id}, grant ${grant}`);
  }
}

/** `stillHeld`: what the entries took and neither spent nor gave back. */
function checkState(charge: ChargeRow, stillHeld: number, report: Report): void {
  const { amount, state, settledAmount, refundedAmount } = charge;
  const same = (expected: string | number | boolean, found: string | number | boolean, what: string) =>
    report.same("charge-state", { charge: charge.id }, expected, found, `charge ${charge.id}, ${state}, ${what}`);
  same(state !== "open", charge.endedAt !== null, "has ended");
  same(state !== "open", charge.endedBy !== null, "says what ended it");
  for (const slice of charge.slices) {
    if (slice.amount <= 0 || slice.returned < 0 || slice.returned > slice.amount) {
      same(`0 to ${slice.amount}`, slice.returned, `returned to grant ${slice.grant}`);
    }
  }
  if (!charge.unlimited) same(state === "open" ? amount : 0, stillHeld, "held");
  if (state === "open") {
    same(0, settledAmount, "settled amount");
    same(0, refundedAmount, "refunded amount");
  } else if (state === "refunded") {
    same(0, settledAmount, "settled amount");
    same(amount, refundedAmount, "refunded amount");
  } else {
    same(true, settledAmount > 0 || amount === 0, "settled amount is above 0, or the charge is free");
    const least = amount - settledAmount;
    same(true, refundedAmount >= least && refundedAmount <= amount, `refunded amount is ${least} to ${amount}`);
  }
}
