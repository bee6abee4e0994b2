import type {
  DecideRequestOutcome,
  NotAllowedReason,
  TopUp,
  TopUpOutcome,
  TopUpPack,
  TopUpRequest,
  TopUpRequestOutcome,
} from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance } from "./advance.ts";
import { type Decided, instant, instantOrNull, refused, wrote } from "./answer.ts";
import { termAt } from "./calendar.ts";
import { invalid, own } from "./charge.ts";
import { repayDebts, setClawbackTarget } from "./clawback.ts";
import type {
  DecideRequestCommand,
  TopUpCommand,
  TopUpPaidCommand,
  TopUpRefundedCommand,
  TopUpRequestCommand,
} from "./command.ts";
import { addGrant, topUpGrantId } from "./grants.ts";
import { edit, insert } from "./journal.ts";
import { planOf, seatOf } from "./level.ts";
import { claim } from "./operation.ts";
import { refuseAboveLimit } from "./promo.ts";
import { buys, takesTopUps } from "./remedies.ts";
import { type MemberRow, operationKey, POOL, type State, type TopUpRequestRow, type TopUpRow } from "./state.ts";

export function presentTopUp(row: TopUpRow): TopUp {
  const { id, state, buyer, pack, credits, price, recipients, payment, refunded, checkoutUrl } = row;
  const times = { createdAt: instant(row.createdAt), paidAt: instantOrNull(row.paidAt) };
  return { id, state, buyer, pack, credits, price, recipients, payment, refunded, checkoutUrl, ...times };
}

export function presentRequest(row: TopUpRequestRow): TopUpRequest {
  const { id, state, member, pack, note, decidedBy, topUp } = row;
  const times = { createdAt: instant(row.createdAt), decidedAt: instantOrNull(row.decidedAt) };
  return { id, state, member, pack, note, decidedBy, topUp, ...times };
}

function packOf(state: State, id: string): TopUpPack {
  const pack = own(state.catalog.topUpPacks, id);
  if (pack === undefined || pack.retired) {
    const known = Object.entries(state.catalog.topUpPacks)
      .filter(([, { retired }]) => !retired)
      .map(([key]) => key);
    const packs = known.join(", ");
    throw new DucatError("unknown_pack", `The catalog has no top-up pack ${id} on offer. Its packs are ${packs}.`);
  }
  return pack;
}

/** Why this member (or, `null`, the operator) may not order for these recipients now: who is removed, then who has no right. */
function mayNotOrder(
  state: State,
  buyer: string | null,
  recipients: readonly string[],
  now: number,
): NotAllowedReason | null {
  const members = recipients.filter((recipient) => recipient !== POOL);
  for (const id of buyer === null ? members : [buyer, ...members]) {
    if (mustKnow(state, id).removedAt !== null) return "removed";
  }
  if (buyer !== null && !buys(state, buyer)) return "role";
  if (members.some((id) => seatOf(state, id) === null)) return "role";
  return mayNotTopUp(state, now);
}

function mustKnow(state: State, id: string): MemberRow {
  const row = state.members.get(id);
  if (row === undefined) throw unknownMember(id);
  return row;
}

function mayNotTopUp(state: State, now: number): NotAllowedReason | null {
  const term = termAt(state.terms, now);
  if (!term.paid || !planOf(state, term).topUps) return "plan";
  return takesTopUps(state, now) ? null : "past_due";
}

function unknownMember(id: string): DucatError {
  return new DucatError("unknown_member", `There is no member ${id} in this workspace. Put the member first.`);
}

/** Orders a pack for each recipient. Nothing is granted until it is paid. */
export function orderTopUp(state: State, command: TopUpCommand, now: number): Decided<TopUpOutcome> {
  const existing = state.topUps.get(command.id);
  if (existing !== undefined) return repeatedOrder(state, existing, command, now);
  const { buyer, recipients } = command;
  recipients.forEach((recipient, i) => {
    if (recipients.indexOf(recipient) !== i) throw invalid(`recipients[${i}]`, "stands in the list twice");
  });
  for (const id of buyer === null ? recipients : [buyer, ...recipients]) if (id !== POOL) mustKnow(state, id);
  const pack = packOf(state, command.pack);
  advance(state, [POOL, ...recipients], now, true);
  const reason = mayNotOrder(state, buyer, recipients, now);
  if (reason !== null) return refused({ outcome: "not_allowed", reason });
  const row = insertOrder(state, command, pack, now);
  if (!command.paid) return wrote({ outcome: "ordered", replayed: false, topUp: presentTopUp(row) });
  pay(state, row, command.payment, now);
  return wrote({ outcome: "paid", replayed: false, topUp: presentTopUp(row) });
}

function insertOrder(
  state: State,
  order: { id: string; buyer: string | null; pack: string; recipients: string[] },
  pack: TopUpPack,
  now: number,
): TopUpRow {
  return insert(state, state.topUps, order.id, {
    id: order.id,
    state: "awaiting_payment",
    buyer: order.buyer,
    pack: order.pack,
    credits: pack.credits,
    price: pack.price,
    recipients: order.recipients,
    payment: null,
    refunded: 0,
    checkoutUrl: null,
    createdAt: now,
    paidAt: null,
  });
}

function repeatedOrder(state: State, row: TopUpRow, command: TopUpCommand, now: number): Decided<TopUpOutcome> {
  const same =
    row.pack === command.pack &&
    row.buyer === command.buyer &&
    row.recipients.length === command.recipients.length &&
    row.recipients.every((recipient, i) => recipient === command.recipients[i]);
  if (!same) {
    throw new DucatError(
      "id_reused",
      `Top-up ${row.id} was ordered with another buyer, pack or recipients. Use a new id.`,
    );
  }
  if (command.paid) return topUpPaid(state, { ...command, verb: "topUpPaid" }, now);
  return refused({ outcome: row.state === "paid" ? "paid" : "ordered", replayed: true, topUp: presentTopUp(row) });
}

/** A payment arrived: the order is granted, exactly once. Also when the plan has ended meanwhile: then it is frozen. */
export function topUpPaid(state: State, command: TopUpPaidCommand, now: number): Decided<TopUpOutcome> {
  const row = topUpOf(state, command.id);
  if (row.state === "paid") {
    if (command.payment !== null && command.payment !== row.payment) {
      throw new DucatError(
        "payment_used",
        `Top-up ${row.id} has been paid by payment ${row.payment ?? "of the operator"}; a second payment must be given back.`,
      );
    }
    return refused({ outcome: "paid", replayed: true, topUp: presentTopUp(row) });
  }
  advance(state, row.recipients, now, true);
  pay(state, row, command.payment, now);
  return wrote({ outcome: "paid", replayed: false, topUp: presentTopUp(row) });
}

function topUpOf(state: State, id: string): TopUpRow {
  const row = state.topUps.get(id);
  if (row === undefined) throw new DucatError("unknown_top_up", `There is no top-up ${id} in this workspace.`);
  return row;
}

function pay(state: State, row: TopUpRow, payment: string | null, now: number): void {
  if (payment !== null) claimPayment(state, row, payment, now);
  edit(state, row);
  row.state = "paid";
  row.payment = payment;
  row.paidAt = now;
  for (const holder of row.recipients) {
    refuseAboveLimit(state, holder, row.credits);
    const id = topUpGrantId(row.id, holder);
    const purchase = row.id;
    const grant = addGrant(
      state,
      { id, holder, source: "top-up", amount: row.credits, at: now, expiresAt: null, purchase },
      now,
    );
    repayDebts(state, grant, now);
  }
}

/** One payment pays one order. */
function claimPayment(state: State, row: TopUpRow, payment: string, now: number): void {
  const before = state.operations.get(operationKey("payment", payment));
  if (before !== undefined) {
    throw new DucatError("payment_used", `Payment ${payment} has paid top-up ${before.fingerprint} already.`);
  }
  claim(state, "payment", payment, { fingerprint: row.id, actor: null, note: null, result: {}, at: now });
}

/** Money of a paid order went back, or came back: the total so far. Each recipient's grant gives up its share. */
export function topUpRefunded(state: State, command: TopUpRefundedCommand, now: number): Decided<TopUpOutcome> {
  const row = topUpOf(state, command.id);
  if (row.state !== "paid") {
    throw new DucatError("not_paid", `Top-up ${row.id} has not been paid, so nothing of it can be given back.`);
  }
  const paid = row.price.amount * row.recipients.length;
  if (command.refunded > paid) {
    throw invalid("refunded", `must be at most what was paid, ${paid} (in the price's smallest unit)`);
  }
  if (command.refunded === row.refunded) {
    return refused({ outcome: "paid", replayed: true, topUp: presentTopUp(row) });
  }
  advance(state, row.recipients, now, true);
  edit(state, row).refunded = command.refunded;
  for (const holder of row.recipients) {
    const grant = state.grants.get(topUpGrantId(row.id, holder));
    if (grant === undefined) throw new Error(`the grant of top-up ${row.id} for ${holder} was not loaded`);
    setClawbackTarget(state, grant, share(grant.amount, command.refunded, paid), now);
  }
  return wrote({ outcome: "paid", replayed: false, topUp: presentTopUp(row) });
}

/** ⌊amount × refunded ÷ paid⌋, exact. */
function share(amount: number, refunded: number, paid: number): number {
  return Number((BigInt(amount) * BigInt(refunded)) / BigInt(paid));
}

/** A member who may not buy asks for a pack. */
export function requestTopUp(state: State, command: TopUpRequestCommand, now: number): Decided<TopUpRequestOutcome> {
  const existing = state.requests.get(command.id);
  if (existing !== undefined) {
    if (existing.member !== command.member || existing.pack !== command.pack) {
      throw new DucatError(
        "id_reused",
        `Request ${existing.id} was made by another member or for another pack. Use a new id.`,
      );
    }
    return refused({ outcome: "requested", replayed: true, request: presentRequest(existing) });
  }
  mustKnow(state, command.member);
  packOf(state, command.pack);
  advance(state, [command.member, POOL], now, true);
  const reason = mayNotOrder(state, null, [command.member], now);
  if (reason !== null) return refused({ outcome: "not_allowed", reason });
  const row = insert(state, state.requests, command.id, {
    id: command.id,
    state: "open",
    member: command.member,
    pack: command.pack,
    note: command.note,
    decidedBy: null,
    topUp: null,
    createdAt: now,
    decidedAt: null,
  });
  return wrote({ outcome: "requested", replayed: false, request: presentRequest(row) });
}

/** The order that an approved request makes. Nobody else may give an order such an id. */
export function requestOrderId(request: string): string {
  return `request:${request}`;
}

/** A buyer approves (which orders for the member) or declines, or the member withdraws; one decision wins. */
export function decideRequest(state: State, command: DecideRequestCommand, now: number): Decided<DecideRequestOutcome> {
  const row = state.requests.get(command.id);
  if (row === undefined) throw new DucatError("unknown_request", `There is no top-up request ${command.id}.`);
  if (command.verb === "withdraw" && command.by !== row.member) {
    throw new DucatError("forbidden", "Only the member who made a request may withdraw it.");
  }
  const decision = decisions[command.verb];
  if (row.state !== "open") {
    if (row.state !== decision || row.decidedBy !== command.by) {
      throw new DucatError("already_decided", `Request ${row.id} was ${row.state} by ${row.decidedBy} already.`, {
        details: { state: row.state, decidedBy: row.decidedBy },
      });
    }
    return refused(decided(state, row, true));
  }
  const by = mustKnow(state, command.by);
  advance(state, [POOL, row.member], now, true);
  if (by.removedAt !== null) return refused({ outcome: "not_allowed", reason: "removed" });
  if (command.verb !== "withdraw" && !buys(state, command.by)) {
    return refused({ outcome: "not_allowed", reason: "role" });
  }
  if (command.verb === "approve") {
    const pack = packOf(state, row.pack);
    const reason = mayNotOrder(state, command.by, [row.member], now);
    if (reason !== null) return refused({ outcome: "not_allowed", reason });
    insertOrder(
      state,
      { id: requestOrderId(row.id), buyer: command.by, pack: row.pack, recipients: [row.member] },
      pack,
      now,
    );
  }
  edit(state, row);
  row.state = decision;
  row.decidedBy = command.by;
  row.decidedAt = now;
  if (command.verb === "approve") row.topUp = requestOrderId(row.id);
  return wrote(decided(state, row, false));
}

const decisions = { approve: "approved", decline: "declined", withdraw: "withdrawn" } as const;

function decided(state: State, row: TopUpRequestRow, replayed: boolean): DecideRequestOutcome {
  const request = presentRequest(row);
  if (row.state === "approved") {
    return { outcome: "approved", replayed, request, topUp: presentTopUp(topUpOf(state, row.topUp as string)) };
  }
  return { outcome: row.state === "declined" ? "declined" : "withdrawn", replayed, request };
}
