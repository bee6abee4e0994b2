import type { Charge, ChargeOutcome, Feature, Mode, NotAllowedReason, Usage } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { priceOf, validateUsage } from "../catalog/price.ts";
import { advance, presentCycle } from "./advance.ts";
import { balanceAfter, type Decided, presentCharge, refused, wrote } from "./answer.ts";
import { termAt } from "./calendar.ts";
import type { ChargeCommand } from "./command.ts";
import { countForCap } from "./end-charge.ts";
import { burnOrder, isSpendable, spendableBy } from "./grants.ts";
import { edit, insert } from "./journal.ts";
import { isUnlimited, seatOf } from "./level.ts";
import { holderOf, move } from "./move.ts";
import { usageNotice } from "./notices.ts";
import { refusal } from "./remedies.ts";
import { type ChargeRow, POOL, type Slice, type State } from "./state.ts";

/** Deducts the price when the generation begins, or says why not. The order of the checks is the contract's (4.6). */
export function charge(state: State, command: ChargeCommand, now: number): Decided<ChargeOutcome> {
  advance(state, [command.member, POOL], now, true);
  const existing = state.charges.get(command.id);
  if (existing !== undefined) return repeated(state, existing, command, now);

  const member = state.members.get(command.member);
  if (member === undefined) return refused({ outcome: "unknown_member" });
  const feature = own(state.catalog.features, command.feature);
  if (feature === undefined) return refused({ outcome: "unknown_feature" });
  const mode = own(feature.modes, command.mode);
  if (mode === undefined) return refused({ outcome: "unknown_mode" });

  const amount = price(feature, mode, command);
  const reason = notAllowed(state, command.member, feature, mode, now);
  if (reason !== null) {
    return refused({ outcome: "not_allowed", reason, ...refusal(state, command.member, amount, now) });
  }
  if (command.maxAmount !== null && amount > command.maxAmount) {
    const { maxAmount } = command;
    return refused({ outcome: "price_changed", maxAmount, ...refusal(state, command.member, amount, now) });
  }
  const holder = holderOf(state, command.member);
  if (member.cap !== null && amount > 0 && holder.capUsed + amount > member.cap) {
    const cap = { limit: member.cap, used: holder.capUsed };
    return refused({ outcome: "cap_reached", cap, ...refusal(state, command.member, amount, now) });
  }
  const cycle = presentCycle(state, now);
  const unlimited = isUnlimited(state, command.member, now, cycle);
  if (!unlimited && spendableBy(state, command.member, now) < amount) {
    return refused({ outcome: "insufficient", ...refusal(state, command.member, amount, now) });
  }

  const row = insert(state, state.charges, command.id, {
    id: command.id,
    member: command.member,
    feature: command.feature,
    mode: command.mode,
    quantity: command.quantity,
    delivered: 0,
    unitPrice: mode.price,
    rates: mode.perMillion,
    estimate: command.usage,
    usage: command.usage,
    estimated: false,
    settles: feature.settles,
    unlimited,
    amount,
    state: "open",
    settledAmount: 0,
    refundedAmount: 0,
    refundedUnits: 0,
    uncollected: 0,
    reason: null,
    cancelRequested: false,
    slices: [],
    entries: [],
    catalogVersion: state.catalogVersion,
    attempt: command.attempt,
    superseded: [],
    endedBy: null,
    endedAttempt: null,
    leaseMs: command.leaseMs,
    leaseExpiresAt: now + command.leaseMs,
    version: 0,
    createdAt: now,
    endedAt: null,
    metadata: command.metadata,
    epoch: cycle.epoch,
    cycleStartsAt: cycle.startsAt,
  });
  if (!unlimited) row.slices = burn(state, row, amount, now);
  countForCap(state, row, amount);
  return wrote({
    outcome: "charged",
    replayed: false,
    charge: presentCharge(state.workspace.id, row),
    balance: balanceAfter(state, command.member, now),
    seq: state.workspace.seq,
  });
}

/** Own properties only: a feature named `constructor` is an unknown feature. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The price of what the command asks for; an impossible one is invalid input. */
export function price(feature: Feature, mode: Mode, asked: { quantity: number; usage: Usage | null }): number {
  const metered = feature.settles === "metered";
  const [fault] = validateUsage(mode, asked.usage);
  if (fault !== undefined) throw invalid(fault.path, fault.message);
  if (metered && asked.quantity !== 1)
    throw invalid("quantity", "must be 1 for a metered feature; its usage is the quantity");
  const amount = priceOf(mode, asked.quantity, asked.usage);
  if (amount === "too_large")
    throw invalid(metered ? "usage" : "quantity", "makes a price above 9007199254740991 credits");
  return amount;
}

export function invalid(path: string, message: string): DucatError {
  return new DucatError("invalid_input", `${path} ${message}.`, { errors: [{ path, message }] });
}

/** Why this member may not use this at all: removed, a role without a seat, or a plan without the feature. */
export function notAllowed(
  state: State,
  member: string,
  feature: Feature,
  mode: Mode,
  now: number,
): NotAllowedReason | null {
  const row = state.members.get(member);
  if (row?.removedAt != null) return "removed";
  if (seatOf(state, member) === null) return "role";
  const { plan } = termAt(state.terms, now);
  if (feature.plans !== null && !feature.plans.includes(plan)) return "plan";
  if (mode.plans !== null && !mode.plans.includes(plan)) return "plan";
  return null;
}

/** Takes the amount from the member's spendable grants in burn order. The caller has checked that it is there. */
export function burn(state: State, row: ChargeRow, amount: number, now: number): Slice[] {
  const slices: Slice[] = [];
  const cause = { at: now, charge: row.id, member: row.member };
  let left = amount;
  for (const grant of burnOrder(state, row.member)) {
    if (left === 0) break;
    if (!isSpendable(state, grant, now)) continue;
    const part = Math.min(left, grant.available);
    left -= part;
    move(state, "charge", grant, part, cause);
    slices.push({ grant: grant.id, source: grant.source, holder: grant.holder, amount: part, returned: 0 });
    if (grant.source === "monthly") usageNotice(state, holderOf(state, grant.holder), now);
  }
  if (left > 0) throw new Error(`charge ${row.id} lacks ${left} credits that were there a moment ago`);
  return slices;
}

/** The same id again: the first answer, a replay, what became of it, or the error `id_reused`. */
function repeated(state: State, row: ChargeRow, command: ChargeCommand, now: number): Decided<ChargeOutcome> {
  if (!sameInput(row, command)) {
    throw new DucatError(
      "id_reused",
      `Charge ${row.id} was made with another member, feature, mode, quantity or usage. Use a new id for a new charge.`,
    );
  }
  const answer = (charge: Charge) => ({
    charge,
    balance: balanceAfter(state, row.member, now),
    seq: state.workspace.seq,
  });
  if (row.state !== "open") {
    const outcome = row.state === "settled" ? "already_settled" : "already_refunded";
    return refused({ outcome, ...answer(presentCharge(state.workspace.id, row)) });
  }
  if (row.attempt === command.attempt) {
    return refused({ outcome: "charged", replayed: false, ...answer(presentCharge(state.workspace.id, row)) });
  }
  if (!command.resume || row.superseded.includes(command.attempt)) {
    return refused({ outcome: "charged", replayed: true, ...answer(presentCharge(state.workspace.id, row)) });
  }
  edit(state, row);
  row.superseded = [...row.superseded, row.attempt].slice(-MAX_SUPERSEDED);
  row.attempt = command.attempt;
  row.leaseExpiresAt = Math.max(row.leaseExpiresAt, Math.min(now + command.leaseMs, row.createdAt + MAX_AGE_MS));
  return wrote({ outcome: "charged", replayed: false, ...answer(presentCharge(state.workspace.id, row)) });
}

/** How many superseded attempts a charge remembers; the oldest are long gone by then. */
const MAX_SUPERSEDED = 20;
/** Heartbeats keep a charge open until it is this old (contract 4.12). */
export const MAX_AGE_MS = 86_400_000;

function sameUsage(a: Usage | null, b: Usage | null): boolean {
  if (a === null || b === null) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((meter) => (a[meter] ?? 0) === (b[meter] ?? 0));
}

function sameInput(row: ChargeRow, command: ChargeCommand): boolean {
  return (
    row.member === command.member &&
    row.feature === command.feature &&
    row.mode === command.mode &&
    row.quantity === command.quantity &&
    sameUsage(row.estimate, command.usage)
  );
}
