import { globSync } from "node:fs";

export interface Suite {
  name: string;
  /** What is run: test files of vitest, or a program that says of a difference in its output. */
  run: { tests: string[] } | { program: string[]; saysOfDifference: RegExp };
}

/** In the order in which they are asked: the quick ones first. */
export const suites: readonly Suite[] = [
  { name: "properties", run: { tests: ["packages/core/test/engine/properties.test.ts"] } },
  { name: "contract", run: { tests: ["test/contract"] } },
  { name: "ledger", run: { tests: ["test/ledger"] } },
  { name: "concurrency", run: { tests: ["test/concurrency"] } },
  { name: "run", run: { tests: ["test/run"] } },
  { name: "background", run: { tests: ["packages/core/test/background"] } },
  {
    name: "simulation",
    run: {
      program: ["test/simulation/simulate.ts", "--seed", "7", "--steps", "6000"],
      saysOfDifference: /The engine and the auditor differ/,
    },
  },
];

/** The tests of a file's own room, without those that are suites here: what one runs while one works at it. */
export function unitTestsOf(file: string): string[] {
  const [, room = "", rest = ""] = /^packages\/core\/src\/(?:([^/]+)\/)?(.+)$/.exec(file) ?? [];
  switch (room) {
    case "engine":
      return globSync("packages/core/test/engine/*.test.ts").filter((path) => !path.endsWith("properties.test.ts"));
    case "store":
      return globSync("packages/core/test/history/{lists,explain,verify}.test.ts");
    case "ledger":
      return globSync("test/ledger/{options,queue}.test.ts");
    case "":
      return rest === "run.ts" || rest === "watch.ts"
        ? ["test/contract/run.test.ts"]
        : ["packages/core/test/testing.test.ts"];
    default:
      return globSync(`packages/core/test/${room}/*.test.ts`);
  }
}
