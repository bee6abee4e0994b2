import { columnsOf, follow, repay, sum } from "./ledger.ts";
import type { CommandOf, Decision, Grant, Order, Request, Story } from "./model.ts";
import { done, fail, first, ms, named, now, planNow, pool, published, refuse } from "./model.ts";
import { monthlyGrants, touch } from "./monthly.ts";
import { isSeated } from "./terms.ts";

/** 8.1: what was asked under an id before is answered again; anything else under it is an error. */
function again(story: Story, kind: string, id: string, asked: unknown): Decision | null {
  const seen = story.seen.get(`${kind}:${id}`);
  if (seen === undefined) return null;
  return seen.asked === JSON.stringify(asked) ? refuse({ ...seen.answer, replayed: true }) : fail("id_reused");
}

function claim(story: Story, kind: string, id: string, asked: unknown, answer: object): Decision {
  story.seen.set(`${kind}:${id}`, { asked: JSON.stringify(asked), answer: { ...answer } });
  return done({ ...answer });
}

/** 1: a grant that would lift a holder above the safe integers is refused. */
const tooMuch = (story: Story, holder: string, amount: number, at: number) =>
  amount >
  Number.MAX_SAFE_INTEGER -
    sum(
      story.grants
        .filter((one) => one.holder === holder)
        .map(({ id }) => columnsOf(story, id, at))
        .map(({ available, held }) => available + held),
    );

/** 6.5. */
export function grant(story: Story, input: CommandOf<"grant">, at: number): Decision {
  const { member, amount } = input;
  const expiresAt = input.expiresAt === undefined || input.expiresAt === null ? null : ms(input.expiresAt);
  const asked = [member, amount, expiresAt];
  const repeat = again(story, "grant", input.id, asked);
  if (repeat !== null) return repeat;
  if (member !== undefined && !now(story).members.has(member)) return fail("unknown_member");
  if (expiresAt !== null && expiresAt <= at) return fail("invalid_input");
  const holder = member ?? pool;
  touch(story, [holder], at);
  if (tooMuch(story, holder, amount, at)) return fail("amount_too_large");
  const id = `promo:${input.id}`;
  story.grants.push({ id, holder, source: "promo", amount, at, expiresAt, run: null, startsAt: null, order: null });
  return claim(story, "grant", input.id, asked, { outcome: "granted", replayed: false, amount });
}

/** 6.5. */
export function revokeGrant(story: Story, input: CommandOf<"revokeGrant">, at: number): Decision {
  const asked = [input.grant, input.amount];
  const repeat = again(story, "revoke", input.id, asked);
  if (repeat !== null) return repeat;
  // A monthly grant that is due, and shown by every read, can be named though nothing has made it yet (3.6).
  const holder = [pool, ...now(story).members.keys()].find((one) =>
    [...story.grants, ...monthlyGrants(story, one, at).grants].some((g) => g.id === input.grant && g.holder === one),
  );
  if (holder === undefined) return fail("unknown_grant");
  touch(story, [holder], at);
  const { available } = columnsOf(story, input.grant, at);
  const amount = input.amount ?? available;
  if (amount > available) return fail("exceeds_available");
  if (amount > 0) story.movements.push({ kind: "revoke", grant: input.grant, amount });
  return claim(story, "revoke", input.id, asked, { outcome: "revoked", replayed: false, amount });
}

function viewOrder({ id, state, buyer, pack, credits, recipients, payment, refunded }: Order) {
  return { id, state, buyer, pack, credits, recipients: [...recipients], payment, refunded };
}

const orderOf = (story: Story, id: string) => story.orders.get(id) as Order;

/** 6.1: who may order for whom: the buyer's role, the recipients' seats, then the plan, then its status. */
function forbidden(story: Story, buyer: string | undefined, recipients: readonly string[]) {
  const { members, term } = now(story);
  const people = [...(buyer === undefined ? [] : [buyer]), ...recipients.filter((one) => one !== pool)];
  if (people.some((one) => members.get(one)?.removedAt !== null)) return "removed";
  const role = buyer === undefined ? undefined : published(story).roles[members.get(buyer)?.role ?? ""];
  if ((buyer !== undefined && role?.buys !== true) || !recipients.every((one) => isSeated(story, one))) return "role";
  return forbiddenPlan(story, term.status);
}

function forbiddenPlan(story: Story, status: string) {
  const plan = planNow(story);
  if (!plan.paid || !plan.topUps) return "plan";
  return status === "past_due" ? "past_due" : null;
}

const packOf = (story: Story, id: string) => {
  const pack = named(published(story).topUpPacks, id);
  return pack?.retired === true ? undefined : pack;
};

function order(story: Story, id: string, packId: string, buyer: string | null, recipients: readonly string[]): void {
  const pack = packOf(story, packId);
  if (pack === undefined) throw new Error(`no pack ${packId}`);
  // Each recipient gets the pack, so the order's price is the pack's for each of them.
  const paidAmount = pack.price.amount * recipients.length;
  const facts = { state: "awaiting_payment", payment: null, refunded: 0 } as const;
  story.orders.set(id, { id, buyer, pack: packId, credits: pack.credits, paidAmount, recipients, ...facts });
}

const topUpId = (order: string, recipient: string) => `top-up:${first(order)}:${recipient}`;

/** 6.2: only money grants, once for each order and payment. A grant that comes repays debts first (6.4). */
function pay(story: Story, id: string, payment: string | undefined, at: number): void {
  const paid = { ...orderOf(story, id), state: "paid", payment: payment ?? null } as const;
  story.orders.set(id, paid);
  touch(story, paid.recipients, at);
  for (const holder of paid.recipients) {
    const facts = { source: "top-up", expiresAt: null, run: null, startsAt: null, order: id } as const;
    const made: Grant = { id: topUpId(id, holder), holder, amount: paid.credits, at, ...facts };
    story.grants.push(made);
    repay(story, made.id, at);
  }
}

const used = (story: Story, payment: string | undefined) =>
  payment !== undefined && [...story.orders.values()].some((one) => one.payment === payment);

export function topUp(story: Story, input: CommandOf<"topUp">, at: number): Decision {
  const { id, buyer, pack, recipients } = input;
  const asked = JSON.stringify([buyer, pack, recipients]);
  const seen = story.seen.get(`topUp:${id}`);
  if (seen !== undefined && seen.asked !== asked) return fail("id_reused");
  const view = () => ({
    outcome: orderOf(story, id).state === "paid" ? "paid" : "ordered",
    topUp: viewOrder(orderOf(story, id)),
  });
  // The operator's word that it is paid counts, also when it comes with a repeat of the order.
  if (seen !== undefined && input.paid === true) return topUpPaid(story, input, at);
  if (seen !== undefined) return refuse({ ...view(), replayed: true });
  const people = [...(buyer === undefined ? [] : [buyer]), ...recipients.filter((one) => one !== pool)];
  if (!people.every((one) => now(story).members.has(one))) return fail("unknown_member");
  if (packOf(story, pack) === undefined) return fail("unknown_pack");
  const reason = forbidden(story, buyer, recipients);
  if (reason !== null) return refuse({ outcome: "not_allowed", reason });
  if (input.paid === true && used(story, input.payment)) return fail("payment_used");
  touch(story, [pool, ...recipients], at);
  order(story, id, pack, buyer ?? null, recipients);
  story.seen.set(`topUp:${id}`, { asked, answer: {} });
  if (input.paid === true) pay(story, id, input.payment, at);
  return done({ ...view(), replayed: false });
}

export function topUpPaid(story: Story, input: Pick<CommandOf<"topUpPaid">, "id" | "payment">, at: number): Decision {
  const found = story.orders.get(input.id);
  if (found === undefined) return fail("unknown_top_up");
  // A second payment for an order that is paid must be seen by whoever gives money back.
  const another = input.payment !== undefined && input.payment !== found.payment;
  if (found.state === "paid" && another) return fail("payment_used");
  if (found.state === "paid") return refuse({ outcome: "paid", replayed: true, topUp: viewOrder(found) });
  if (used(story, input.payment)) return fail("payment_used");
  pay(story, input.id, input.payment, at);
  return done({ outcome: "paid", replayed: false, topUp: viewOrder(orderOf(story, input.id)) });
}

/** 6.4: the money given back so far, which may repeat and may fall. */
export function topUpRefunded(story: Story, input: CommandOf<"topUpRefunded">, at: number): Decision {
  const found = story.orders.get(input.id);
  if (found === undefined) return fail("unknown_top_up");
  if (found.state !== "paid") return fail("not_paid");
  if (input.refunded > found.paidAmount) return fail("invalid_input");
  const tell = (order: Order, replayed: boolean) => ({ outcome: "paid", replayed, topUp: viewOrder(order) });
  if (input.refunded === found.refunded) return refuse(tell(found, true));
  touch(story, found.recipients, at);
  const changed = { ...found, refunded: input.refunded };
  story.orders.set(input.id, changed);
  for (const holder of found.recipients) follow(story, topUpId(input.id, holder), at);
  return done(tell(changed, false));
}

export function topUpRequest(story: Story, input: CommandOf<"topUpRequest">, at: number): Decision {
  const asked = [input.member, input.pack];
  const repeat = again(story, "request", input.id, asked);
  if (repeat !== null)
    return "error" in repeat.answer ? repeat : refuse({ ...repeat.answer, request: story.requests.get(input.id) });
  if (!now(story).members.has(input.member)) return fail("unknown_member");
  if (packOf(story, input.pack) === undefined) return fail("unknown_pack");
  const reason = forbidden(story, undefined, [input.member]);
  if (reason !== null) return refuse({ outcome: "not_allowed", reason });
  touch(story, [input.member, pool], at);
  const request: Request = { ...pick(input), state: "open", decidedBy: null, topUp: null };
  story.requests.set(input.id, request);
  return claim(story, "request", input.id, asked, { outcome: "requested", replayed: false, request });
}

const pick = ({ id, member, pack }: CommandOf<"topUpRequest">) => ({ id, member, pack });

/** The order that an approval makes; its recipient is the member who asked. */
const orderIdFor = (request: string) => `request:${request}`;

type Decided = "approved" | "declined" | "withdrawn";

function decide(story: Story, { id, by, state }: { id: string; by: string; state: Decided }, at: number): Decision {
  const request = story.requests.get(id);
  if (request === undefined) return fail("unknown_request");
  if (state === "withdrawn" && request.member !== by) return fail("forbidden");
  const answer = (found: Request, replayed: boolean) => {
    const topUp = found.topUp === null ? {} : { topUp: viewOrder(orderOf(story, found.topUp)) };
    return { outcome: state, replayed, request: found, ...topUp };
  };
  // 6.1: one decision wins; the same person repeating it hears it again.
  if (request.state !== "open")
    return request.state === state && request.decidedBy === by
      ? refuse(answer(request, true))
      : fail("already_decided");
  const person = now(story).members.get(by);
  if (person === undefined) return fail("unknown_member");
  if (person.removedAt !== null) return refuse({ outcome: "not_allowed", reason: "removed" });
  const buys = published(story).roles[person.role]?.buys ?? false;
  if (state !== "withdrawn" && !buys) return refuse({ outcome: "not_allowed", reason: "role" });
  if (state === "approved") {
    if (packOf(story, request.pack) === undefined) return fail("unknown_pack");
    const reason = forbidden(story, by, [request.member]);
    if (reason !== null) return refuse({ outcome: "not_allowed", reason });
    if (story.orders.has(orderIdFor(id))) return fail("id_reused");
    order(story, orderIdFor(id), request.pack, by, [request.member]);
  }
  touch(story, [pool, request.member], at);
  const decided: Request = { ...request, state, decidedBy: by, topUp: state === "approved" ? orderIdFor(id) : null };
  story.requests.set(id, decided);
  return done(answer(decided, false));
}

export const approve = (story: Story, { id, buyer }: CommandOf<"approve">, at: number) =>
  decide(story, { id, by: buyer, state: "approved" }, at);
export const decline = (story: Story, { id, buyer }: CommandOf<"decline">, at: number) =>
  decide(story, { id, by: buyer, state: "declined" }, at);
export const withdraw = (story: Story, { id, member }: CommandOf<"withdraw">, at: number) =>
  decide(story, { id, by: member, state: "withdrawn" }, at);
