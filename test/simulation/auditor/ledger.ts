import type { Charge, Grant, Movement, Slice, Story } from "./model.ts";
import { now, pool, transitions } from "./model.ts";
import { endOf } from "./monthly.ts";
import { by, sum } from "./rules.ts";

/** 8.3, with what counts for debts (6.4): `revoked` includes R, which is `forPurchase`, and what was `repaid`. */
const nothing = { held: 0, spent: 0, expired: 0, revoked: 0, forPurchase: 0, repaid: 0, received: 0 };
export type Columns = typeof nothing & { amount: number; available: number };

/** A grant's columns at an instant: all of it is available at first, and then every movement moves its part. */
export function columnsOf(story: Story, grant: Grant, at: number): Columns {
  const own: Columns = { amount: grant.amount, available: grant.amount, ...nothing };
  for (const { kind, amount, debtor } of grant.movements) {
    if (debtor === grant.id) own.received += kind === "repay" ? amount : -amount;
    else {
      const [from, to] = transitions[kind];
      own[from] -= amount;
      own[to] += amount;
    }
  }
  own.revoked += own.forPurchase + own.repaid;
  // 3.6: what is left at the end has expired, whoever notices when; what returns later expires at once (4.9).
  if (!isLive(story, grant, at)) [own.available, own.expired] = [0, own.available];
  return own;
}

/** Every grant's columns, by its id. */
export const columns = (story: Story, at: number): Map<string, Columns> =>
  new Map(story.grants.map((grant) => [grant.id, columnsOf(story, grant, at)]));

/** Tells of a movement; of none, if there is nothing to move or it was of an unlimited allowance. */
export function move(story: Story, movement: Movement): void {
  if (movement.amount === 0 || movement.grant === null) return;
  story.movements.push(movement);
  for (const id of [movement.grant, movement.debtor ?? ""]) story.byId.get(id)?.movements.push(movement);
}

export const isLive = (story: Story, grant: Grant, at: number) =>
  (endOf(story, grant) ?? Number.POSITIVE_INFINITY) > at;

/** 4.4: frozen while the member is removed, or while it is a top-up and the plan is not paid. */
export function isFrozen(story: Story, { holder, source }: Grant): boolean {
  const { members, term } = now(story);
  return (holder !== pool && members.get(holder)?.removedAt !== null) || (source === "top-up" && !term.paid);
}

type Lot = { grant: Grant; available: number; end: number };

/** 4.3: the one order. */
const inOrder = by<Lot>(({ grant: { source, holder, at, id }, end }) => {
  return [source === "top-up", end, source === "promo", holder === pool, at, id];
});

/** 4.3: what a member with a seat may spend now, in the order in which it is spent. */
export function spendable(story: Story, member: string, at: number): Lot[] {
  const lots: Lot[] = [];
  for (const grant of story.grants) {
    if (grant.holder !== member && grant.holder !== pool) continue;
    const end = endOf(story, grant) ?? Number.POSITIVE_INFINITY;
    if (end <= at || isFrozen(story, grant)) continue;
    const { available } = columnsOf(story, grant, at);
    if (available > 0) lots.push({ grant, available, end });
  }
  return lots.sort(inOrder);
}

export const total = (list: readonly { available: number }[]) => sum(list.map(({ available }) => available));

/** The slices that a charge of this amount takes; the caller has made sure that there is enough. */
export function slicesFor(lots: readonly Lot[], amount: number): Slice[] {
  let left = amount;
  return lots.flatMap(({ grant, available }) => {
    const taken = Math.min(left, available);
    left -= taken;
    return taken > 0 ? [{ grant: grant.id, amount: taken, back: [] }] : [];
  });
}

/** 4.8: gives an amount back in reverse burn order; answers what went where. */
export function giveBack(story: Story, charge: Charge, amount: number, kind: "refund" | "return") {
  let left = amount;
  return charge.slices.toReversed().flatMap((slice) => {
    const returned = Math.min(left, slice.amount - sum(slice.back));
    left -= returned;
    slice.back.push(returned);
    move(story, { kind, grant: slice.grant, amount: returned });
    const grant = story.byId.get(slice.grant ?? "");
    return grant === undefined || returned === 0 ? [] : [{ grant, amount: returned }];
  });
}

/** T: what of a purchased grant is to be taken back in total, as the money refunded says (6.4). */
function takenBack(story: Story, grant: Grant): number {
  const order = story.orders.get(grant.order ?? "");
  if (order === undefined || order.paidAmount === 0) return 0;
  return Number((BigInt(grant.amount) * BigInt(order.refunded)) / BigInt(order.paidAmount));
}

/** What a grant owes: min(spent + repaid elsewhere, T − R), less what others have repaid; below 0 that is too much. */
const balanceOfDebt = (own: Columns, target: number) =>
  Math.max(0, Math.min(own.spent + own.repaid, target - own.forPurchase)) - own.received;
export const debtOf = (story: Story, grant: Grant, own: Columns) =>
  Math.max(0, balanceOfDebt(own, takenBack(story, grant)));

/** 6.4: after every event on a purchased grant R follows T, and repayments above the debt go back, last first. */
export function follow(story: Story, id: string | null, at: number): void {
  const grant = story.byId.get(id ?? "");
  if (grant?.source !== "top-up") return;
  const target = takenBack(story, grant);
  const { available, forPurchase } = columnsOf(story, grant, at);
  const rise = Math.min(target - forPurchase, available);
  move(story, { kind: "revokeForPurchase", grant: id, amount: Math.max(0, rise) });
  move(story, { kind: "restore", grant: id, amount: Math.max(0, -rise) });
  let excess = Math.max(0, -balanceOfDebt(columnsOf(story, grant, at), target));
  const about = grant.movements.filter(({ debtor }) => debtor === id);
  for (const { grant: payer, amount, kind } of about.toReversed()) {
    if (kind !== "repay") continue;
    const back = about.filter((one) => one.kind === "repayBack" && one.grant === payer);
    const returned = Math.min(excess, amount - sum(back.map((one) => one.amount)));
    if (returned === 0) continue;
    excess -= returned;
    move(story, { kind: "repayBack", grant: payer, amount: returned, debtor: grant.id });
    follow(story, payer, at);
  }
}

/** 6.4: a new top-up repays the holder's debts first, the oldest grant's first. */
export function repay(story: Story, payer: Grant, at: number): void {
  const bought = story.grants.filter((one) => one.source === "top-up" && one.holder === payer.holder && one !== payer);
  for (const debtor of bought.sort(by((one) => [one.at, one.id]))) {
    const debt = debtOf(story, debtor, columnsOf(story, debtor, at));
    const amount = Math.min(debt, columnsOf(story, payer, at).available);
    move(story, { kind: "repay", grant: payer.id, amount, debtor: debtor.id });
  }
}
