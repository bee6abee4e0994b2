import { cycleAt, cycleKey } from "./cycles.ts";
import { columnsOf, follow, giveBack, isLive, move, returnedOf, slicesFor, spendable, total } from "./ledger.ts";
import type { Act, Answer, Charge, End, Inputs, Member, Reply, Slice, Story } from "./model.ts";
import { addGrant, day, first, iso, must, named, newCharge, now, pool, published, refuse, sum } from "./model.ts";
import { levelNow, seatNow, touch } from "./monthly.ts";
import { remediesOf, renewal } from "./remedies.ts";

const refundedAmount = ({ amount, end, support }: Charge) =>
  end === null ? 0 : amount - end.settledAmount + sum(support.map((one) => one.amount));

export function viewCharge(story: Story, charge: Charge) {
  const { id, member, feature, mode, quantity, amount, delivered, cancelRequested, end, slices } = charge;
  return {
    ...{ id, member, feature, mode, quantity, amount, delivered, cancelRequested },
    state: end?.state ?? "open",
    settledAmount: end?.settledAmount ?? 0,
    refundedAmount: refundedAmount(charge),
    uncollected: end?.uncollected ?? 0,
    reason: end?.reason ?? null,
    leaseExpiresAt: end === null ? iso(charge.lease) : null,
    endedAt: end === null ? null : iso(end.at),
    slices: slices
      .filter(({ grant }) => grant !== null)
      .map((slice) => ({ ...slice, returned: returnedOf(story, slice) })),
  };
}

/** All that a member may spend now and what is held of it, as every answer that moves credits says it. */
function balanceAfter(story: Story, member: string, at: number) {
  // 3.6: what is due counts, also in the answer to a command that was refused.
  touch(story, [member, pool], at);
  const own = story.grants.filter(({ holder }) => holder === member || holder === pool);
  const available = seatNow(story, member) === null ? 0 : total(spendable(story, member, at));
  return { available, held: sum(own.map((grant) => columnsOf(story, grant, at).held)) };
}

const tell =
  (story: Story, charge: Charge, more: Answer): Reply =>
  (at) => ({ ...more, charge: viewCharge(story, charge), balance: balanceAfter(story, charge.member, at) });

/** 7.1: what this cycle's charges of the member took, less what came back of those. */
export function capUse(story: Story, member: string, at: number): number {
  const cycle = cycleKey(story, at);
  const charges = [...story.charges.values()].filter((one) => one.member === member && one.cycle === cycle);
  return sum(charges.map((one) => one.amount - refundedAmount(one)));
}

type Wish = {
  member: string;
  amount: number;
  unlimited: boolean;
  plans: readonly (readonly string[] | null)[];
  maxAmount?: number | undefined;
};

/** 4.6: who may not, then a price that has risen, then the cap, then too few credits; or else the slices that pay. */
function afford(story: Story, { member, amount, unlimited, plans, maxAmount = amount }: Wish, at: number): Slice[] {
  const { removedAt, cap } = now(story).members.get(member) as Member;
  const { plan } = now(story).term;
  const refusal = (outcome: string, more: Answer) => () => {
    const { available } = balanceAfter(story, member, at);
    const renews = renewal(story, member, at);
    const facts = { required: amount, available, renewsAt: renews && iso(renews) };
    return { outcome, ...more, ...facts, remedies: remediesOf(story, member, at) };
  };
  must(removedAt === null, refusal("not_allowed", { reason: "removed" }));
  must(seatNow(story, member) !== null, refusal("not_allowed", { reason: "role" }));
  must(
    plans.every((list) => list?.includes(plan) !== false),
    refusal("not_allowed", { reason: "plan" }),
  );
  must(amount <= maxAmount, refusal("price_changed", { maxAmount }));
  // What is free takes nothing, so no cap stands against it.
  if (amount === 0) return [];
  const used = cap === null ? 0 : capUse(story, member, at);
  must(cap === null || used + amount <= cap, refusal("cap_reached", { cap: { limit: cap, used } }));
  if (unlimited) return [{ grant: null, amount }];
  must(total(spendable(story, member, at)) >= amount, refusal("insufficient", {}));
  return slicesFor(story, member, amount, at);
}

function take(story: Story, charge: Charge, slices: readonly Slice[], at: number): void {
  charge.slices.push(...slices);
  for (const slice of slices) {
    if (slice.grant !== null) move(story, { kind: "charge", grant: slice.grant, amount: slice.amount, slice });
  }
  for (const { grant } of charge.slices) follow(story, grant, at);
}

/** 4.10: ⌈Σ usage × price ÷ 1,000,000⌉; a meter without a price is invalid. */
function meteredPrice(perMillion: Readonly<Record<string, number>> | null, usage: Readonly<Record<string, number>>) {
  let millionths = 0n;
  for (const [meter, amount] of Object.entries(usage)) {
    const price = named(perMillion ?? {}, meter);
    must(price !== undefined, "invalid_input");
    millionths += BigInt(amount) * BigInt(price);
  }
  return Number((millionths + 999_999n) / 1_000_000n);
}

export const charge: Act<"charge"> = (story, input, at) => {
  const { id, member, quantity = 1, mode = "standard", leaseSeconds = 600, attempt = null, usage } = input;
  const known = story.charges.get(id);
  if (known !== undefined) return chargeAgain(story, known, input, at);
  const feature = named(published(story).features, input.feature);
  must(now(story).members.has(member), () => ({ outcome: "unknown_member" }));
  must(feature, () => ({ outcome: "unknown_feature" }));
  const price = named(feature.modes, mode);
  must(price, () => ({ outcome: "unknown_mode" }));
  const { settles } = feature;
  // The usage of what is metered is its quantity.
  must((settles === "metered") === (usage !== undefined) && (usage === undefined || quantity === 1), "invalid_input");
  const { perMillion, price: unitPrice } = price;
  const amount = usage === undefined ? (unitPrice ?? 0) * quantity : meteredPrice(perMillion, usage);
  touch(story, [member, pool], at);
  const unlimited = [member, pool].some((holder) => levelNow(story, holder, at) === "unlimited");
  const plans = [feature.plans, price.plans];
  const slices = afford(story, { member, amount, unlimited, plans, maxAmount: input.maxAmount }, at);
  const cycle = cycleKey(story, at);
  const asked = { id, member, feature: input.feature, mode, quantity, leaseSeconds, attempt };
  const made = newCharge({
    ...asked,
    settles,
    unitPrice,
    perMillion,
    amount,
    unlimited,
    cycle,
    slices: [],
    createdAt: at,
  });
  story.charges.set(id, made);
  take(story, made, slices, at);
  return tell(story, made, { outcome: "charged", replayed: false });
};

/** 4.7, 4.14: a repeat, which changes nothing, unless it adopts the open charge under a new attempt. */
function chargeAgain(story: Story, known: Charge, input: Inputs["charge"], at: number): Reply {
  const { attempt = null, leaseSeconds = 600 } = input;
  if (known.end !== null) refuse(tell(story, known, { outcome: `already_${known.end.state}` })(at));
  const isFirst = attempt !== null && attempt === known.attempt;
  const adopts = input.resume === true && !isFirst && !known.superseded.includes(attempt ?? "");
  if (!adopts) refuse(tell(story, known, { outcome: "charged", replayed: !isFirst })(at));
  touch(story, [known.member, pool], at);
  known.superseded.push(known.attempt ?? "");
  known.attempt = attempt;
  keep(known, leaseSeconds, at);
  return tell(story, known, { outcome: "charged", replayed: false });
}

/** 4.12: a lease is extended, never shortened, and ends 24 h after the charge began at the latest. */
function keep(charge: Charge, leaseSeconds: number, at: number): void {
  charge.lease = Math.max(charge.lease, Math.min(at + leaseSeconds * 1000, charge.createdAt + day));
}

type Owned = "extend" | "heartbeat" | "cancel" | "settle" | "refund";

/** What all verbs on an open charge ask first: it is known, it is open, and no other attempt has replaced this one. */
function openCharge(story: Story, verb: Owned, input: { id: string; attempt?: string }, at: number): Charge {
  const charge = story.charges.get(input.id);
  must(charge, () => ({ [verb === "extend" ? "outcome" : "error"]: "unknown_charge" }));
  const { end, superseded } = charge;
  const brief = verb === "heartbeat" || verb === "cancel";
  const say = (outcome: string) => () =>
    brief ? { outcome, charge: viewCharge(story, charge) } : tell(story, charge, { outcome })(at);
  // 4.7: a lost answer asked for again with the attempt that ended the charge.
  const again = end?.verb === verb && input.attempt !== undefined && end.attempt === input.attempt;
  must(end === null, say(brief ? "not_open" : again ? `${end?.state}` : `already_${end?.state}`));
  // An attempt that never was the charge's own supersedes nothing.
  const replaced = input.attempt !== undefined && superseded.includes(input.attempt);
  must(!replaced, verb === "extend" ? () => ({ outcome: "superseded" }) : say("superseded"));
  return charge;
}

export const extend: Act<"extend"> = (story, input, at) => {
  const known = openCharge(story, "extend", input, at);
  must(known.settles === "metered", () => ({ outcome: "not_metered" }));
  const price = meteredPrice(known.perMillion, input.usage);
  const { member, unlimited } = known;
  const amount = price - known.amount;
  if (amount <= 0) refuse(tell(story, known, { outcome: "charged", replayed: true })(at));
  touch(story, [member, pool], at);
  // A charge needs no catalog again (2): its plans are not asked for, and it goes on with or without limit as it began.
  const slices = afford(story, { member, amount, unlimited, plans: [] }, at);
  known.amount = price;
  take(story, known, slices, at);
  return tell(story, known, { outcome: "charged", replayed: false });
};

export const heartbeat: Act<"heartbeat"> = (story, input, at) => {
  const known = openCharge(story, "heartbeat", input, at);
  const { delivered = 0, leaseSeconds = known.leaseSeconds } = input;
  must(delivered <= known.quantity, "invalid_input");
  touch(story, [known.member, pool], at);
  known.delivered = Math.max(known.delivered, delivered);
  keep(known, leaseSeconds, at);
  return () => ({ outcome: "open", charge: viewCharge(story, known) });
};

export const cancel: Act<"cancel"> = (story, input, at) => {
  const known = openCharge(story, "cancel", input, at);
  known.cancelRequested = true;
  return () => ({ outcome: "open", charge: viewCharge(story, known) });
};

/** Ends a charge: gives back what was not settled, in reverse burn order, and spends the rest (4.8, 4.9). */
function finish(story: Story, charge: Charge, end: End): Reply {
  giveBack(story, charge, charge.amount - end.settledAmount, "refund");
  for (const slice of charge.slices) {
    const amount = slice.amount - returnedOf(story, slice);
    if (slice.grant !== null && amount > 0) move(story, { kind: "settle", grant: slice.grant, amount, slice });
  }
  charge.end = end;
  for (const { grant } of charge.slices) follow(story, grant, end.at);
  return tell(story, charge, { outcome: end.state });
}

const unsettled = { attempt: null, state: "refunded", settledAmount: 0, uncollected: 0 } as const;

/** 3.6, 4.12: charges whose lease has run out were refunded at that instant. */
export function endLeases(story: Story, at: number): void {
  const due = [...story.charges.values()].filter(({ end, lease }) => end === null && lease <= at);
  for (const charge of due.sort((a, b) => a.lease - b.lease))
    finish(story, charge, { ...unsettled, verb: "lease", reason: "timed_out", at: charge.lease });
}

export const settle: Act<"settle"> = (story, input, at) => {
  const known = openCharge(story, "settle", input, at);
  const { quantity, settles, amount, unitPrice, perMillion } = known;
  const { delivered = quantity, usage, attempt = null, reason = null } = input;
  must(delivered <= quantity && (settles !== "whole" || delivered % quantity === 0), "invalid_input");
  must(settles === "metered" || usage === undefined, "invalid_input");
  const real = usage === undefined ? amount : meteredPrice(perMillion, usage);
  const price = delivered === 0 ? 0 : { unit: (unitPrice ?? 0) * delivered, whole: amount, metered: real }[settles];
  const settledAmount = Math.min(price, amount);
  // 4.8: settling at 0 is a refund; but what was free from the start is settled when something was delivered.
  const state = delivered === 0 || (settledAmount === 0 && amount > 0) ? "refunded" : "settled";
  touch(story, [known.member, pool], at);
  known.delivered = delivered;
  const uncollected = price - settledAmount;
  return finish(story, known, { verb: "settle", attempt, state, settledAmount, uncollected, reason, at });
};

export const refund: Act<"refund"> = (story, input, at) => {
  const known = openCharge(story, "refund", input, at);
  touch(story, [known.member, pool], at);
  const { attempt = null, reason } = input;
  return finish(story, known, { ...unsettled, verb: "refund", attempt, reason, at });
};

/** 4.11. */
export const supportRefund: Act<"supportRefund"> = (story, input, at) => {
  const known = story.charges.get(input.charge);
  must(known, "unknown_charge");
  must(known.end?.state === "settled", "not_settled");
  const byUnit = known.settles === "unit";
  must(byUnit || input.quantity === undefined, "invalid_input");
  const left = (byUnit ? known.delivered : 1) - sum(known.support.map((one) => one.units));
  const { quantity: units = left, reissue = true } = input;
  must(left > 0 && units <= left, "exceeds_settled");
  const amount = byUnit ? units * (known.unitPrice ?? 0) : known.end.settledAmount;
  touch(story, [known.member, pool], at);
  const back = giveBack(story, known, amount, "return");
  known.support.push({ units, amount });
  for (const { grant } of back) follow(story, grant.id, at);
  const lost = back.filter(({ grant }) => !isLive(story, grant, at));
  const expired = sum(lost.map((one) => one.amount));
  const given = { restored: sum(back.map((one) => one.amount)) - expired, expired, reissued: reissue ? expired : 0 };
  for (const holder of reissue ? new Set(lost.map(({ grant }) => grant.holder)) : []) {
    const again = sum(lost.filter(({ grant }) => grant.holder === holder).map((one) => one.amount));
    const id = `reissue:${first(input.id)}:${holder}`;
    addGrant(story, { id, holder, amount: again, at, expiresAt: cycleAt(story, at).endsAt });
  }
  return tell(story, known, { outcome: "refunded", replayed: false, ...given });
};
