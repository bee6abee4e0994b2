import { parseArgs } from "node:util";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import { minimise } from "./minimise.ts";
import type { Problem } from "./play.ts";
import { type Event, simulate } from "./simulation.ts";
import { openSubject } from "./subject.ts";
import { versions } from "./versions.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string", default: "10000" },
    database: { type: "string", default: "pglite" },
    width: { type: "string", default: "16" },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const database =
  values.database === "postgres"
    ? pgDatabase({ connectionString: process.env.DUCAT_TEST_DATABASE_URL as string, max: 8 })
    : pgliteDatabase({ memory: true });
const subject = await openSubject(database, { schema: `sim_${seed}`, catalogs: versions, published: "base" });
const report = await simulate(subject, { seed, steps: Number(values.steps), width: Number(values.width) });
const { problem, events, words, kinds } = report;
console.log(`seed ${seed}: ${report.steps} steps in ${report.seconds.toFixed(1)} s, ${report.workspaces} workspaces`);
if (problem === null) {
  console.log(Object.fromEntries([...kinds].sort(([a], [b]) => (a < b ? -1 : 1))));
  console.log(Object.fromEntries([...words].sort(([a], [b]) => (a < b ? -1 : 1))));
} else {
  show(problem, []);
  const deadline = performance.now() + 60_000;
  const smaller = await minimise(subject, events, { deadline, now: () => performance.now() });
  console.log(`\n${events.length} events, minimised to ${smaller.events.length}:`);
  show(smaller.problem ?? problem, smaller.problem === null ? events : smaller.events);
}
await subject.close();

function show(found: Problem, list: readonly Event[]): void {
  for (const event of list) {
    if ("publish" in event) console.log("  publish", event.publish);
    else {
      const { at, unnoticed, commands } = event.turn;
      console.log(`  ${new Date(at).toISOString()}${unnoticed ? " unnoticed" : ""}`);
      for (const command of commands) console.log("    ", JSON.stringify(command));
    }
  }
  console.log(`${found.workspace} at ${new Date(found.at).toISOString()}:`, JSON.stringify(found.asked));
  for (const line of found.differences.slice(0, 20)) console.log("  ", line.slice(0, 500));
  if (list.length > 0) {
    console.log("  engine ", JSON.stringify(found.engine)?.slice(0, 700));
    console.log("  auditor", JSON.stringify(found.auditor)?.slice(0, 700));
  }
}
