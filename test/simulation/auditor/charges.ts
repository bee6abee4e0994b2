import { cycleAt, cycleKey } from "./cycles.ts";
import { columns, follow, giveBack, isLive, returnedOf, slicesFor, spendable, sum, total } from "./ledger.ts";
import type { Answer, Charge, CommandOf, Decision, Plan, Story } from "./model.ts";
import { day, done, fail, first, iso, named, now, planNow, pool, published, refuse } from "./model.ts";
import { levelNow, seatNow, touch } from "./monthly.ts";
import { renewal } from "./renewal.ts";

const put = (story: Story, charge: Charge) => {
  story.charges.set(charge.id, charge);
  return charge;
};

const supported = (charge: Charge) => sum(charge.support.map(({ amount }) => amount));
const refundedAmount = (charge: Charge) =>
  charge.end === null ? 0 : charge.amount - charge.end.settledAmount + supported(charge);

export function viewCharge(story: Story, charge: Charge) {
  return {
    id: charge.id,
    member: charge.member,
    feature: charge.feature,
    mode: charge.mode,
    quantity: charge.quantity,
    amount: charge.amount,
    state: charge.end?.state ?? "open",
    settledAmount: charge.end?.settledAmount ?? 0,
    refundedAmount: refundedAmount(charge),
    uncollected: charge.end?.uncollected ?? 0,
    delivered: charge.delivered,
    reason: charge.end?.reason ?? null,
    cancelRequested: charge.cancelRequested,
    leaseExpiresAt: charge.end === null ? iso(charge.lease) : null,
    endedAt: charge.end === null ? null : iso(charge.end.at),
    slices: charge.slices.flatMap(({ grant, amount }, slice) =>
      grant === null ? [] : [{ grant, amount, returned: returnedOf(story, charge.id, slice) }],
    ),
  };
}

/** All that a member may spend now and what is held of it, as every answer that moves credits says it. */
function balanceAfter(story: Story, member: string, at: number) {
  // 3.6: what is due counts, also in the answer to a command that was refused.
  touch(story, [member, pool], at);
  const all = columns(story, at);
  const own = story.grants.filter(({ holder }) => holder === member || holder === pool);
  const available = seatNow(story, member) === null ? 0 : total(spendable(story, member, at));
  return { available, held: sum(own.map(({ id }) => all.get(id)?.held ?? 0)) };
}

const answerFor = (story: Story, id: string, at: number, more: Answer): Answer => {
  const charge = story.charges.get(id) as Charge;
  return { ...more, charge: viewCharge(story, charge), balance: balanceAfter(story, charge.member, at) };
};

const ended = (story: Story, charge: Charge, at: number) =>
  refuse(answerFor(story, charge.id, at, { outcome: `already_${charge.end?.state}` }));

/** What a plan gives a seat a month, to tell which plan gives more. */
function gives({ allowance }: Plan, seat: string): number {
  if (allowance.kind === "unlimited") return Number.POSITIVE_INFINITY;
  if (allowance.kind === "byMonth") return allowance.then;
  const level = allowance.seats[seat] ?? 0;
  return level === "unlimited" ? Number.POSITIVE_INFINITY : level;
}

/** 4.6: whether another plan gives more to a seat, or, to somebody without one, to some seat and less to none. */
function givesMore(plan: Plan, other: Plan, seat: string | null): boolean {
  if (seat !== null) return gives(other, seat) > gives(plan, seat);
  const named = [plan, other].flatMap(({ allowance }) =>
    allowance.kind === "bySeat" ? Object.keys(allowance.seats) : [],
  );
  const seats = named.length === 0 ? ["any"] : named;
  const differences = seats.map((one) => [gives(plan, one), gives(other, one)] as const);
  return differences.some(([from, to]) => to > from) && !differences.some(([from, to]) => to < from);
}

/** 4.6: which remedies this member has. */
export function remediesOf(story: Story, member: string, at: number): string[] {
  const person = now(story).members.get(member);
  if (person === undefined || person.removedAt !== null) return [];
  const seat = seatNow(story, member);
  const buys = published(story).roles[person.role]?.buys ?? false;
  const plan = planNow(story);
  const others = Object.entries(published(story).plans).filter(([id]) => id !== now(story).term.plan);
  const more = others.some(([, other]) => !other.hidden && !other.retired && givesMore(plan, other, seat));
  const takesTopUps = plan.paid && plan.topUps && now(story).term.status !== "past_due";
  const tests = {
    wait: renewal(story, member, at) !== null,
    buy: buys && takesTopUps,
    request: !buys && takesTopUps && seat !== null,
    upgrade: buys && more,
  };
  return Object.entries(tests).flatMap(([remedy, has]) => (has ? [remedy] : []));
}

function refusal(story: Story, { member, required, at }: { member: string; required: number; at: number }) {
  const available = balanceAfter(story, member, at).available;
  const renews = renewal(story, member, at);
  return { required, available, renewsAt: renews && iso(renews), remedies: remediesOf(story, member, at) };
}

/** 7.1: what this cycle's charges of the member took, less what came back of those. */
export const capUse = (story: Story, member: string, at: number) => {
  const cycle = cycleKey(story, at);
  const charges = [...story.charges.values()].filter((one) => one.member === member && one.cycle === cycle);
  return sum(charges.map((one) => one.amount - refundedAmount(one)));
};

/** 4.6: removed, then role, then plan; `null` when the member may use the feature. */
function forbidden(story: Story, member: string, plans: readonly (readonly string[] | null)[]) {
  if (now(story).members.get(member)?.removedAt !== null) return "removed";
  if (seatNow(story, member) === null) return "role";
  return plans.some((list) => list !== null && !list.includes(now(story).term.plan)) ? "plan" : null;
}

/** An unlimited allowance of their own or a shared one. */
const isUnlimited = (story: Story, member: string, at: number) =>
  [member, pool].some((holder) => levelNow(story, holder, at) === "unlimited");

interface Price {
  member: string;
  amount: number;
  unlimited: boolean;
  at: number;
}

/** 4.6: `cap_reached`, then `insufficient`, then the slices that pay. */
function afford(story: Story, { member, amount, unlimited, at }: Price) {
  const facts = { member, required: amount, at };
  const limit = now(story).members.get(member)?.cap ?? null;
  const used = capUse(story, member, at);
  // What is free takes nothing, so no cap stands against it.
  if (limit !== null && amount > 0 && used + amount > limit)
    return { refused: { outcome: "cap_reached", cap: { limit, used }, ...refusal(story, facts) } };
  if (amount === 0) return { slices: [] };
  if (unlimited) return { slices: [{ grant: null, amount }] };
  if (total(spendable(story, member, at)) < amount)
    return { refused: { outcome: "insufficient", ...refusal(story, facts) } };
  return { slices: slicesFor(story, member, amount, at) };
}

/** 4.10: ⌈Σ usage × price ÷ 1,000,000⌉, or `null` when the usage names a meter without a price. */
function meteredPrice(perMillion: Readonly<Record<string, number>>, usage: Readonly<Record<string, number>>) {
  let millionths = 0n;
  for (const [meter, amount] of Object.entries(usage)) {
    const price = named(perMillion, meter);
    if (price === undefined) return null;
    millionths += BigInt(amount) * BigInt(price);
  }
  return Number((millionths + 999_999n) / 1_000_000n);
}

const inOrder = (usage: object | null) =>
  JSON.stringify(Object.entries(usage ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
const sameUsage = (a: object | null, b: object | null) => inOrder(a) === inOrder(b);

function take(story: Story, charge: Charge, from: number, at: number) {
  charge.slices.slice(from).forEach(({ grant, amount }, index) => {
    if (grant !== null) story.movements.push({ kind: "charge", grant, amount, charge: charge.id, slice: from + index });
  });
  for (const { grant } of charge.slices) if (grant !== null) follow(story, grant, at);
}

export function charge(story: Story, input: CommandOf<"charge">, at: number): Decision {
  const { id, member, quantity = 1, mode = "standard", leaseSeconds = 600, attempt = null } = input;
  const usage = input.usage ?? null;
  const known = story.charges.get(id);
  if (known !== undefined) {
    // 4.7: the same input is a repeat, another is an error. Usage is what a metered charge has for a quantity.
    const same = known.member === member && known.feature === input.feature && known.mode === mode;
    if (!same || known.quantity !== quantity || !sameUsage(known.usage, usage)) return fail("id_reused");
    if (known.end !== null) return ended(story, known, at);
    const first = attempt !== null && attempt === known.attempt;
    // 4.14: only a new attempt takes a charge over; the late word of one that has been replaced does not.
    if (first || input.resume !== true || known.superseded.includes(attempt ?? ""))
      return refuse(answerFor(story, id, at, { outcome: "charged", replayed: !first }));
    touch(story, [member, pool], at);
    const superseded = [...known.superseded, known.attempt ?? ""].filter((one) => one !== attempt);
    put(story, { ...known, attempt, superseded, lease: leaseFor(known, leaseSeconds, at) });
    return done(answerFor(story, id, at, { outcome: "charged", replayed: false }));
  }
  const feature = named(published(story).features, input.feature);
  if (!now(story).members.has(member)) return refuse({ outcome: "unknown_member" });
  if (feature === undefined) return refuse({ outcome: "unknown_feature" });
  const price = named(feature.modes, mode);
  if (price === undefined) return refuse({ outcome: "unknown_mode" });
  // The usage of what is metered is its quantity.
  const metered = feature.settles === "metered";
  if (metered !== (usage !== null) || (metered && quantity !== 1)) return fail("invalid_input");
  const amount = usage === null ? (price.price ?? 0) * quantity : meteredPrice(price.perMillion ?? {}, usage);
  if (amount === null) return fail("invalid_input");
  touch(story, [member, pool], at);
  const facts = { member, required: amount, at };
  const plans = [feature.plans, price.plans];
  const reason = forbidden(story, member, plans);
  if (reason !== null) return refuse({ outcome: "not_allowed", reason, ...refusal(story, facts) });
  const { maxAmount } = input;
  if (maxAmount !== undefined && amount > maxAmount)
    return refuse({ outcome: "price_changed", maxAmount, ...refusal(story, facts) });
  const unlimited = isUnlimited(story, member, at);
  const { refused, slices } = afford(story, { member, amount, unlimited, at });
  if (refused !== undefined) return refuse(refused);
  const made = put(story, {
    id,
    member,
    feature: input.feature,
    mode,
    quantity,
    usage,
    settles: feature.settles,
    unitPrice: price.price,
    perMillion: price.perMillion,
    amount,
    unlimited,
    slices,
    attempt,
    superseded: [],
    createdAt: at,
    leaseSeconds,
    lease: at + leaseSeconds * 1000,
    delivered: 0,
    cancelRequested: false,
    cycle: cycleKey(story, at),
    end: null,
    support: [],
  });
  take(story, made, 0, at);
  return done(answerFor(story, id, at, { outcome: "charged", replayed: false }));
}

/** 4.12: a lease is extended, never shortened, and ends 24 h after the charge began at the latest. */
const leaseFor = (charge: Charge, leaseSeconds: number, at: number) =>
  Math.max(charge.lease, Math.min(at + leaseSeconds * 1000, charge.createdAt + day));

/** 4.14: an attempt that another one has replaced. One that never was the charge's own supersedes nothing. */
const isSuperseded = (charge: Charge, attempt: string | undefined) =>
  attempt !== undefined && charge.superseded.includes(attempt);

/** Touches those whose credits a charge may hold: the member and the pool. */
const touchCharge = (story: Story, { member }: Charge, at: number) => touch(story, [member, pool], at);

export function extend(story: Story, input: CommandOf<"extend">, at: number): Decision {
  const known = story.charges.get(input.id);
  if (known === undefined) return refuse({ outcome: "unknown_charge" });
  if (known.end !== null) return ended(story, known, at);
  if (isSuperseded(known, input.attempt)) return refuse({ outcome: "superseded" });
  if (known.settles !== "metered") return refuse({ outcome: "not_metered" });
  const price = meteredPrice(known.perMillion ?? {}, input.usage);
  if (price === null) return fail("invalid_input");
  const amount = price - known.amount;
  if (amount <= 0) return refuse(answerFor(story, input.id, at, { outcome: "charged", replayed: true }));
  touch(story, [known.member, pool], at);
  // A charge needs no catalog again (2), so which plans the feature is for is not asked again.
  const reason = forbidden(story, known.member, []);
  if (reason !== null)
    return refuse({
      outcome: "not_allowed",
      reason,
      ...refusal(story, { member: known.member, required: amount, at }),
    });
  // A charge that began without limit goes on without, and one that did not goes on by its grants.
  const { unlimited } = known;
  const { refused, slices = [] } = afford(story, { member: known.member, amount, unlimited, at });
  if (refused !== undefined) return refuse(refused);
  const raised = put(story, { ...known, amount: price, slices: [...known.slices, ...slices] });
  take(story, raised, known.slices.length, at);
  return done(answerFor(story, input.id, at, { outcome: "charged", replayed: false }));
}

export function heartbeat(story: Story, input: CommandOf<"heartbeat">, at: number): Decision {
  const known = story.charges.get(input.id);
  if (known === undefined) return fail("unknown_charge");
  const tell = (outcome: string) => ({ outcome, charge: viewCharge(story, story.charges.get(input.id) as Charge) });
  if (known.end !== null) return refuse(tell("not_open"));
  if (isSuperseded(known, input.attempt)) return refuse(tell("superseded"));
  if ((input.delivered ?? 0) > known.quantity) return fail("invalid_input");
  touchCharge(story, known, at);
  const delivered = Math.max(known.delivered, input.delivered ?? 0);
  put(story, { ...known, delivered, lease: leaseFor(known, input.leaseSeconds ?? known.leaseSeconds, at) });
  return done(tell("open"));
}

export function cancel(story: Story, input: CommandOf<"cancel">): Decision {
  const known = story.charges.get(input.id);
  if (known === undefined) return fail("unknown_charge");
  if (known.end !== null) return refuse({ outcome: "not_open", charge: viewCharge(story, known) });
  return done({ outcome: "open", charge: viewCharge(story, put(story, { ...known, cancelRequested: true })) });
}

/** Ends a charge: gives back what was not settled, in reverse burn order, and spends the rest (4.8, 4.9). */
function finish(story: Story, charge: Charge, end: NonNullable<Charge["end"]>, delivered = charge.delivered) {
  giveBack(story, { charge, amount: charge.amount - end.settledAmount, kind: "refund" });
  charge.slices.forEach(({ grant, amount }, slice) => {
    const rest = amount - returnedOf(story, charge.id, slice);
    if (grant !== null && rest > 0)
      story.movements.push({ kind: "settle", grant, amount: rest, charge: charge.id, slice });
  });
  put(story, { ...charge, end, delivered });
  for (const { grant } of charge.slices) if (grant !== null) follow(story, grant, end.at);
}

/** 3.6, 4.12: charges whose lease has run out were refunded at that instant. */
export function endLeases(story: Story, at: number): void {
  const due = [...story.charges.values()].filter((charge) => charge.end === null && charge.lease <= at);
  const facts = { verb: "lease", attempt: null, state: "refunded", settledAmount: 0, uncollected: 0 } as const;
  for (const charge of due.sort((a, b) => a.lease - b.lease))
    finish(story, charge, { ...facts, reason: "timed_out", at: charge.lease });
}

/** What settle and refund have in common: unknown, ended (by this very attempt or not), superseded. */
function ending(story: Story, verb: "settle" | "refund", input: { id: string; attempt?: string }, at: number) {
  const known = story.charges.get(input.id);
  if (known === undefined) return { refused: fail("unknown_charge") };
  if (known.end !== null) {
    // 4.7: a lost answer asked for again with the attempt that ended the charge.
    const again = known.end.verb === verb && input.attempt !== undefined && known.end.attempt === input.attempt;
    if (!again) return { refused: ended(story, known, at) };
    return { refused: refuse(answerFor(story, known.id, at, { outcome: known.end.state })) };
  }
  if (isSuperseded(known, input.attempt))
    return { refused: refuse(answerFor(story, known.id, at, { outcome: "superseded" })) };
  return { known };
}

export function settle(story: Story, input: CommandOf<"settle">, at: number): Decision {
  const { known, refused } = ending(story, "settle", input, at);
  if (refused !== undefined) return refused;
  const delivered = input.delivered ?? known.quantity;
  if (delivered > known.quantity) return fail("invalid_input");
  if (known.settles === "whole" && delivered !== 0 && delivered !== known.quantity) return fail("invalid_input");
  if (known.settles !== "metered" && input.usage !== undefined) return fail("invalid_input");
  const real = known.settles === "metered" ? meteredPrice(known.perMillion ?? {}, input.usage ?? {}) : null;
  if (known.settles === "metered" && real === null) return fail("invalid_input");
  const price = {
    unit: (known.unitPrice ?? 0) * delivered,
    whole: delivered === 0 ? 0 : known.amount,
    metered: delivered === 0 ? 0 : input.usage === undefined ? known.amount : (real as number),
  }[known.settles];
  const settledAmount = Math.min(price, known.amount);
  // 4.8: settling at 0 is a refund; but what was free from the start is settled when something was delivered.
  const state = delivered === 0 || (settledAmount === 0 && known.amount > 0) ? "refunded" : "settled";
  touchCharge(story, known, at);
  const { attempt = null, reason = null } = input;
  const uncollected = price - settledAmount;
  finish(story, known, { verb: "settle", attempt, state, settledAmount, uncollected, reason, at }, delivered);
  return done(answerFor(story, known.id, at, { outcome: state }));
}

export function refund(story: Story, input: CommandOf<"refund">, at: number): Decision {
  const { known, refused } = ending(story, "refund", input, at);
  if (refused !== undefined) return refused;
  touchCharge(story, known, at);
  const { attempt = null, reason } = input;
  finish(story, known, { verb: "refund", attempt, state: "refunded", settledAmount: 0, uncollected: 0, reason, at });
  return done(answerFor(story, known.id, at, { outcome: "refunded" }));
}

/** 4.11. */
export function supportRefund(story: Story, input: CommandOf<"supportRefund">, at: number): Decision {
  const key = `supportRefund:${input.id}`;
  const asked = JSON.stringify([input.charge, input.quantity, input.reissue ?? true]);
  const seen = story.seen.get(key);
  if (seen !== undefined && seen.asked !== asked) return fail("id_reused");
  if (seen !== undefined) return refuse(answerFor(story, input.charge, at, { ...seen.answer, replayed: true }));
  const known = story.charges.get(input.charge);
  if (known === undefined) return fail("unknown_charge");
  if (known.end?.state !== "settled") return fail("not_settled");
  const byUnit = known.settles === "unit";
  if (!byUnit && input.quantity !== undefined) return fail("invalid_input");
  const left = (byUnit ? known.delivered : 1) - sum(known.support.map(({ units }) => units));
  const units = input.quantity ?? left;
  if (left === 0 || units > left) return fail("exceeds_settled");
  const amount = byUnit ? units * (known.unitPrice ?? 0) : known.end.settledAmount;
  touchCharge(story, known, at);
  const back = giveBack(story, { charge: known, amount, kind: "return" });
  put(story, { ...known, support: [...known.support, { units, amount }] });
  const [restored, expired] = [new Map<string, number>(), new Map<string, number>()];
  for (const { grant, amount: returned } of back) {
    const found = story.grants.find(({ id }) => id === grant);
    if (found === undefined) continue;
    const counted = isLive(story, found, at) ? restored : expired;
    counted.set(found.holder, (counted.get(found.holder) ?? 0) + returned);
    follow(story, grant, at);
  }
  const expiresAt = cycleAt(story, at).endsAt;
  const lost = input.reissue === false ? [] : [...expired];
  for (const [holder, returned] of lost) {
    const facts = { source: "promo", run: null, startsAt: null, order: null } as const;
    story.grants.push({
      id: `reissue:${first(input.id)}:${holder}`,
      holder,
      amount: returned,
      at,
      expiresAt,
      ...facts,
    });
  }
  const given = {
    outcome: "refunded",
    replayed: false,
    restored: sum([...restored.values()]),
    expired: sum([...expired.values()]),
    reissued: sum(lost.map(([, returned]) => returned)),
  };
  story.seen.set(key, { asked, answer: given });
  return done(answerFor(story, known.id, at, given));
}
