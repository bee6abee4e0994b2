import { columnsOf, follow, move, repay } from "./ledger.ts";
import type { Act, Decided, Grant, Member, Order, Pack, Request, Story } from "./model.ts";
import { addGrant, newOrder, now, planNow, pool, published } from "./model.ts";
import { monthlyGrants, seatNow, touch } from "./monthly.ts";
import { find, first, msOrNull, must, named, sum } from "./rules.ts";

/** 6.5. */
export const grant: Act<"grant"> = (story, input, at) => {
  const { amount, member: holder = pool } = input;
  const expiresAt = msOrNull(input.expiresAt);
  must(input.member === undefined || now(story).members.has(holder), "unknown_member");
  must(expiresAt === null || expiresAt > at, "invalid_input");
  touch(story, [holder], at);
  const own = story.grants.filter((one) => one.holder === holder).map((one) => columnsOf(story, one, at));
  // 1: a grant that would lift a holder above the safe integers is refused.
  const most = Number.MAX_SAFE_INTEGER - sum(own.map(({ available, held }) => available + held));
  must(amount <= most, "amount_too_large");
  addGrant(story, { id: `promo:${input.id}`, holder, amount, at, expiresAt });
  return () => ({ outcome: "granted", replayed: false, amount });
};

/** 6.5. */
export const revokeGrant: Act<"revokeGrant"> = (story, input, at) => {
  // A monthly grant that is due, and shown by every read, can be named though nothing has made it yet (3.6).
  const holder = [pool, ...now(story).members.keys()].find((one) =>
    [...story.grants, ...monthlyGrants(story, one, at).grants].some((g) => g.id === input.grant && g.holder === one),
  );
  must(holder, "unknown_grant");
  touch(story, [holder], at);
  const { available } = columnsOf(story, story.byId.get(input.grant) as Grant, at);
  const { amount = available } = input;
  must(amount <= available, "exceeds_available");
  move(story, { kind: "revoke", grant: input.grant, amount });
  return () => ({ outcome: "revoked", replayed: false, amount });
};

const viewOrder = ({ paidAmount: _, ...order }: Order) => order;
const buys = (story: Story, { role }: Member) => published(story).roles[role]?.buys === true;
const allow = (holds: boolean, reason: string) => must(holds, () => ({ outcome: "not_allowed", reason }));

/** 6.1: the pack to order, if nobody has left, their roles allow it, and then the plan, and then its status. */
function packFor(story: Story, id: string, buyer: string | null, recipients: readonly string[]): Pack {
  const { members, term } = now(story);
  const plan = planNow(story);
  const pack = named(published(story).topUpPacks, id);
  const people = [...recipients.filter((one) => one !== pool), ...(buyer === null ? [] : [buyer])];
  for (const one of people) must(members.has(one), "unknown_member");
  must(pack?.retired === false, "unknown_pack");
  for (const one of people) allow(members.get(one)?.removedAt === null, "removed");
  for (const one of recipients) allow(one === pool || seatNow(story, one) !== null, "role");
  if (buyer !== null) allow(buys(story, members.get(buyer) as Member), "role");
  allow(plan.paid && plan.topUps, "plan");
  allow(term.status !== "past_due", "past_due");
  return pack;
}

/** 6.2: only money grants, once for each order and payment. A grant that comes repays debts first (6.4). */
function pay(story: Story, order: Order, payment: string | undefined, at: number): void {
  Object.assign(order, { state: "paid", payment: payment ?? null });
  touch(story, order.recipients, at);
  const facts = { source: "top-up", amount: order.credits, at, order: order.id } as const;
  for (const holder of order.recipients)
    repay(story, addGrant(story, { id: topUpId(order, holder), holder, ...facts }), at);
}

const topUpId = ({ id }: Order, recipient: string) => `top-up:${first(id)}:${recipient}`;
const isUsed = (story: Story, payment: string | undefined) =>
  payment !== undefined && [...story.orders.values()].some((one) => one.payment === payment);

export const topUp: Act<"topUp"> = (story, input, at) => {
  const { id, buyer = null, pack: name, recipients, paid = false, payment } = input;
  // The operator's word that it is paid counts, also when it comes with a repeat of the order.
  if (story.seen.has(`topUp:${id}`)) return topUpPaid(story, input, at);
  const pack = packFor(story, name, buyer, recipients);
  must(!paid || !isUsed(story, payment), "payment_used");
  touch(story, [pool, ...recipients], at);
  const order = newOrder({ id, buyer, pack: name, recipients }, pack);
  story.orders.set(id, order);
  if (paid) pay(story, order, payment, at);
  return () => ({ outcome: order.state === "paid" ? "paid" : "ordered", replayed: false, topUp: viewOrder(order) });
};

export const topUpPaid: Act<"topUpPaid"> = (story, { id, payment }, at) => {
  const order = find(story.orders, id, "unknown_top_up");
  const tell = (replayed: boolean) => ({ outcome: "paid", replayed, topUp: viewOrder(order) });
  const isPaid = order.state === "paid";
  // A second payment for an order that is paid must be seen by whoever gives money back.
  must(!isPaid || ![undefined, order.payment].includes(payment), () => tell(true));
  must(!isPaid && !isUsed(story, payment), "payment_used");
  pay(story, order, payment, at);
  return () => tell(false);
};

/** 6.4: the money given back so far, which may repeat and may fall. */
export const topUpRefunded: Act<"topUpRefunded"> = (story, { id, refunded }, at) => {
  const order = find(story.orders, id, "unknown_top_up");
  must(order.state === "paid", "not_paid");
  must(refunded <= order.paidAmount, "invalid_input");
  const tell = (replayed: boolean) => ({ outcome: "paid", replayed, topUp: viewOrder(order) });
  must(refunded !== order.refunded, () => tell(true));
  touch(story, order.recipients, at);
  order.refunded = refunded;
  for (const holder of order.recipients) follow(story, topUpId(order, holder), at);
  return () => tell(false);
};

export const topUpRequest: Act<"topUpRequest"> = (story, { id, member, pack }, at) => {
  packFor(story, pack, null, [member]);
  touch(story, [member, pool], at);
  const request: Request = { id, member, pack, state: "open", decidedBy: null, topUp: null };
  story.requests.set(id, request);
  return () => ({ outcome: "requested", replayed: false, request: { ...request } });
};

/** 6.1: one decision wins; the same person repeating it hears it again. */
function decide(story: Story, id: string, state: Decided, by: string, at: number) {
  const request = find(story.requests, id, "unknown_request");
  must(state !== "withdrawn" || request.member === by, "forbidden");
  const tell = (replayed: boolean) => {
    const order = story.orders.get(request.topUp ?? "");
    return { outcome: state, replayed, request: { ...request }, ...(order && { topUp: viewOrder(order) }) };
  };
  must(request.state !== state || request.decidedBy !== by, () => tell(true));
  must(request.state === "open", "already_decided");
  const person = find(now(story).members, by, "unknown_member");
  allow(person.removedAt === null, "removed");
  allow(state === "withdrawn" || buys(story, person), "role");
  if (state === "approved") {
    const pack = packFor(story, request.pack, by, [request.member]);
    const order = newOrder({ id: `request:${id}`, buyer: by, pack: request.pack, recipients: [request.member] }, pack);
    story.orders.set(order.id, order);
    request.topUp = order.id;
  }
  touch(story, [pool, request.member], at);
  Object.assign(request, { state, decidedBy: by });
  return () => tell(false);
}

export const approve: Act<"approve"> = (story, { id, buyer }, at) => decide(story, id, "approved", buyer, at);
export const decline: Act<"decline"> = (story, { id, buyer }, at) => decide(story, id, "declined", buyer, at);
export const withdraw: Act<"withdraw"> = (story, { id, member }, at) => decide(story, id, "withdrawn", member, at);
