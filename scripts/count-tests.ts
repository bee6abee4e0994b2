/**
 * Prints how many tests passed and failed, as `N passed, N failed`, from vitest's JSON report. Fails when a test did,
 * when a test file could not even be read (which the report does not count as a test), and when nothing ran.
 */
import { readFileSync } from "node:fs";

interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

const [, , path = "reports/vitest.json"] = process.argv;
const { passed, failed } = count(read());
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function read(): Report {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { testResults: [] }; // The run ended before it wrote a report: no test passed.
  }
}

function count({ testResults }: Report): { passed: number; failed: number } {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const unreadable = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return {
    passed: tests.filter((test) => test.status === "passed").length,
    failed: tests.filter((test) => test.status === "failed").length + unreadable.length,
  };
}
