import { expect, test } from "vitest";
import { readOptions } from "../../bench/options.ts";

test("without options it compares everything in three rounds", () => {
  expect(readOptions([])).toMatchObject({
    mode: "compare",
    rounds: 3,
    callers: [1, 64, 1_000],
    shapes: ["hot", "spread"],
    output: "reports/bench.json",
  });
});

test("--history may stand alone, and what follows it is not swallowed", () => {
  expect(readOptions(["--history"])?.historyRows).toEqual([10_000, 5_000_000]);
  const options = readOptions(["--history", "--only", "ducat"]);
  expect(options).toMatchObject({
    mode: "history",
    historyRows: [10_000, 5_000_000],
    only: ["ducat"],
    callers: [1_000],
  });
  expect(readOptions(["--history", "5,6"])?.historyRows).toEqual([5, 6]);
});

test("--quick shortens what was not said otherwise", () => {
  expect(readOptions(["--quick"])).toMatchObject({ rounds: 1, seconds: 1 });
  expect(readOptions(["--quick", "--rounds", "2"])).toMatchObject({ rounds: 2, seconds: 1 });
});

test("nonsense is refused, not measured", () => {
  expect(() => readOptions(["--seconds", "0"])).toThrow("--seconds");
  expect(() => readOptions(["--shapes", "warm"])).toThrow("warm");
  expect(() => readOptions(["--fast"])).toThrow("--fast");
  expect(() => readOptions(["--history", "--profile"])).toThrow("two runs");
});
