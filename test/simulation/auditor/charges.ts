import { cycleAt, cycleKey } from "./cycles.ts";
import { columnsOf, follow, giveBack, isLive, move, slicesFor, spendable, total } from "./ledger.ts";
import type { Act, Answer, Charge, End, Inputs, Member, Reply, Story, Usage, Verb } from "./model.ts";
import { addGrant, day, newCharge, now, pool, published } from "./model.ts";
import { levelNow, seatNow, touch } from "./monthly.ts";
import { remediesOf, renewal } from "./remedies.ts";
import { by, find, first, iso, must, named, pick, sum } from "./rules.ts";

const refundedAmount = ({ amount, end, support }: Charge) =>
  end === null ? 0 : amount - end.settledAmount + sum(support.map((one) => one.amount));

export function viewCharge(charge: Charge) {
  const { end, lease, slices } = charge;
  const asOpen = { state: "open", settledAmount: 0, uncollected: 0, reason: null };
  return {
    ...pick(charge, "id", "member", "feature", "mode", "quantity", "amount", "delivered", "cancelRequested"),
    ...(end === null ? asOpen : pick(end, "state", "settledAmount", "uncollected", "reason")),
    refundedAmount: refundedAmount(charge),
    leaseExpiresAt: end === null ? iso(lease) : null,
    endedAt: end === null ? null : iso(end.at),
    slices: slices
      .filter(({ grant }) => grant !== null)
      .map(({ grant, amount, back }) => ({ grant, amount, returned: sum(back) })),
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
  (story: Story, charge: Charge, now: number, more: Answer): Reply =>
  (at = now) => ({ ...more, charge: viewCharge(charge), balance: balanceAfter(story, charge.member, at) });

/** 7.1: what this cycle's charges of the member took, less what came back of those. */
export function capUse(story: Story, member: string, at: number): number {
  const cycle = cycleKey(story, at);
  const charges = [...story.charges.values()].filter((one) => one.member === member && one.cycle === cycle);
  return sum(charges.map((one) => one.amount - refundedAmount(one)));
}

type Limits = { plans: readonly (readonly string[] | null)[]; maxAmount?: number | undefined };

/** Raises a charge, which begins with nothing, to a total; or refuses: who may not, price, cap, too few credits (4.6). */
function raise(story: Story, charge: Charge, to: number, { plans, maxAmount = to }: Limits, at: number): Reply {
  const { member, unlimited } = charge;
  const amount = to - charge.amount;
  touch(story, [member, pool], at);
  const { removedAt, cap } = now(story).members.get(member) as Member;
  const { plan } = now(story).term;
  const allow = (holds: boolean, outcome: string, more: Answer = {}) =>
    must(holds, () => {
      const { available } = balanceAfter(story, member, at);
      const renews = renewal(story, member, at);
      const facts = { required: amount, available, renewsAt: renews && iso(renews) };
      return { outcome, ...more, ...facts, remedies: remediesOf(story, member, at) };
    });
  allow(removedAt === null, "not_allowed", { reason: "removed" });
  allow(seatNow(story, member) !== null, "not_allowed", { reason: "role" });
  allow(!plans.some((list) => list?.includes(plan) === false), "not_allowed", { reason: "plan" });
  allow(amount <= maxAmount, "price_changed", { maxAmount });
  const used = cap === null ? 0 : capUse(story, member, at);
  // What is free takes nothing, so no cap stands against it.
  allow(cap === null || amount === 0 || used + amount <= cap, "cap_reached", { cap: { limit: cap, used } });
  const lots = unlimited ? [] : spendable(story, member, at);
  allow(unlimited || total(lots) >= amount, "insufficient");
  const slices = unlimited ? [{ grant: null, amount, back: [] }] : slicesFor(lots, amount);
  charge.amount = to;
  charge.slices.push(...slices);
  for (const { grant, amount: taken } of slices) move(story, { kind: "charge", grant, amount: taken });
  for (const { grant } of charge.slices) follow(story, grant, at);
  return tell(story, charge, at, { outcome: "charged", replayed: false });
}

/** 4.10: ⌈Σ usage × price ÷ 1,000,000⌉; a meter without a price is invalid. */
function meteredPrice(perMillion: Usage | null, usage: Usage): number {
  const prices = Object.entries(usage).map(([meter, amount]) => {
    const price = named(perMillion ?? {}, meter);
    must(price !== undefined, "invalid_input");
    return BigInt(amount) * BigInt(price);
  });
  return Number((prices.reduce((all, one) => all + one, 0n) + 999_999n) / 1_000_000n);
}

export const charge: Act<"charge"> = (story, input, at) => {
  const { id, member, quantity = 1, mode = "standard", leaseSeconds = 600, attempt = null, usage, maxAmount } = input;
  if (story.charges.has(id)) return chargeAgain(story, input, at);
  const feature = named(published(story).features, input.feature);
  const price = named(feature?.modes ?? {}, mode);
  must(now(story).members.has(member), () => ({ outcome: "unknown_member" }));
  must(feature, () => ({ outcome: "unknown_feature" }));
  must(price, () => ({ outcome: "unknown_mode" }));
  const { settles } = feature;
  // The usage of what is metered is its quantity.
  must((settles === "metered") === (usage !== undefined) && (usage === undefined || quantity === 1), "invalid_input");
  const amount = usage === undefined ? (price.price ?? 0) * quantity : meteredPrice(price.perMillion, usage);
  const unlimited = [member, pool].some((holder) => levelNow(story, holder, at) === "unlimited");
  const asked = { id, member, feature: input.feature, mode, quantity, leaseSeconds, attempt };
  const made = newCharge({ ...asked, ...price, settles, unlimited, cycle: cycleKey(story, at), createdAt: at });
  story.charges.set(id, made);
  return raise(story, made, amount, { plans: [feature.plans, price.plans], maxAmount }, at);
};

/** 4.7, 4.14: a repeat, which changes nothing, unless it adopts the open charge under a new attempt. */
function chargeAgain(story: Story, input: Inputs["charge"], at: number): Reply {
  const { attempt = null, leaseSeconds = 600 } = input;
  const known = find(story.charges, input.id, "unknown_charge");
  must(known.end === null, tell(story, known, at, { outcome: `already_${known.end?.state}` }));
  const isFirst = attempt !== null && attempt === known.attempt;
  const adopts = input.resume === true && !isFirst && !known.superseded.includes(attempt ?? "");
  must(adopts, tell(story, known, at, { outcome: "charged", replayed: !isFirst }));
  touch(story, [known.member, pool], at);
  known.superseded.push(known.attempt ?? "");
  known.attempt = attempt;
  keep(known, leaseSeconds, at);
  return tell(story, known, at, { outcome: "charged", replayed: false });
}

/** 4.12: a lease is extended, never shortened, and ends 24 h after the charge began at the latest. */
function keep(charge: Charge, leaseSeconds: number, at: number): void {
  charge.lease = Math.max(charge.lease, Math.min(at + leaseSeconds * 1000, charge.createdAt + day));
}

/** What all verbs on a charge ask first: it is known, it is open, and no other attempt has replaced this one. */
function openCharge(story: Story, verb: Verb, { id, attempt }: { id: string; attempt?: string }, at: number) {
  const charge = story.charges.get(id);
  must(charge, () => ({ [verb === "extend" ? "outcome" : "error"]: "unknown_charge" }));
  const { end, member, superseded } = charge;
  const isBrief = verb === "heartbeat" || verb === "cancel";
  const brief = (outcome: string) => () => ({ outcome, charge: viewCharge(charge) });
  const say = (outcome: string) => (isBrief ? brief(outcome) : tell(story, charge, at, { outcome }));
  // 4.7: a lost answer asked for again with the attempt that ended the charge.
  const isAgain = end?.verb === verb && attempt !== undefined && end.attempt === attempt;
  must(end === null, say(isBrief ? "not_open" : `${isAgain ? "" : "already_"}${end?.state}`));
  // An attempt that never was the charge's own supersedes nothing.
  const isReplaced = attempt !== undefined && superseded.includes(attempt);
  must(!isReplaced, verb === "extend" ? () => ({ outcome: "superseded" }) : say("superseded"));
  if (verb !== "cancel") touch(story, [member, pool], at);
  return { charge, say };
}

export const extend: Act<"extend"> = (story, input, at) => {
  const { charge } = openCharge(story, "extend", input, at);
  must(charge.settles === "metered", () => ({ outcome: "not_metered" }));
  const price = meteredPrice(charge.perMillion, input.usage);
  must(price > charge.amount, tell(story, charge, at, { outcome: "charged", replayed: true }));
  // A charge needs no catalog again (2): its plans are not asked for, and it goes on with or without limit as it began.
  return raise(story, charge, price, { plans: [] }, at);
};

export const heartbeat: Act<"heartbeat"> = (story, input, at) => {
  const { charge, say } = openCharge(story, "heartbeat", input, at);
  const { delivered = 0, leaseSeconds = charge.leaseSeconds } = input;
  must(delivered <= charge.quantity, "invalid_input");
  charge.delivered = Math.max(charge.delivered, delivered);
  keep(charge, leaseSeconds, at);
  return say("open");
};

export const cancel: Act<"cancel"> = (story, input, at) => {
  const { charge, say } = openCharge(story, "cancel", input, at);
  charge.cancelRequested = true;
  return say("open");
};

/** Ends a charge: gives back what was not settled, in reverse burn order, and spends the rest (4.8, 4.9). */
function finish(story: Story, charge: Charge, end: End): Reply {
  charge.end = end;
  giveBack(story, charge, charge.amount - end.settledAmount, "refund");
  for (const { grant, amount, back } of charge.slices)
    move(story, { kind: "settle", grant, amount: amount - sum(back) });
  for (const { grant } of charge.slices) follow(story, grant, end.at);
  return tell(story, charge, end.at, { outcome: end.state });
}

const unsettled = { state: "refunded", settledAmount: 0, uncollected: 0, attempt: null } as const;

/** 3.6, 4.12: charges whose lease has run out were refunded at that instant. */
export function endLeases(story: Story, at: number): void {
  const due: Charge[] = [];
  for (const charge of story.charges.values()) if (charge.end === null && charge.lease <= at) due.push(charge);
  for (const charge of due.sort(by(({ lease }) => [lease])))
    finish(story, charge, { ...unsettled, verb: "lease", reason: "timed_out", at: charge.lease });
}

export const settle: Act<"settle"> = (story, input, at) => {
  const { charge } = openCharge(story, "settle", input, at);
  const { quantity, settles, amount, perMillion } = charge;
  const { delivered = quantity, usage, attempt = null, reason = null } = input;
  must(delivered <= quantity && (settles !== "whole" || [0, quantity].includes(delivered)), "invalid_input");
  must(settles === "metered" || usage === undefined, "invalid_input");
  const real = usage === undefined ? amount : meteredPrice(perMillion, usage);
  const price = delivered === 0 ? 0 : settles === "unit" ? (charge.price ?? 0) * delivered : real;
  const settledAmount = Math.min(price, amount);
  // 4.8: settling at 0 is a refund; but what was free from the start is settled when something was delivered.
  const state = delivered === 0 || (settledAmount === 0 && amount > 0) ? "refunded" : "settled";
  charge.delivered = delivered;
  const uncollected = price - settledAmount;
  return finish(story, charge, { verb: "settle", attempt, state, settledAmount, uncollected, reason, at });
};

export const refund: Act<"refund"> = (story, input, at) => {
  const { charge } = openCharge(story, "refund", input, at);
  const { attempt = null, reason } = input;
  return finish(story, charge, { ...unsettled, verb: "refund", attempt, reason, at });
};

/** 4.11. */
export const supportRefund: Act<"supportRefund"> = (story, input, at) => {
  const known = find(story.charges, input.charge, "unknown_charge");
  must(known.end?.state === "settled", "not_settled");
  const isByUnit = known.settles === "unit";
  must(isByUnit || input.quantity === undefined, "invalid_input");
  const left = (isByUnit ? known.delivered : 1) - sum(known.support.map((one) => one.units));
  const { quantity: units = left, reissue = true } = input;
  must(left > 0 && units <= left, "exceeds_settled");
  const amount = isByUnit ? units * (known.price ?? 0) : known.end.settledAmount;
  touch(story, [known.member, pool], at);
  const back = giveBack(story, known, amount, "return");
  known.support.push({ units, amount });
  for (const { grant } of back) follow(story, grant.id, at);
  const lost = back.filter(({ grant }) => !isLive(story, grant, at));
  const expired = sum(lost.map((one) => one.amount));
  const given = { restored: sum(back.map((one) => one.amount)) - expired, expired, reissued: reissue ? expired : 0 };
  const expiresAt = cycleAt(story, at).endsAt;
  for (const holder of reissue ? new Set(lost.map(({ grant }) => grant.holder)) : []) {
    const theirs = lost.filter(({ grant }) => grant.holder === holder).map((one) => one.amount);
    addGrant(story, { id: `reissue:${first(input.id)}:${holder}`, holder, amount: sum(theirs), at, expiresAt });
  }
  return tell(story, known, at, { outcome: "refunded", replayed: false, ...given });
};
