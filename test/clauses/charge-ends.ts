import { type Clause, engineTest, example, inCore, inEngine } from "./clause.ts";

const lessIsLess = example(
  "charges",
  "settling less gives back in reverse burn order, as a smaller charge would have been",
);
const expired = example(
  "charges",
  "a refund returns to the slices it came from; what has expired meanwhile does not come back to life",
);
const byUnits = example("operator", "a support refund goes by units, never beyond what was settled");
const reissued = example(
  "operator",
  "a support refund of expired credits comes back as a promo to the end of the cycle",
);
const inSteps = engineTest(
  "properties",
  "rounding never makes a credit: raised in steps a charge costs what it costs at once",
);

/** Section 4, how a charge ends and what comes back of it. */
export const ends: readonly Clause[] = [
  {
    clause: "4.8",
    says: "by unit: what was delivered is kept, the rest refunded",
    tests: [lessIsLess],
    mutation: inEngine(
      "settle",
      "return { keep: (row.unitPrice as number) * delivered, delivered, uncollected: 0 };",
      "return { keep: row.amount, delivered, uncollected: 0 };",
    ),
  },
  {
    clause: "4.8",
    says: "in reverse burn order: the result equals a charge for the smaller amount",
    tests: [lessIsLess, engineTest("properties", "settling less is charging less")],
    mutation: inEngine(
      "end-charge",
      "const kept = charge.slices.map((slice) => {",
      "const kept = charge.slices.toReversed().map((slice) => {",
    ),
  },
  {
    clause: "4.8",
    says: "whole: nothing or all",
    tests: [
      engineTest("charges", "what settles whole takes nothing or all"),
      example("charges", "what settles whole settles all or nothing"),
    ],
    mutation: inEngine(
      "settle",
      'if (row.settles === "whole" && delivered > 0 && delivered < row.quantity) {',
      'if (row.settles === "whole" && delivered > row.quantity) {',
    ),
  },
  {
    clause: "4.8",
    says: "settling at 0 is a refund, of what is free too",
    tests: [engineTest("charges", "what is free and was not delivered is refunded, not settled"), lessIsLess],
    mutation: inEngine(
      "settle",
      'if (delivered === 0) row.state = "refunded";',
      'if (delivered < 0) row.state = "refunded";',
    ),
  },
  {
    clause: "4.8",
    says: "a later settle, with whatever count, is told the first result",
    tests: [
      example("charges", "repeats: the same attempt hears the first answer, another one that it is replayed"),
      lessIsLess,
    ],
    mutation: inEngine(
      "settle",
      'return refused(answer(state, row.state === "settled" ? "already_settled" : "already_refunded", row, now));',
      'return refused(answer(state, row.state === "settled" ? "settled" : "refunded", row, now));',
    ),
  },
  {
    clause: "4.9",
    says: "a refund gives everything back to the slices it came from",
    tests: [lessIsLess, expired],
    mutation: inEngine(
      "end-charge",
      'if (slice.returned > 0) giveBack(state, "refund", grantOf(state, slice.grant), slice.returned, cause);',
      'if (slice.returned > 0) giveBack(state, "refund", grantOf(state, (charge.slices[0] ?? slice).grant), slice.returned, cause);',
    ),
  },
  {
    clause: "4.9",
    says: "exactly one of settle and refund wins",
    tests: [expired],
    mutation: inEngine("settle", 'if (row.state !== "open") {', 'if (row.state === "settled") {'),
  },
  {
    clause: "4.9",
    says: "… and the charge says which",
    tests: [expired],
    mutation: inEngine(
      "end-charge",
      'charge.state = end.keep > 0 || (charge.amount === 0 && end.endedBy === "settle") ? "settled" : "refunded";',
      'charge.state = "settled";',
    ),
  },
  {
    clause: "4.9",
    says: "what returns to a grant that has expired is refunded, then expired at once",
    tests: [
      engineTest("time", "what returns to a grant that has ended expires in the same command, both visible"),
      expired,
    ],
    mutation: inEngine(
      "clawback",
      "  afterEvent(state, grant, cause.at);",
      "  if (cause.at < 0) afterEvent(state, grant, cause.at);",
    ),
  },
  {
    clause: "4.10",
    says: "extend raises a metered charge to a new total",
    tests: [
      inSteps,
      example("charges", "metered: charged by the estimate, settled by the real usage, rounded up once"),
    ],
    mutation: inEngine("extend", "const more = amount - row.amount;", "const more = amount;"),
  },
  {
    clause: "4.10",
    says: "… or answers insufficient",
    tests: [example("charges", "metered: charged by the estimate, settled by the real usage, rounded up once")],
    mutation: inEngine(
      "extend",
      "if (!row.unlimited && spendableBy(state, row.member, now) < more) {",
      "if (!row.unlimited && spendableBy(state, row.member, now) < 0) {",
    ),
  },
  {
    clause: "4.10",
    says: "settle takes at most what was charged and reports the rest as uncollected",
    tests: [
      inSteps,
      example("charges", "metered: charged by the estimate, settled by the real usage, rounded up once"),
    ],
    mutation: inEngine(
      "settle",
      "return { keep: Math.min(price, row.amount), delivered: 1, uncollected: Math.max(0, price - row.amount) };",
      "return { keep: Math.min(price, row.amount), delivered: 1, uncollected: 0 };",
    ),
  },
  {
    clause: "4.10",
    says: "a metered price is rounded up once",
    tests: [
      { file: "packages/core/test/catalog/price.test.ts", name: "is rounded up once, not for each meter" },
      inSteps,
    ],
    mutation: inCore(
      "catalog/price.ts",
      "sum += (perMillion[meter] ?? 0) * amountOf(usage, meter);",
      "sum += Math.ceil(((perMillion[meter] ?? 0) * amountOf(usage, meter)) / million) * million;",
    ),
  },
  {
    clause: "4.10",
    says: "a usage that the caller counted is marked estimated",
    tests: [engineTest("charges", "a real usage that the caller counted is marked as estimated")],
    mutation: inEngine("settle", "row.estimated = command.estimated;", "row.estimated = false;"),
  },
  {
    clause: "4.11",
    says: "a support refund goes by units, never beyond what was settled",
    tests: [byUnits],
    mutation: inEngine(
      "support-refund",
      "if (units > unitsLeft || amount > left || (left === 0 && unitsLeft <= 0)) {",
      "if (amount > left) {",
    ),
  },
  {
    clause: "4.11",
    says: "expired slices come back as a promo to the end of the current cycle",
    tests: [reissued],
    mutation: inEngine(
      "support-refund",
      'addGrant(state, { id, holder, source: "promo", amount: part, at: now, expiresAt: endsAt }, now);',
      'addGrant(state, { id, holder, source: "promo", amount: part, at: now, expiresAt: null }, now);',
    ),
  },
  {
    clause: "4.11",
    says: "… unless reissue is false",
    tests: [reissued],
    mutation: inEngine(
      "support-refund",
      "if (!command.reissue) return { restored, expired, reissued: 0 };",
      "if (expired === 0) return { restored, expired, reissued: 0 };",
    ),
  },
  {
    clause: "4.11",
    says: "id, actor and note are required",
    tests: [engineTest("charges", "a support refund without id, actor or note is refused")],
    mutation: inCore(
      "inputs/charges.ts",
      'export const actor = about("Who does this, for the record.", text({ maxLength: 200, blank: false }));',
      'export const actor = about("Who does this, for the record.", optional(text({ maxLength: 200, blank: false }), "nobody"));',
    ),
  },
];
