import { parseArgs } from "node:util";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import { simulate } from "./simulation.ts";
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
  console.log(JSON.stringify(problem.asked), "at", problem.at && new Date(problem.at).toISOString(), problem.workspace);
  console.log(problem.differences.slice(0, 20).join("\n").slice(0, 3000));
  console.log("auditor", JSON.stringify(problem.auditor)?.slice(0, 600));
  console.log("engine ", JSON.stringify(problem.engine)?.slice(0, 600));
  console.log(`after ${events.length} events`);
  for (const event of events.slice(-Number(process.env.TAIL ?? 12))) {
    if ("publish" in event) console.log("  publish", event.publish);
    else {
      console.log(`  ${new Date(event.turn.at).toISOString()} ${event.turn.unnoticed ? "unnoticed" : ""}`);
      for (const command of event.turn.commands) console.log("    ", JSON.stringify(command));
    }
  }
}
await subject.close();
