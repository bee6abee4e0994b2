import { describe, expect, test } from "vitest";
import expected from "./explanations.json" with { type: "json" };
import { situations } from "./explanations.ts";

describe("every sentence and every number of an explanation reads as in explanations.json", () => {
  for (const [name, situation] of Object.entries(situations)) {
    test(name, () => {
      expect(situation()).toEqual(expected[name as keyof typeof situations]);
    });
  }
});
