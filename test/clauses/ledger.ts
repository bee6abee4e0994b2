import { type Clause, engineTest, example, inCore, inEngine } from "./clause.ts";

const cap = example(
  "charges",
  "a cap counts what this cycle's charges took, of any source, less what came back of them",
);
const usage = engineTest(
  "notices",
  "80 % and 100 % of what was allotted are told once; a refund does not arm them again, a rise does",
);
const expiry = engineTest(
  "notices",
  "a dated promo is told of 7 days and 1 day before it ends, once, while something is left",
);
const clock = example("operator", "a test clock only moves forward, and what came due on the way has happened");
const conserved = engineTest("properties", "whatever is done, every grant is conserved and the entries add up");
const transitions = engineTest("charges", "each kind is one transition, one entry for each slice");
const verify = (name: string) => ({ file: "packages/core/test/history/verify.test.ts", name });
const explain = (name: string) => ({ file: "packages/core/test/history/explain.test.ts", name });

/** Sections 7 and 8: caps, notices, ids, time and the ledger. */
export const ledger: readonly Clause[] = [
  {
    clause: "7.1",
    says: "a cap counts what the member's charges took in this cycle, of any source",
    tests: [cap],
    mutation: inEngine("charge", "countForCap(state, row, amount);", "countForCap(state, row, 0);"),
  },
  {
    clause: "7.1",
    says: "… less what came back of them",
    tests: [cap],
    mutation: inEngine("end-charge", "countForCap(state, charge, -back);", "countForCap(state, charge, 0);"),
  },
  {
    clause: "7.1",
    says: "… also by support",
    tests: [cap],
    mutation: inEngine("support-refund", "countForCap(state, row, -amount);", "countForCap(state, row, 0);"),
  },
  {
    clause: "7.1",
    says: "what comes back of an older cycle's charges counts not",
    tests: [cap],
    mutation: inEngine(
      "end-charge",
      "if (holder.epoch === charge.epoch && holder.cycleStartsAt === charge.cycleStartsAt) {",
      "if (holder.epoch === charge.epoch) {",
    ),
  },
  {
    clause: "7.1",
    says: "quotes obey the cap; 0 blocks; lowering it takes nothing",
    tests: [engineTest("charges", "a quote obeys the cap, and a cap of 0 blocks")],
    mutation: inEngine(
      "quote",
      "const underCap = cap === null ? Number.MAX_SAFE_INTEGER : Math.max(0, cap - holderOf(state, member).capUsed);",
      "const underCap = cap === null || holderOf(state, member).capUsed === 0 ? Number.MAX_SAFE_INTEGER : cap;",
    ),
  },
  {
    clause: "7.2",
    says: "80 % and 100 % of what was allotted, used or held, are told",
    tests: [usage],
    mutation: inEngine("notices", "{ percent: 80, bit: 1 },", "{ percent: 75, bit: 1 },"),
  },
  {
    clause: "7.2",
    says: "once; a refund does not arm it again",
    tests: [usage],
    mutation: inEngine("notices", "edit(state, holder).notices |= bit;", "edit(state, holder).notices |= 0;"),
  },
  {
    clause: "7.2",
    says: "a rise does",
    tests: [usage],
    mutation: inEngine("advance", "holder.notices = 0;", "holder.notices |= 0;"),
  },
  {
    clause: "7.2",
    says: "a dated promo or top-up with credits left: 7 days and 1 day before",
    tests: [expiry],
    mutation: inEngine("notices", "{ days: 7, bit: 1 },", "{ days: 8, bit: 1 },"),
  },
  {
    clause: "7.2",
    says: "… each once",
    tests: [expiry],
    mutation: inEngine("notices", "row.noticed |= bit === 2 ? 3 : 1;", "row.noticed |= 0;"),
  },
  {
    clause: "8.1",
    says: "an id is unique per workspace and kind of thing",
    tests: [engineTest("charges", "the same id may be used once for each kind of thing")],
    mutation: inEngine("state", "return `${kind}:${id}`;", 'return kind === "" ? kind : id;'),
  },
  {
    clause: "8.1",
    says: "it is claimed in the transaction of the write: a lost answer asked for again writes once",
    tests: [{ file: "test/ledger/lost-connections.test.ts", name: "does every other kind of write once" }],
    mutation: inEngine(
      "operation",
      "insert(state, state.operations, operationKey(kind, id), {",
      "insert(state, new Map(), operationKey(kind, id), {",
    ),
  },
  {
    clause: "8.2",
    says: "the clock is read after all locks are held",
    tests: [{ file: "test/ledger/after-the-wait.test.ts", name: "lives in the month that began while it waited" }],
    mutation: inCore(
      "store/load.ts",
      "date_trunc('milliseconds', clock_timestamp())",
      "date_trunc('milliseconds', now())",
    ),
  },
  {
    clause: "8.2",
    says: "time is never earlier than the workspace's last instant",
    tests: [engineTest("time", "time never runs backwards, whatever the clock says")],
    mutation: inEngine(
      "workspace",
      "return workspace.testClock ?? Math.max(clock, workspace.lastInstant);",
      "return workspace.testClock ?? clock;",
    ),
  },
  {
    clause: "8.2",
    says: "a test clock only moves forward",
    tests: [clock],
    mutation: inEngine("sweep", "if (command.now < workspace.testClock) {", "if (command.now < 0) {"),
  },
  {
    clause: "8.2",
    says: "… and applies everything that came due on the way",
    tests: [engineTest("time", "a sweep expires and ends, and opens no cycle: who sleeps costs nothing"), clock],
    mutation: inEngine("sweep", "workspace.testClock = command.now;", "workspace.testClock = now - now;"),
  },
  {
    clause: "8.2",
    says: "what is set at creation only cannot be changed",
    tests: [example("plans", "what was read at creation may be repeated, not changed")],
    mutation: inEngine(
      "workspace",
      'if (command.createdAt !== null && command.createdAt !== workspace.createdAt) throw immutable("createdAt");',
      "if (command.createdAt !== null) workspace.createdAt = command.createdAt;",
    ),
  },
  {
    clause: "8.2",
    says: "the background sweeper leaves test clocks alone",
    tests: [
      {
        file: "packages/core/test/background/sweeper.test.ts",
        name: "ends leases that ran out, and leaves the others and test clocks alone",
      },
    ],
    mutation: inCore(
      "store/candidates.ts",
      'const live = "w.test_clock is null and w.id <> all($2::text[])";',
      'const live = "w.id <> all($2::text[])";',
    ),
  },
  {
    clause: "8.3",
    says: "per grant, always: amount = available + held + spent + expired + revoked, each at least 0",
    tests: [
      {
        file: "test/contract/constraints.test.ts",
        name: "no hand in the database can make credits appear or vanish in a grant",
      },
    ],
    mutation: inCore(
      "database/migrations.generated.ts",
      "amount = available + held + spent + expired + revoked and least(available, held, spent, expired, revoked) >= 0",
      "least(available, held, spent, expired, revoked) >= 0",
    ),
  },
  {
    clause: "8.3",
    says: "… whatever is done, in any order",
    tests: [conserved],
    mutation: inEngine("move", "grant[to] += moved;", 'grant[to] += kind === "refund" ? moved + 1 : moved;'),
  },
  {
    clause: "8.4",
    says: "the balance after an entry is the sum of what is available",
    tests: [transitions, conserved],
    mutation: inEngine("move", "holder.balance += amount;", "holder.balance += moved;"),
  },
  {
    clause: "8.4",
    says: "settle: held to spent",
    tests: [transitions],
    mutation: inEngine("move", 'settle: ["held", "spent"],', 'settle: ["held", "revoked"],'),
  },
  {
    clause: "8.4",
    says: "refund: held to available",
    tests: [transitions],
    mutation: inEngine("move", 'refund: ["held", "available"],', 'refund: ["held", "expired"],'),
  },
  {
    clause: "8.4",
    says: "return: spent to available",
    tests: [example("operator", "a support refund goes by units, never beyond what was settled"), conserved],
    mutation: inEngine("move", 'return: ["spent", "available"],', 'return: ["available", "spent"],'),
  },
  {
    clause: "8.4",
    says: "repay: available to revoked, debt less",
    tests: [
      example("top-ups", "money refunded takes back what is there, the rest is debt, and the next top-up repays it"),
      conserved,
    ],
    mutation: inEngine(
      "clawback",
      "edit(state, holderOf(state, payer.holder)).debt -= amount;",
      "edit(state, holderOf(state, payer.holder)).debt -= 0;",
    ),
  },
  {
    clause: "8.4",
    says: "debt and forgive change what is owed",
    tests: [
      example("top-ups", "money refunded takes back what is there, the rest is debt, and the next top-up repays it"),
      engineTest("charges", "revoke, debt, repay, forgive and restore carry their purchase"),
      conserved,
    ],
    mutation: inEngine("move", 'holder.debt += kind === "debt" ? moved : -moved;', "holder.debt += moved;"),
  },
  {
    clause: "8.4",
    says: "an entry's instant never goes back within a holder",
    tests: [engineTest("time", "an entry is never earlier than the holder's entry before it")],
    mutation: inEngine("move", "holder.lastAt = Math.max(holder.lastAt, cause.at);", "holder.lastAt = cause.at;"),
  },
  {
    clause: "8.5",
    says: "replaying the entries gives exactly what the rows say",
    tests: [verify("finds nothing in a ledger that nobody touched"), conserved],
    mutation: inCore("verify/replay.ts", 'revoke: ["available", "revoked"],', 'revoke: ["available", "expired"],'),
  },
  {
    clause: "8.5",
    says: "verify names every difference, and is able to fail",
    tests: [verify("names it when "), verify("there is damage for every check")],
    mutation: inCore(
      "verify/compare.ts",
      'report.same("grant-identity", about, grant.amount, sum, ',
      'report.same("grant-identity", about, sum, sum, ',
    ),
  },
  {
    clause: "8.6",
    says: "explain(charge) tells price version, grants, what was given back and why",
    tests: [explain("tells price, sources, what came back, and what support gave back and why")],
    mutation: inEngine("explain/charge", "...supportLines(state, charge, story),", "...[],"),
  },
  {
    clause: "8.6",
    says: "explain(balance) tells what is frozen since when",
    tests: [explain("tells what is frozen, since when and why")],
    mutation: inEngine("explain/frozen", "const since = Math.max(removedAt, grant.at);", "const since = grant.at;"),
  },
  {
    clause: "8.7",
    says: "a person can be erased without changing a number",
    tests: [engineTest("charges", "a person is erased without changing a number")],
    mutation: inEngine("erase", "{ name: null, email: null }", "{ name: null }"),
  },
  {
    clause: "8.7",
    says: "with the person the metadata of their charges and the notes about their credits are blanked",
    tests: [
      {
        file: "packages/core/test/history/erase.test.ts",
        name: "is nowhere in the tables, and nothing else is gone",
      },
    ],
    mutation: inCore("store/erase.ts", "g.holder = $2::text)", "g.holder <> $2::text)"),
  },
  {
    clause: "8.7",
    says: "a workspace is archived, not deleted: it ends what is open and takes nothing new",
    tests: [engineTest("charges", "an archived workspace ends what is open and takes nothing new")],
    mutation: inEngine(
      "decide",
      "if (state.workspace.archivedAt !== null && !ENDS_ONLY.has(command.verb)) {",
      "if (state.workspace.archivedAt !== null && ENDS_ONLY.has(command.verb)) {",
    ),
  },
];
