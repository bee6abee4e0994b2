import { parseArgs } from "node:util";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import { startTemporaryServer } from "../../scripts/postgres/temporary-server.ts";
import { print, wholeNumber } from "../setup/command-line.ts";
import { describeProblem } from "./describe-problem.ts";
import { minimise } from "./minimise.ts";
import { reported, sayingOf } from "./misreadings.ts";
import { shortcomings, tables } from "./report.ts";
import { simulate } from "./simulation.ts";
import { openSubject, type Subject } from "./subject.ts";
import { versions } from "./versions.ts";

/*
 * npm run simulate -- --seed 7 --steps 200000 --database postgres
 *
 * Plays a seeded world of workspaces on the real engine; the auditor judges every answer. A difference ends the run, is
 * minimised for so many seconds and printed. The exit code is 1 then, and also when the run did not come through all
 * that it was to.
 *
 * npm run simulate -- --misreadings
 *
 * Runs the simulation on engines that misread the contract. The exit code is 1 unless it reports each of them.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string" },
    database: { type: "string", default: "pglite" },
    width: { type: "string", default: "32" },
    seconds: { type: "string", default: "60" },
    misreadings: { type: "boolean", default: false },
  },
});
const seed = wholeNumber("seed", values.seed ?? String(Date.now() % 1_000_000_000));
const steps = wholeNumber("steps", values.steps ?? (values.misreadings ? "20000" : "200000"));
const width = wholeNumber("width", values.width);
const seconds = wholeNumber("seconds", values.seconds);

if (values.misreadings) judgeMisreadings();
else await withSubject(run);

async function run(subject: Subject): Promise<void> {
  print(`seed ${seed}, ${steps} steps on ${values.database}`);
  const report = await simulate(subject, { seed, steps, width });
  print(tables(report));
  const { problem, events } = report;
  if (problem === null) {
    const lacking = shortcomings(report);
    for (const line of lacking) print(`NOT MET: ${line}`);
    if (lacking.length > 0) process.exitCode = 1;
    return;
  }
  process.exitCode = 1;
  print(`\nThe engine and the auditor differ after ${report.steps} commands (seed ${seed}):`);
  print(describeProblem(problem));
  if (seconds === 0 || events.length === 0) return;
  const smaller = await minimise(subject, events, { deadline: Date.now() + seconds * 1000, now: Date.now });
  print(`\n${events.length} events, minimised to ${smaller.events.length}:`);
  print(describeProblem(smaller.problem ?? problem, smaller.events));
}

function judgeMisreadings(): void {
  print(`seed ${seed}, at most ${steps} steps for each misreading`);
  for (const { misreading, after, says } of reported({ seed, steps })) {
    print(`\n${misreading}: ${sayingOf(misreading)}`);
    print(after === null ? `NOT REPORTED: ${says}` : `reported after ${after} commands: ${says}`);
    if (after === null) process.exitCode = 1;
  }
}

async function withSubject(use: (subject: Subject) => Promise<void>): Promise<void> {
  const { database, stop } = await openDatabase(values.database);
  try {
    const subject = await openSubject(database, {
      schema: `simulation_${seed}`,
      catalogs: versions,
      published: "base",
    });
    await use(subject).finally(() => subject.close());
  } finally {
    await stop();
  }
}

async function openDatabase(kind: string): Promise<{ database: Database; stop(): Promise<void> }> {
  if (kind === "pglite") return { database: pgliteDatabase({ memory: true }), stop: async () => {} };
  if (kind !== "postgres") throw new Error("--database must be pglite or postgres");
  const given = process.env.DUCAT_TEST_DATABASE_URL;
  if (given) return { database: pgDatabase({ connectionString: given, max: 8 }), stop: async () => {} };
  const server = await startTemporaryServer({ initialize: [], settings: { fsync: "off", synchronous_commit: "off" } });
  return { database: pgDatabase({ connectionString: server.url, max: 8 }), stop: () => server.stop() };
}
