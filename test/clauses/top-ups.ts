import { type Clause, engineTest, example, inCore, inEngine } from "./clause.ts";

const who = example("top-ups", "who may order what for whom");
const requests = example("top-ups", "others request, a buyer decides, one decision wins");
const money = example(
  "top-ups",
  "only money grants, once for each order and payment; paid too late, it is granted and frozen",
);
const debts = example(
  "top-ups",
  "money refunded takes back what is there, the rest is debt, and the next top-up repays it",
);
const repaid = example(
  "top-ups",
  "a purchase that repaid another and is itself refunded: its repayment counts as spent, until it returns",
);
const operator = example("operator", "grants and revocations by the operator: once for each id, never below 0");

/** Section 6: top-ups. */
export const topUps: readonly Clause[] = [
  {
    clause: "6.1",
    says: "only on an active paid plan",
    tests: [who],
    mutation: inEngine(
      "top-up",
      'if (!term.paid || !planOf(state, term).topUps) return "plan";',
      'if (now < 0) return "plan";',
    ),
  },
  {
    clause: "6.1",
    says: "only a role that buys orders",
    tests: [who],
    mutation: inEngine(
      "top-up",
      'if (buyer !== null && !buys(state, buyer)) return "role";',
      'if (buyer !== null && seatOf(state, buyer) === null) return "role";',
    ),
  },
  {
    clause: "6.1",
    says: "each recipient is a member with a seat, or the pool",
    tests: [who, requests],
    mutation: inEngine(
      "top-up",
      'if (members.some((id) => seatOf(state, id) === null)) return "role";',
      'if (members.every((id) => seatOf(state, id) === null)) return "role";',
    ),
  },
  {
    clause: "6.1",
    says: "each of them gets the pack",
    tests: [example("plans", "top-ups are frozen off paid plans, visible and not spendable")],
    mutation: inEngine("top-up", "recipients: order.recipients,", "recipients: order.recipients.slice(0, 1),"),
  },
  {
    clause: "6.1",
    says: "a buyer approves, which orders",
    tests: [requests],
    mutation: inEngine(
      "top-up",
      'if (command.verb === "approve") row.topUp = requestOrderId(row.id);',
      "row.topUp = null;",
    ),
  },
  {
    clause: "6.1",
    says: "one decision wins",
    tests: [requests],
    mutation: inEngine(
      "top-up",
      "if (row.state !== decision || row.decidedBy !== command.by) {",
      'if (row.state === "open") {',
    ),
  },
  {
    clause: "6.1",
    says: "one order is granted once",
    tests: [money, engineTest("properties", "repeating what was done changes nothing")],
    mutation: inEngine("top-up", 'if (row.state === "paid") {', 'if (row.state === "paid" && row.payment === null) {'),
  },
  {
    clause: "6.1",
    says: "one payment id pays one order",
    tests: [money],
    mutation: inEngine("top-up", "if (before !== undefined) {", "if (before?.fingerprint === row.id) {"),
  },
  {
    clause: "6.2",
    says: "an order grants nothing until it is paid",
    tests: [who],
    mutation: inEngine(
      "top-up",
      'if (!command.paid) return wrote({ outcome: "ordered", replayed: false, topUp: presentTopUp(row) });',
      'if (command.paid === null) return wrote({ outcome: "ordered", replayed: false, topUp: presentTopUp(row) });',
    ),
  },
  {
    clause: "6.2",
    says: "no browser can say that an order is paid",
    tests: [
      {
        file: "packages/core/test/http/access.test.ts",
        name: "orders as themself, by role, and never says that it is paid",
      },
    ],
    mutation: inCore(
      "http/routes/top-ups.ts",
      'member: { self: "buyer", operatorOnly: ["paid", "payment"] },',
      'member: { self: "buyer", operatorOnly: ["payment"] },',
    ),
  },
  {
    clause: "6.2",
    says: "paid after the plan ended or the recipient left: granted all the same",
    tests: [money],
    mutation: inEngine(
      "top-up",
      "refuseAboveLimit(state, holder, row.credits);",
      'if (!takesTopUps(state, now)) throw invalid("id", "comes too late");',
    ),
  },
  {
    clause: "6.3",
    says: "top-up credits never expire",
    tests: [example("top-ups", "top-ups never expire and outlive cycles")],
    mutation: inEngine(
      "top-up",
      '{ id, holder, source: "top-up", amount: row.credits, at: now, expiresAt: null, purchase },',
      '{ id, holder, source: "top-up", amount: row.credits, at: now, expiresAt: now + 86_400_000 * 90, purchase },',
    ),
  },
  {
    clause: "6.4",
    says: "of each recipient's grant ⌊amount × refunded ÷ paid⌋ is taken back",
    tests: [example("top-ups", "of each recipient's grant the share is rounded down")],
    mutation: inEngine(
      "top-up",
      "return Number((BigInt(amount) * BigInt(refunded)) / BigInt(paid));",
      "return Math.ceil((amount * refunded) / paid);",
    ),
  },
  {
    clause: "6.4",
    says: "what is revoked rises by what is available, never more",
    tests: [debts],
    mutation: inEngine(
      "clawback",
      "const taken = Math.min(clawback.target - clawback.revoked, grant.available);",
      "const taken = clawback.target - clawback.revoked;",
    ),
  },
  {
    clause: "6.4",
    says: "… and falls only to what is to be taken back",
    tests: [debts, engineTest("charges", "revoke, debt, repay, forgive and restore carry their purchase")],
    mutation: inEngine(
      "clawback",
      "const restored = clawback.revoked - clawback.target;",
      "const restored = clawback.revoked - clawback.target - 1;",
    ),
  },
  {
    clause: "6.4",
    says: "the debt is what was spent, or repaid elsewhere, of the rest",
    tests: [repaid],
    mutation: inEngine(
      "clawback",
      "const owed = Math.min(grant.spent + clawback.repaid, clawback.target - clawback.revoked);",
      "const owed = Math.min(grant.spent, clawback.target - clawback.revoked);",
    ),
  },
  {
    clause: "6.4",
    says: "after every event on the grant: what comes back is taken before it expires",
    tests: [
      example("top-ups", "a lease that ends returns credits to a refunded purchase, which takes them at that instant"),
    ],
    mutation: inEngine(
      "clawback",
      "if (grant.clawback !== null) settleClawback(state, grant, at);",
      "if (grant.clawback !== null && grant.held < 0) settleClawback(state, grant, at);",
    ),
  },
  {
    clause: "6.4",
    says: "credits that are held are no debt until they are spent",
    tests: [example("top-ups", "credits held by an open charge are no debt until they are spent")],
    mutation: inEngine(
      "end-charge",
      "if (grant.clawback !== null) afterEvent(state, grant, end.at);",
      "if (grant.clawback !== null && grant.amount === 0) afterEvent(state, grant, end.at);",
    ),
  },
  {
    clause: "6.4",
    says: "the next top-up repays debt first",
    tests: [debts],
    mutation: inEngine("top-up", "repayDebts(state, grant, now);", "if (now < 0) repayDebts(state, grant, now);"),
  },
  {
    clause: "6.4",
    says: "repayments above the debt return to their payers, last first",
    tests: [example("top-ups", "repayments go to the oldest debt first and return the last first")],
    mutation: inEngine(
      "clawback",
      "if (repaidByOthers > owed) returnRepayments(state, grant, repaidByOthers - owed, at);",
      "if (repaidByOthers > owed && at < 0) returnRepayments(state, grant, repaidByOthers - owed, at);",
    ),
  },
  {
    clause: "6.4",
    says: "all these entries carry the purchase",
    tests: [engineTest("charges", "revoke, debt, repay, forgive and restore carry their purchase")],
    mutation: inEngine(
      "clawback",
      'move(state, "repay", payer, amount, { at, purchase: grant.purchase as string });',
      'move(state, "repay", payer, amount, { at });',
    ),
  },
  {
    clause: "6.5",
    says: "an operator's id gives and takes once",
    tests: [operator],
    mutation: inEngine(
      "operation",
      "if (row.fingerprint !== fingerprint) {",
      'if (row.fingerprint !== fingerprint && kind !== "promo") {',
    ),
  },
  {
    clause: "6.5",
    says: "a revocation takes available credits only, never below 0",
    tests: [operator],
    mutation: inEngine("promo", "if (amount > row.available) {", "if (amount > row.amount + 1) {"),
  },
];
