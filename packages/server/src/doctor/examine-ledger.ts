import type { Diagnosis } from "ducat";
import { type Finding, good, note, wrong } from "./finding.ts";

type Ledger = NonNullable<Diagnosis["ledger"]>;

/** The sweeper looks every 10 seconds, and for what is found only by a long look every few minutes. */
const SWEPT_WITHIN_MS = 60_000;
const PENDING_WITHIN_MS = 900_000;
/** Heartbeats keep a charge open for a day at most. */
const LONG_OPEN_MS = 86_400_000;
const DELIVERED_WITHIN_MS = 900_000;

/** What time has done and nobody has written yet, and what waits to be told. */
export function examineLedger(ledger: Ledger): Finding[] {
  return [...leases(ledger), ...unswept(ledger), events(ledger), ...testClocks(ledger)];
}

function leases({ at, openLeases, oldestCharge }: Ledger): Finding[] {
  if (oldestCharge === null)
    return [good("open charges", openLeases === 0 ? "No charge is open." : "None in real time.")];
  const { workspace, charge, createdAt, leaseExpiresAt } = oldestCharge;
  const says =
    `${many(openLeases, "charge is", "charges are")} open. The oldest, ${charge} of ${workspace}, since ${day(createdAt)};` +
    ` its lease ${leaseExpiresAt <= at ? "ran" : "runs"} out ${day(leaseExpiresAt)}.`;
  if (at - createdAt <= LONG_OPEN_MS) return [good("open charges", says)];
  return [
    wrong(
      "open charges",
      says,
      `No lease lasts longer than a day, so nobody has ended it. Look at it: ducat explain ${workspace} ${charge}; then sweep, as below.`,
    ),
  ];
}

const SWEEP =
  "A running server sweeps by itself; is one running, and what does it log? A library with background: false must call credits.sweep() from a job. Nothing is lost meanwhile: whoever touches the workspace next applies the same.";

function unswept({ at, overdueLeases, expiredGrants, pendingChanges }: Ledger): Finding[] {
  const found: Finding[] = [];
  const look = (
    check: string,
    { count, since }: Ledger["overdueLeases"],
    [single, plural]: [string, string],
    withinMs: number,
  ) => {
    if (count === 0 || since === null) return;
    const says = `${many(count, single, plural)}, since ${day(since)}.`;
    found.push(at - since <= withinMs ? note(check, says) : wrong(check, says, SWEEP));
  };
  look("overdue leases", overdueLeases, ["lease has run out unswept", "leases have run out unswept"], SWEPT_WITHIN_MS);
  look("expired grants", expiredGrants, ["grant has ended unswept", "grants have ended unswept"], SWEPT_WITHIN_MS);
  look("pending changes", pendingChanges, ["plan change is due", "plan changes are due"], PENDING_WITHIN_MS);
  return found.length > 0 ? found : [good("sweeper", "Everything that time has ended is written.")];
}

function events({ at, undeliveredEvents: { count, since } }: Ledger): Finding {
  if (count === 0 || since === null) return good("events", "No event waits to be delivered.");
  const says = `${many(count, "event waits", "events wait")} to be delivered, since ${day(since)}.`;
  if (at - since <= DELIVERED_WITHIN_MS) return note("events", says);
  return note(
    "events",
    says,
    "Events go to processes that listen (credits.onEvent). When none should, they may wait: they are delivered when one does. When one does, look at its log for listeners that throw.",
  );
}

function testClocks({ testClocks }: Ledger): Finding[] {
  if (testClocks === 0) return [];
  const says = `${many(testClocks, "workspace lives", "workspaces live")} on a test clock; sweepers and this examination leave them alone.`;
  return [note("test clocks", says)];
}

/** Which catalog is in force, compared with the one that should be. */
export function examineCatalog({ published, given }: NonNullable<Diagnosis["catalog"]>, file: string): Finding {
  if (published === null) {
    return wrong(
      "catalog",
      "No catalog has been published.",
      "Run: ducat catalog publish <file> (or start ducat serve).",
    );
  }
  if (given === null) {
    return good("catalog", `Version ${published} is in force. Give a file with --catalog to compare it.`);
  }
  if (given.version === published) return good("catalog", `Version ${published} is in force, as in ${file}.`);
  const before = given.known ? "which was in force before" : "which was never published";
  return wrong(
    "catalog",
    `Version ${published} is in force, and not ${file} (version ${given.version}, ${before}).`,
    given.known
      ? `Find out who published ${published}: ducat catalog show. To go back: ducat catalog publish ${file}`
      : `Run: ducat catalog publish ${file}`,
  );
}

function many(count: number, single: string, plural: string): string {
  const limit = 10_000;
  return count >= limit
    ? `${limit.toLocaleString("en-US")} or more ${plural}`
    : `${count} ${count === 1 ? single : plural}`;
}

function day(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
