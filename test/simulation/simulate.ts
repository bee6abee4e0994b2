import { parseArgs } from "node:util";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import { startTemporaryServer } from "../../scripts/postgres/temporary-server.ts";
import { describeProblem } from "./describe-problem.ts";
import { minimise } from "./minimise.ts";
import { shortcomings, tables } from "./report.ts";
import { simulate } from "./simulation.ts";
import { openSubject } from "./subject.ts";
import { versions } from "./versions.ts";

/*
 * npm run simulate -- --seed 7 --steps 200000 --database postgres
 *
 * Plays a seeded world of workspaces on the real engine; the auditor judges every answer. A difference ends the run, is
 * minimised and printed. The exit code is 1 then, and also when the run did not come through all that it was to.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string", default: "200000" },
    database: { type: "string", default: "pglite" },
    width: { type: "string", default: "16" },
  },
});
const seed = wholeNumber("seed", values.seed ?? String(Date.now() % 1_000_000_000));
const steps = wholeNumber("steps", values.steps);
const width = wholeNumber("width", values.width);

const { database, stop } = await openDatabase(values.database);
try {
  const subject = await openSubject(database, { schema: `simulation_${seed}`, catalogs: versions, published: "base" });
  await run(subject).finally(() => subject.close());
} finally {
  await stop();
}

async function run(subject: Awaited<ReturnType<typeof openSubject>>): Promise<void> {
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
  const smaller = await minimise(subject, events, { deadline: Date.now() + 60_000, now: Date.now });
  print(`\n${events.length} events, minimised to ${smaller.events.length}:`);
  print(describeProblem(smaller.problem ?? problem, smaller.events));
}

async function openDatabase(kind: string): Promise<{ database: Database; stop(): Promise<void> }> {
  if (kind === "pglite") return { database: pgliteDatabase({ memory: true }), stop: async () => {} };
  if (kind !== "postgres") throw new Error("--database must be pglite or postgres");
  const given = process.env.DUCAT_TEST_DATABASE_URL;
  if (given) return { database: pgDatabase({ connectionString: given, max: 8 }), stop: async () => {} };
  const server = await startTemporaryServer({ initialize: [], settings: { fsync: "off", synchronous_commit: "off" } });
  return { database: pgDatabase({ connectionString: server.url, max: 8 }), stop: () => server.stop() };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
  return number;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
