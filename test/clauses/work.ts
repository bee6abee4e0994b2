import { type Clause, example, inCore, inEngine } from "./clause.ts";

const lease = example("charges", "a lease is kept by heartbeats, up to 24 hours of the charge's age");
const heartbeats = example("charges", "heartbeats count what was handed over, which never falls; cancel only asks");
const resume = example("charges", "resume adopts an open charge; the old attempt is superseded");
const run = (name: string) => ({ file: "test/contract/run.test.ts", name });

/** Section 4, a charge while its work goes on: leases, heartbeats, `run` and `begin`. */
export const work: readonly Clause[] = [
  {
    clause: "4.12",
    says: "a lease is 10 minutes by default",
    tests: [lease],
    mutation: inCore("inputs/charges.ts", "const defaultLeaseSeconds = 600;", "const defaultLeaseSeconds = 900;"),
  },
  {
    clause: "4.12",
    says: "… 10 seconds at least, 24 hours at most",
    tests: [lease],
    mutation: inCore(
      "inputs/numbers.ts",
      "export const leaseSeconds = wholeNumber(10, 86_400);",
      "export const leaseSeconds = wholeNumber(1, 864_000);",
    ),
  },
  {
    clause: "4.12",
    says: "heartbeats extend it up to 24 hours of the charge's age",
    tests: [lease],
    mutation: inEngine(
      "settle",
      "row.leaseExpiresAt = Math.max(row.leaseExpiresAt, Math.min(now + leaseMs, row.createdAt + MAX_AGE_MS));",
      "row.leaseExpiresAt = Math.max(row.leaseExpiresAt, now + leaseMs);",
    ),
  },
  {
    clause: "4.12",
    says: "when it has run out the charge is refunded, timed_out",
    tests: [lease, example("cycles", "a lease that has run out acts at its instant, whoever notices when")],
    mutation: inEngine(
      "advance",
      'endOpenCharge(state, charge, { keep: 0, reason: "timed_out", endedBy: "refund", attempt: null, at });',
      'endOpenCharge(state, charge, { keep: charge.amount, reason: "timed_out", endedBy: "refund", attempt: null, at });',
    ),
  },
  {
    clause: "4.13",
    says: "a heartbeat records units handed over, which never fall",
    tests: [heartbeats],
    mutation: inEngine(
      "settle",
      "if (command.delivered !== null) row.delivered = Math.max(row.delivered, command.delivered);",
      "if (command.delivered !== null) row.delivered = command.delivered;",
    ),
  },
  {
    clause: "4.13",
    says: "cancel marks the charge; the next heartbeat tells",
    tests: [heartbeats],
    mutation: inEngine(
      "settle",
      "edit(state, row).cancelRequested = true;",
      "edit(state, row).cancelRequested = false;",
    ),
  },
  {
    clause: "4.13",
    says: "a worker under run hears of it",
    tests: [run("hears of a cancel from elsewhere, and keeps what was handed over")],
    mutation: inCore(
      "watch.ts",
      "} else if (now.cancelRequested) {",
      '} else if (now.cancelRequested && now.attempt === "") {',
    ),
  },
  {
    clause: "4.14",
    says: "run calls the work only on a fresh charge",
    tests: [run("does not work on a replay or a refusal")],
    mutation: inCore(
      "run.ts",
      'if (answer.replayed) return { ...answer, outcome: "charged", replayed: true };',
      'if (answer.charge.state !== "open") return { ...answer, outcome: "charged", replayed: true };',
    ),
  },
  {
    clause: "4.14",
    says: "it settles on return",
    tests: [run("charges, works and settles")],
    mutation: inCore(
      "run.ts",
      "const end = await (signal.aborted ? begun.fail() : begun.done());",
      "const end = await begun.fail();",
    ),
  },
  {
    clause: "4.14",
    says: "on a throw it keeps the units handed over and refunds the rest",
    tests: [
      run("keeps the units handed over before a failure, gives the rest back, and rethrows the work's own error"),
    ],
    mutation: inCore(
      "run.ts",
      'if (keeps && settles === "unit" && delivered > 0) {',
      'if (keeps && settles === "unit" && delivered > quantity) {',
    ),
  },
  {
    clause: "4.14",
    says: "… and with keepDelivered: false refunds everything",
    tests: [run("gives everything back when what was handed over is not kept")],
    mutation: inCore("run.ts", "const keeps = options.keepDelivered ?? true;", "const keeps = true;"),
  },
  {
    clause: "4.14",
    says: "it rethrows the work's error untouched",
    tests: [
      run("keeps the units handed over before a failure, gives the rest back, and rethrows the work's own error"),
    ],
    mutation: inCore(
      "run.ts",
      "await begun.fail(error).catch((failure: unknown) => {",
      'if (error) throw new Error("The work failed.", { cause: error }); await begun.fail(error).catch((failure) => {',
    ),
  },
  {
    clause: "4.14",
    says: "begin is the same in two halves, with headers",
    tests: [run("is run in two halves, with headers for the answer")],
    mutation: inCore("run.ts", '"x-credits-amount": String(charge.amount),', '"x-credits-amount": String(quantity),'),
  },
  {
    clause: "4.14",
    says: "resume adopts an open charge under a new attempt",
    tests: [resume, run("adopts an open charge under a new attempt with resume, and the old one is superseded")],
    mutation: inEngine(
      "charge",
      "if (!command.resume || row.superseded.includes(command.attempt)) {",
      "if (!command.resume || row.superseded.length >= 0) {",
    ),
  },
  {
    clause: "4.14",
    says: "the old attempt's settle answers superseded",
    tests: [resume],
    mutation: inEngine(
      "settle",
      'return row.superseded.includes(command.attempt) ? refused(answer(state, "superseded", row, now)) : null;',
      "return null;",
    ),
  },
];
