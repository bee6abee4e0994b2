import { type Clause, engineTest, example, inCore, inEngine } from "./clause.ts";

const order = example(
  "cycles",
  "included before bought, the earliest end first, monthly before promo, own before shared",
);
const laterOrder = example("cycles", "monthly before promo even when it is younger, then by age, then by id");
const repeats = example("charges", "repeats: the same attempt hears the first answer, another one that it is replayed");
const remedies = example("charges", "remedies by role and plan");
const precedence = {
  file: "test/contract/precedence.test.ts",
  name: "of every combination of faults the first in the contract's order is answered",
};
const refusals = {
  file: "test/contract/precedence.test.ts",
  name: "refusals say what it would have taken, what is there, and claim nothing",
};
const allOrNothing = example("charges", "all or nothing, and a refused charge claims nothing");

/** Section 4, until a charge is made. */
export const charges: readonly Clause[] = [
  {
    clause: "4.1",
    says: "credits are deducted when the generation begins, and held",
    tests: [engineTest("charges", "each kind is one transition, one entry for each slice"), allOrNothing],
    mutation: inEngine("move", 'charge: ["available", "held"],', 'charge: ["available", "spent"],'),
  },
  {
    clause: "4.2",
    says: "the price is the catalog's times the quantity",
    tests: [
      { file: "packages/core/test/catalog/price.test.ts", name: "is exact for every price and quantity" },
      precedence,
    ],
    mutation: inCore(
      "catalog/price.ts",
      "const amount = mode.price * quantity;",
      "const amount = mode.price + quantity;",
    ),
  },
  {
    clause: "4.2",
    says: "a price above maxAmount is refused, one equal to it is not",
    tests: [example("charges", "the precedence of outcomes")],
    mutation: inEngine(
      "charge",
      "if (command.maxAmount !== null && amount > command.maxAmount) {",
      "if (command.maxAmount !== null && amount >= command.maxAmount) {",
    ),
  },
  {
    clause: "4.3",
    says: "a member may spend their own grants and the workspace's",
    tests: [order],
    mutation: inEngine(
      "grants",
      "order = [...(state.grantsByHolder.get(member) ?? []), ...(state.grantsByHolder.get(POOL) ?? [])].sort(",
      "order = [...(state.grantsByHolder.get(member) ?? [])].sort(",
    ),
  },
  {
    clause: "4.3",
    says: "included credits before bought ones",
    tests: [order],
    mutation: inEngine("grants", 'Number(a.source === "top-up") - Number(b.source === "top-up") ||', "0 ||"),
  },
  {
    clause: "4.3",
    says: "within these the earliest end, never last",
    tests: [order],
    mutation: inEngine(
      "grants",
      "(a.expiresAt ?? Number.POSITIVE_INFINITY) - (b.expiresAt ?? Number.POSITIVE_INFINITY) ||",
      "(a.expiresAt ?? 0) - (b.expiresAt ?? 0) ||",
    ),
  },
  {
    clause: "4.3",
    says: "then monthly before promo",
    tests: [laterOrder],
    mutation: inEngine("grants", 'Number(a.source === "promo") - Number(b.source === "promo") ||', "0 ||"),
  },
  {
    clause: "4.3",
    says: "then own before the workspace's",
    tests: [order],
    mutation: inEngine("grants", "Number(a.holder === POOL) - Number(b.holder === POOL) ||", "0 ||"),
  },
  {
    clause: "4.3",
    says: "then the older",
    tests: [laterOrder],
    mutation: inEngine("grants", "a.at - b.at ||", "b.at - a.at ||"),
  },
  {
    clause: "4.3",
    says: "then the lower id, bytewise",
    tests: [laterOrder],
    mutation: inEngine("grants", "(a.id < b.id ? -1 : a.id > b.id ? 1 : 0)", "a.id.localeCompare(b.id)"),
  },
  {
    clause: "4.3",
    says: "one entry per slice, in the order in which they are spent",
    tests: [engineTest("charges", "each kind is one transition, one entry for each slice")],
    mutation: inEngine(
      "charge",
      "const part = Math.min(left, grant.available);",
      "const part = Math.min(left, grant.available, 15);",
    ),
  },
  {
    clause: "4.3",
    says: "one predicate decides what may be spent: nothing frozen or ended",
    tests: [example("plans", "top-ups are frozen off paid plans, visible and not spendable")],
    mutation: inEngine(
      "grants",
      "return grant.available > 0 && (grant.expiresAt === null || grant.expiresAt > now) && !isFrozen(state, grant, now);",
      "return grant.available > 0 && (grant.expiresAt === null || grant.expiresAt > now);",
    ),
  },
  {
    clause: "4.4",
    says: "a top-up is frozen while the plan is not paid",
    tests: [example("plans", "top-ups are frozen off paid plans, visible and not spendable")],
    mutation: inEngine(
      "grants",
      'if (grant.source === "top-up" && !termAt(state.terms, now).paid) return true;',
      'if (grant.source === "top-up" && grant.amount === 0) return true;',
    ),
  },
  {
    clause: "4.4",
    says: "a grant is frozen while its member is removed",
    tests: [
      example("top-ups", "only money grants, once for each order and payment; paid too late, it is granted and frozen"),
    ],
    mutation: inEngine(
      "grants",
      "return member === undefined || member.removedAt !== null;",
      "return member === undefined;",
    ),
  },
  {
    clause: "4.4",
    says: "freezing stops no date",
    tests: [example("plans", "removed and added again in one cycle: the same grants, mark and cap use")],
    mutation: inEngine(
      "advance",
      "if (holder === undefined) continue;",
      "if (holder === undefined || state.members.get(id)?.removedAt) continue;",
    ),
  },
  {
    clause: "4.5",
    says: "all or nothing: never negative, never partial",
    tests: [allOrNothing],
    mutation: inEngine(
      "charge",
      "if (!unlimited && spendableBy(state, command.member, now) < amount) {",
      "if (!unlimited && spendableBy(state, command.member, now) === 0 && amount > 0) {",
    ),
  },
  {
    clause: "4.5",
    says: "of N simultaneous charges exactly as many are charged as the balance covers",
    tests: [
      {
        file: "test/concurrency/charges.test.ts",
        name: "1,000 simultaneous charges against credits for 20 charge exactly 20",
      },
    ],
    mutation: inCore(
      "store/load.ts",
      "text: `${select} order by w.id for no key update skip locked`,",
      "text: `${select} order by w.id`,",
    ),
  },
  {
    clause: "4.6",
    says: "outcomes are tested in the contract's order: who may not, before the price",
    tests: [precedence],
    mutation: inEngine("charge", "if (reason !== null) {", "if (reason !== null && command.maxAmount === null) {"),
  },
  {
    clause: "4.6",
    says: "… the same id before whatever else is wrong",
    tests: [precedence],
    mutation: inEngine(
      "charge",
      "if (existing !== undefined) return repeated(state, existing, command, now);",
      "if (existing !== undefined && state.members.has(command.member)) return repeated(state, existing, command, now);",
    ),
  },
  {
    clause: "4.6",
    says: "… the cap before too few credits",
    tests: [precedence],
    mutation: inEngine(
      "charge",
      "if (member.cap !== null && amount > 0 && holder.capUsed + amount > member.cap) {",
      "if (member.cap !== null && spendableBy(state, command.member, now) >= amount && holder.capUsed + amount > member.cap) {",
    ),
  },
  {
    clause: "4.6",
    says: "refusals carry what it would have taken and what is there",
    tests: [refusals, allOrNothing],
    mutation: inEngine("remedies", "available: seat === null ? 0 : spendableBy(state, member, now),", "available: 0,"),
  },
  {
    clause: "4.6",
    says: "wait: when something renews, whether or not it will be enough",
    tests: [remedies],
    mutation: inEngine(
      "remedies",
      'if (renewsAt(state, member, now) !== null) remedies.push("wait");',
      'remedies.push("wait");',
    ),
  },
  {
    clause: "4.6",
    says: "buy: the role buys and the plan takes top-ups",
    tests: [remedies],
    mutation: inEngine(
      "remedies",
      'if (buys(state, member)) remedies.push("buy");',
      'if (seatOf(state, member) !== null) remedies.push("buy");',
    ),
  },
  {
    clause: "4.6",
    says: "request: such a plan, a seat, a role that does not buy",
    tests: [remedies],
    mutation: inEngine(
      "remedies",
      'else if (seatOf(state, member) !== null) remedies.push("request");',
      'else remedies.push("request");',
    ),
  },
  {
    clause: "4.6",
    says: "upgrade: the role buys and another visible plan gives more",
    tests: [remedies, allOrNothing],
    mutation: inEngine(
      "remedies",
      'if (buys(state, member) && canUpgrade(state, seatOf(state, member), now)) remedies.push("upgrade");',
      'if (buys(state, member)) remedies.push("upgrade");',
    ),
  },
  {
    clause: "4.6",
    says: "a refused charge claims nothing and leaves no trace",
    tests: [engineTest("time", "a refused charge leaves no trace in a batch that writes"), refusals],
    mutation: inEngine("decide", "(decided) => decided.wrote,", "() => true,"),
  },
  {
    clause: "4.7",
    says: "the same id with another input is an error",
    tests: [engineTest("charges", "a repeat ignores maxAmount, lease and metadata, and nothing else")],
    mutation: inEngine("charge", "row.quantity === command.quantity &&", "row.quantity >= 0 &&"),
  },
  {
    clause: "4.7",
    says: "maxAmount, lease and metadata are not part of it",
    tests: [engineTest("charges", "a repeat ignores maxAmount, lease and metadata, and nothing else")],
    mutation: inEngine(
      "charge",
      "row.member === command.member &&",
      "row.member === command.member && row.leaseMs === command.leaseMs &&",
    ),
  },
  {
    clause: "4.7",
    says: "the same attempt hears the first answer while the charge is open",
    tests: [repeats],
    mutation: inEngine("charge", "if (row.attempt === command.attempt) {", 'if (command.attempt === "") {'),
  },
  {
    clause: "4.7",
    says: "after its end a repeat hears how it ended",
    tests: [repeats],
    mutation: inEngine(
      "charge",
      'const outcome = row.state === "settled" ? "already_settled" : "already_refunded";',
      'const outcome = row.state === "open" ? "already_settled" : "already_refunded";',
    ),
  },
  {
    clause: "4.7",
    says: "settle and refund keep the attempt that ended the charge, each its own",
    tests: [repeats],
    mutation: inEngine(
      "settle",
      "if (row.endedBy === command.verb && row.endedAttempt === command.attempt) {",
      "if (row.endedAttempt === command.attempt) {",
    ),
  },
  {
    clause: "4.7",
    says: "what was done under an id is not done again",
    tests: [engineTest("properties", "repeating what was done changes nothing")],
    mutation: inEngine(
      "operation",
      "if (row === undefined) return null;",
      'if (row === undefined || kind === "promo") return null;',
    ),
  },
];
