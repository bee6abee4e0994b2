import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { applyPatch, type PlantedBug, UNIT_TESTS } from "./planted-bug.ts";
import { type Suite, suites, unitTestsOf } from "./suites.ts";

/** What became of a planted bug. */
export interface Verdict {
  bug: PlantedBug;
  /** The suite that failed first, with the first test that did; `null` when none did. */
  caught: { suite: string; test: string } | null;
  /** What makes this a failure of the tests, or of the patch. */
  fault: string | null;
}

interface Place {
  directory: string;
  databaseUrl: string;
}

/**
 * Plants a bug and asks the suites in turn until one fails; in `short`, the file of tests alone that is known to catch
 * it, and no compiler.
 */
export async function tryBug(bug: PlantedBug, place: Place, { short }: { short: boolean }): Promise<Verdict> {
  const failed = (fault: string): Verdict => ({ bug, caught: null, fault });
  try {
    applyPatch(bug, place.directory, "plant");
  } catch (error) {
    return failed((error as Error).message);
  }
  try {
    const types = short ? null : await typeFaults(place.directory);
    if (types !== null) return failed(`it does not compile: ${types}`);
    const found = await firstFailure(place, bug.files.flatMap(unitTestsOf));
    if (bug.caughtBy === UNIT_TESTS) {
      if (found === null) return failed("the unit tests no longer find it: say which suite catches it");
      return { bug, caught: { suite: UNIT_TESTS, test: found }, fault: null };
    }
    if (found !== null) return failed(`the unit tests find it: say so in the patch ("${found}")`);
    return short ? await askKnown(bug, place) : await askSuites(bug, place);
  } finally {
    applyPatch(bug, place.directory, "remove");
  }
}

async function askKnown(bug: PlantedBug, place: Place): Promise<Verdict> {
  const test = await firstFailure(place, bug.test === null ? [] : [bug.test]);
  if (test === null) return { bug, caught: null, fault: `${bug.test} no longer catches it` };
  return { bug, caught: { suite: bug.caughtBy, test }, fault: null };
}

async function askSuites(bug: PlantedBug, place: Place): Promise<Verdict> {
  for (const suite of suites) {
    const test = await failureOf(suite, place);
    if (test !== null) return { bug, caught: { suite: suite.name, test }, fault: null };
    if (suite.name === bug.caughtBy) return { bug, caught: null, fault: `${bug.caughtBy} no longer catches it` };
  }
  return { bug, caught: null, fault: `there is no suite ${bug.caughtBy}` };
}

/** What fails in the suites without any bug, or `null`: a suite that is red anyway catches nothing. */
export async function failsAnyway(place: Place): Promise<string | null> {
  for (const suite of suites) {
    const test = await failureOf(suite, place);
    if (test !== null) return `${suite.name}: ${test}`;
  }
  return null;
}

async function failureOf({ run }: Suite, place: Place): Promise<string | null> {
  if ("tests" in run) return await firstFailure(place, run.tests);
  const [program = "", ...args] = run.program;
  const { output } = await execute(place, ["--conditions=ducat-source", program, ...args]);
  return run.saysOfDifference.test(output) ? (run.saysOfDifference.exec(output)?.[0] ?? null) : null;
}

/** What the type checker says of the copy, or `null`. */
export async function typeFaults(directory: string): Promise<string | null> {
  const { code, output } = await execute({ directory, databaseUrl: "" }, [
    "node_modules/typescript/bin/tsc",
    "--noEmit",
    "-p",
    ".",
  ]);
  return code === 0 ? null : output.trim().slice(0, 2000);
}

/** The first test that fails, or `null`. A run in which no test failed and something else did is had again, once. */
async function firstFailure(place: Place, tests: readonly string[]): Promise<string | null> {
  if (tests.length === 0) return null;
  const first = await runTests(place, tests);
  if (first.code === 0 || first.failed !== null) return first.failed;
  const second = await runTests(place, tests);
  return second.code === 0 ? null : (second.failed ?? second.output.slice(-2000));
}

async function runTests(place: Place, tests: readonly string[]) {
  const report = join(place.directory, "report.json");
  rmSync(report, { force: true });
  const { code, output } = await execute(place, [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...new Set(tests),
    "--bail=1",
    "--reporter=json",
    `--outputFile=${report}`,
    "--no-color",
  ]);
  return { code, output, failed: code === 0 ? null : failedIn(report) };
}

function failedIn(report: string): string | null {
  let parsed: Report;
  try {
    parsed = JSON.parse(readFileSync(report, "utf8")) as Report;
  } catch {
    return null;
  }
  const results = parsed.testResults.flatMap(({ assertionResults }) => assertionResults);
  return results.find(({ status }) => status === "failed")?.fullName ?? null;
}

interface Report {
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

async function execute({ directory, databaseUrl }: Place, args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: { ...process.env, DUCAT_TEST_DATABASE_URL: databaseUrl },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (bytes) => (output += bytes));
  child.stderr.on("data", (bytes) => (output += bytes));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, output };
}
