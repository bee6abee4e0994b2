import type { Charge, Grant, Movement, Story } from "./model.ts";
import { bytewise, now, pool } from "./model.ts";
import { endOf } from "./monthly.ts";

/** A grant's columns (8.3), with what counts for debts (6.4): `forPurchase` is R, `received` is P. */
export interface Columns {
  amount: number;
  available: number;
  held: number;
  spent: number;
  expired: number;
  revoked: number;
  forPurchase: number;
  repaid: number;
  received: number;
}

/** 8.4: what each kind of movement does to the columns; `available` is what the others leave. */
const effects: Record<Movement["kind"], readonly [column: keyof Columns, sign: 1 | -1][]> = {
  charge: [["held", 1]],
  // biome-ignore format: one line for each column
  settle: [["held", -1], ["spent", 1]],
  refund: [["held", -1]],
  return: [["spent", -1]],
  revoke: [["revoked", 1]],
  // biome-ignore format: one line for each column
  revokeForPurchase: [["revoked", 1], ["forPurchase", 1]],
  // biome-ignore format: one line for each column
  restore: [["revoked", -1], ["forPurchase", -1]],
  // biome-ignore format: one line for each column
  repay: [["revoked", 1], ["repaid", 1]],
  // biome-ignore format: one line for each column
  repayBack: [["revoked", -1], ["repaid", -1]],
};

/** Every grant's columns at an instant, summed up from all movements. */
export function columns(story: Story, at: number): Map<string, Columns> {
  const all = new Map<string, Columns>();
  const zero = { available: 0, held: 0, spent: 0, expired: 0, revoked: 0, forPurchase: 0, repaid: 0, received: 0 };
  for (const grant of story.grants) all.set(grant.id, { ...zero, amount: grant.amount });
  for (const movement of story.movements) {
    const own = all.get(movement.grant) as Columns;
    for (const [column, sign] of effects[movement.kind]) own[column] += sign * movement.amount;
    const debtor = movement.debtor === undefined ? undefined : all.get(movement.debtor);
    if (debtor !== undefined) debtor.received += movement.kind === "repay" ? movement.amount : -movement.amount;
  }
  for (const grant of story.grants) {
    const own = all.get(grant.id) as Columns;
    const rest = own.amount - own.held - own.spent - own.revoked;
    // 3.6: what is left at the end has expired, whoever notices when; what returns later expires at once (4.9).
    own[isLive(story, grant, at) ? "available" : "expired"] = rest;
  }
  return all;
}

export const columnsOf = (story: Story, grant: string, at: number) => columns(story, at).get(grant) as Columns;

export function isLive(story: Story, grant: Grant, at: number): boolean {
  const end = endOf(story, grant);
  return end === null || at < end;
}

/** 4.4: frozen while the member is removed, or while it is a top-up and the plan is not paid. */
export function isFrozen(story: Story, grant: Grant): boolean {
  const { members, term } = now(story);
  const removed = grant.holder !== pool && members.get(grant.holder)?.removedAt !== null;
  return removed || (grant.source === "top-up" && !term.paid);
}

/** 4.3: what a member with a seat may spend now, in the order in which it is spent. */
export function spendable(story: Story, member: string, at: number): { grant: Grant; available: number }[] {
  const all = columns(story, at);
  const list = story.grants
    .filter((grant) => grant.holder === member || grant.holder === pool)
    .filter((grant) => !isFrozen(story, grant))
    .map((grant) => ({ grant, available: (all.get(grant.id) as Columns).available, end: endOf(story, grant) }))
    .filter(({ available }) => available > 0);
  const rank = (grant: Grant) => ["monthly", "promo", "top-up"].indexOf(grant.source);
  return list.sort((a, b) => {
    const bought = Number(a.grant.source === "top-up") - Number(b.grant.source === "top-up");
    if (bought !== 0) return bought;
    if (a.end !== b.end) return (a.end ?? Number.POSITIVE_INFINITY) - (b.end ?? Number.POSITIVE_INFINITY);
    return (
      rank(a.grant) - rank(b.grant) ||
      Number(a.grant.holder === pool) - Number(b.grant.holder === pool) ||
      a.grant.at - b.grant.at ||
      bytewise(a.grant.id, b.grant.id)
    );
  });
}

export const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
export const total = (list: readonly { available: number }[]) => sum(list.map(({ available }) => available));

/** The slices that a charge of this amount takes; the caller has made sure that there is enough. */
export function slicesFor(story: Story, member: string, amount: number, at: number) {
  const slices: { grant: string; amount: number }[] = [];
  let left = amount;
  for (const { grant, available } of spendable(story, member, at)) {
    const taken = Math.min(left, available);
    if (taken > 0) slices.push({ grant: grant.id, amount: taken });
    left -= taken;
  }
  return slices;
}

export const returnedOf = (story: Story, charge: string, slice: number) =>
  sum(
    story.movements
      .filter((movement) => movement.charge === charge && movement.slice === slice)
      .map(({ kind, amount }) => (kind === "refund" || kind === "return" ? amount : 0)),
  );

/** 4.8: gives an amount back in reverse burn order; answers what went where. */
export function giveBack(
  story: Story,
  { charge, amount, kind }: { charge: Charge; amount: number; kind: "refund" | "return" },
) {
  const back: { grant: string; amount: number }[] = [];
  let left = amount;
  for (let slice = charge.slices.length - 1; slice >= 0; slice--) {
    const { grant, amount: whole } = charge.slices[slice] as Charge["slices"][number];
    // Credits of an unlimited allowance go back to nobody. They are one slice alone, but for an extended charge.
    const returned = Math.min(left, whole - (grant === null ? 0 : returnedOf(story, charge.id, slice)));
    left -= returned;
    if (grant === null || returned === 0) continue;
    story.movements.push({ kind, grant, amount: returned, charge: charge.id, slice });
    back.push({ grant, amount: returned });
  }
  return back;
}

const grantOf = (story: Story, id: string) => story.grants.find((grant) => grant.id === id) as Grant;

/** T: what of a purchased grant is to be taken back in total, as the money refunded says (6.4). */
function takenBack(story: Story, grant: Grant): number {
  const order = story.orders.get(grant.order ?? "");
  if (order === undefined || order.paidAmount === 0) return 0;
  return Number((BigInt(grant.amount) * BigInt(order.refunded)) / BigInt(order.paidAmount));
}

/** What a grant owes before repayments: min(spent + repaid elsewhere, T − R). */
const gross = (own: Columns, target: number) => Math.min(own.spent + own.repaid, target - own.forPurchase);

export const debtOf = (story: Story, grant: Grant, own: Columns) =>
  Math.max(0, gross(own, takenBack(story, grant)) - own.received);

/** 6.4: after every event on a purchased grant R follows T, and repayments above the debt go back, last first. */
export function follow(story: Story, id: string, at: number): void {
  const grant = grantOf(story, id);
  if (grant.source !== "top-up") return;
  const target = takenBack(story, grant);
  const own = columnsOf(story, id, at);
  const rise = Math.min(target - own.forPurchase, own.available);
  if (rise > 0) story.movements.push({ kind: "revokeForPurchase", grant: id, amount: rise });
  if (rise < 0) story.movements.push({ kind: "restore", grant: id, amount: -rise });
  const after = columnsOf(story, id, at);
  let excess = after.received - Math.max(0, gross(after, target));
  const payments = story.movements.filter(({ kind, debtor }) => kind === "repay" && debtor === id);
  for (const { grant: payer, amount } of payments.reverse()) {
    const back = story.movements.filter((one) => one.kind === "repayBack" && one.debtor === id && one.grant === payer);
    const returned = Math.min(excess, amount - sum(back.map((one) => one.amount)));
    if (returned <= 0) continue;
    excess -= returned;
    story.movements.push({ kind: "repayBack", grant: payer, amount: returned, debtor: id });
    follow(story, payer, at);
  }
}

/** 6.4: a new top-up repays the holder's debts first, the oldest grant's first. */
export function repay(story: Story, id: string, at: number): void {
  const payer = grantOf(story, id);
  const debtors = story.grants
    .filter((grant) => grant.source === "top-up" && grant.holder === payer.holder && grant.id !== id)
    .sort((a, b) => a.at - b.at || bytewise(a.id, b.id));
  for (const debtor of debtors) {
    const all = columns(story, at);
    const debt = debtOf(story, debtor, all.get(debtor.id) as Columns);
    const amount = Math.min(debt, (all.get(id) as Columns).available);
    if (amount > 0) story.movements.push({ kind: "repay", grant: id, amount, debtor: debtor.id });
  }
}
