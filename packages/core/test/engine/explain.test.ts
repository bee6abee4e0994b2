import { describe, expect, test } from "vitest";
import expected from "./explanations.json" with { type: "json" };
import { toldSituations } from "./explanations.ts";

describe("every sentence and every number of an explanation", () => {
  const told = toldSituations();

  test("is told of all situations", () => {
    expect(Object.keys(told)).toEqual(Object.keys(expected));
  });

  for (const [name, lines] of Object.entries(expected)) {
    test(`is as it reads in explanations.json: ${name}`, () => {
      expect(told[name]).toEqual(lines);
    });
  }
});
