import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const script = fileURLToPath(new URL("../scripts/count-tests.ts", import.meta.url));
const room = mkdtempSync(join(tmpdir(), "ducat-count-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

test.each([
  ["all passed", [file("passed", "passed", "passed"), file("passed", "passed", "skipped")], "3 passed, 0 failed", 0],
  ["one failed", [file("failed", "passed", "failed")], "1 passed, 1 failed", 1],
  ["a file that could not be read", [file("passed", "passed"), file("failed")], "1 passed, 1 failed", 1],
  ["nothing ran", [], "0 passed, 0 failed", 1],
])("%s", (name, testResults, line, exitCode) => {
  const report = join(room, `${name}.json`);
  writeFileSync(report, JSON.stringify({ testResults }));
  const { stdout, status } = spawnSync(process.execPath, [script, report], { encoding: "utf8" });
  expect({ stdout, status }).toEqual({ stdout: `${line}\n`, status: exitCode });
});

test("no report at all", () => {
  const { stdout, status } = spawnSync(process.execPath, [script, join(room, "none")], { encoding: "utf8" });
  expect({ stdout, status }).toEqual({ stdout: "0 passed, 0 failed\n", status: 1 });
});
