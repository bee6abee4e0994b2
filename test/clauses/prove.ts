import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTemporaryServer } from "../../scripts/postgres/temporary-server.ts";
import { runsIn } from "./check.ts";
import type { Clause } from "./clause.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Proof {
  clause: Clause;
  /** True when a test of the clause failed on the fault. */
  red: boolean;
  /** The tests that failed, or what else there is to say. */
  says: string[];
}

/**
 * Puts the fault of each clause into a copy of the repository and runs the clause's tests there. Throws when the tests
 * do not pass without a fault: what is red anyway proves nothing.
 */
export async function prove(clauses: readonly Clause[], told: (proof: Proof) => void): Promise<void> {
  const server = await startTemporaryServer({
    initialize: ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"],
    settings: { fsync: "off", full_page_writes: "off", synchronous_commit: "off", max_connections: "200" },
  });
  const copy = copyOfTheRepository();
  try {
    const sound = await run(copy, server.url, clauses);
    if (sound.failed.length > 0 || sound.passed.length === 0) {
      throw new Error(`without a fault these fail:\n${sound.failed.join("\n") || sound.output}`);
    }
    for (const clause of clauses) {
      for (const { name } of clause.tests) {
        if (!sound.passed.some((title) => title.includes(name))) throw new Error(`"${name}" did not run`);
      }
    }
    for (const clause of clauses) {
      const { file, from, to } = clause.mutation;
      const path = join(copy, file);
      const text = readFileSync(path, "utf8");
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
      const { failed, output } = await run(copy, server.url, [clause]);
      writeFileSync(path, text);
      // A fault that prevents every test from being run is found by none of them.
      const says = failed.length > 0 ? failed : [output.slice(-2000)];
      told({ clause, red: failed.length > 0, says });
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
    await server.stop();
  }
}

/** Sources and tests in a folder of their own, where a fault can be put in. Whoever asks removes it. */
export function copyOfTheRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), "ducat-clauses-"));
  const wanted = (source: string) => !/\/(node_modules|dist)$/.test(source);
  for (const part of ["packages", "test", "scripts", "examples"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: wanted });
  }
  for (const file of ["package.json", "tsconfig.json", "vitest.config.ts"]) cpSync(join(root, file), join(copy, file));
  // The packages of the copy must find each other there, and everything else where it is installed.
  const modules = join(copy, "node_modules");
  mkdirSync(join(modules, "@ducat"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "ducat" && name !== "@ducat" && name !== ".vite" && name !== ".vite-temp") {
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
  }
  symlinkSync("../packages/core", join(modules, "ducat"));
  for (const name of ["client", "server"]) symlinkSync(`../../packages/${name}`, join(modules, "@ducat", name));
  return copy;
}

interface Run {
  passed: string[];
  failed: string[];
  output: string;
}

async function run(copy: string, databaseUrl: string, clauses: readonly Clause[]): Promise<Run> {
  const tests = clauses.flatMap((clause) => clause.tests);
  const files = [...new Set(tests.map(runsIn))];
  const names = [...new Set(tests.map(({ name }) => name))];
  const pattern = names.map((name) => name.replaceAll(/[^\w\s]/g, "\\$&")).join("|");
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const child = spawn(
    process.execPath,
    [vitest, "run", ...files, "-t", pattern, "--reporter=json", `--outputFile=${report}`, "--no-color"],
    { cwd: copy, env: { ...process.env, DUCAT_TEST_DATABASE_URL: databaseUrl }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.on("data", (bytes) => (output += bytes));
  child.stderr.on("data", (bytes) => (output += bytes));
  await once(child, "close");
  return { ...titlesOf(report), output };
}

interface Report {
  testResults: { message: string; assertionResults: { fullName: string; status: string }[] }[];
}

function titlesOf(report: string): { passed: string[]; failed: string[] } {
  let parsed: Report;
  try {
    parsed = JSON.parse(readFileSync(report, "utf8")) as Report;
  } catch {
    return { passed: [], failed: [] };
  }
  const results = parsed.testResults.flatMap(({ assertionResults }) => assertionResults);
  const titled = (status: string) => results.filter((one) => one.status === status).map(({ fullName }) => fullName);
  return { passed: titled("passed"), failed: titled("failed") };
}
