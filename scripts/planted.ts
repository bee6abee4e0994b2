/**
 * Plants bugs that people make into a copy of the sources and tells which suite catches each:
 *
 *   npm run planted                all of them, each suite in turn until one fails
 *   npm run planted -- NAME …      some of them
 *   npm run planted -- --short     all of them, compiled together; only the tests that are known to catch each are asked
 *   npm run planted -- --list      what there is
 *   npm run planted -- --write     writes docs/internals/planted-bugs.md
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { page } from "../test/planted/page.ts";
import { type PlantedBug, plantedBugs } from "../test/planted/planted-bug.ts";
import { compileTogether } from "../test/planted/short.ts";
import { failsAnyway, tryBug, type Verdict } from "../test/planted/trial.ts";
import { copyRepository } from "../test/setup/repository-copy.ts";
import { startTestServer } from "../test/setup/test-server.ts";

const { values, positionals } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const all = plantedBugs();
const unknown = positionals.filter((name) => !all.some((bug) => bug.name === name));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(", ")} in test/planted`);
const named = all.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

if (values.write) {
  writeFileSync(new URL("../docs/internals/planted-bugs.md", import.meta.url), page(all));
} else if (values.list) {
  for (const { name, kind, caughtBy, mistake } of named) console.log(`${name} (${kind}; ${caughtBy})\n    ${mistake}`);
} else {
  await plant();
}

async function plant(): Promise<void> {
  const copy = copyRepository("planted");
  // The copy goes also when somebody interrupts this; the server goes with its end of the pipe.
  process.once("exit", copy.remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const server = await startTestServer();
  const place = { directory: copy.directory, databaseUrl: server.url };
  const verdicts: Verdict[] = [];
  try {
    if (values.short) {
      for (const fault of await compileTogether(named, copy.directory)) {
        console.log(fault);
        process.exitCode = 1;
      }
    }
    // In CI the suites are run without any bug, too.
    if (!values.short) await requireSound(place);
    for (const bug of named) {
      const verdict = await tryBug(bug, place, { short: values.short });
      verdicts.push(verdict);
      console.log(line(verdict));
    }
  } finally {
    copy.remove();
    await server.stop();
  }
  const faults = verdicts.filter(({ fault }) => fault !== null).length;
  if (faults > 0) process.exitCode = 1;
  console.log(`${verdicts.length - faults} of ${verdicts.length} planted bugs were caught${tally(verdicts)}`);
}

/** A suite that is red anyway catches nothing. */
async function requireSound(place: { directory: string; databaseUrl: string }): Promise<void> {
  const red = await failsAnyway(place);
  if (red !== null) throw new Error(`without any bug this fails already: ${red}`);
}

function line({ bug, caught, fault }: Verdict): string {
  const name = bug.name.padEnd(Math.max(...all.map((each) => each.name.length)));
  if (fault !== null) return `NOT CAUGHT  ${name}  ${fault}`;
  return `caught      ${name}  ${caught?.suite}: ${caught?.test}`;
}

function tally(verdicts: readonly Verdict[]): string {
  const bySuite = new Map<string, PlantedBug[]>();
  for (const { bug, caught } of verdicts) {
    if (caught !== null) bySuite.set(caught.suite, [...(bySuite.get(caught.suite) ?? []), bug]);
  }
  const counts = [...bySuite].map(([suite, bugs]) => `${suite} ${bugs.length}`);
  return counts.length === 0 ? "" : ` (${counts.join(", ")})`;
}
