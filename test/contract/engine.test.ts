import { describe, expect, test } from "vitest";
import { comparable } from "../simulation/examples/steps.ts";
import { catalogs, examples } from "../simulation/examples.ts";
import { inMemory } from "./in-memory.ts";

describe("the examples of the contract on the engine alone", () => {
  test.each(examples)("$clause $name", async (example) => {
    const { ledger, carryOut } = inMemory(catalogs, example.catalog ?? "reference");
    for (const [index, step] of example.steps.entries()) {
      const answer = comparable(await carryOut(step));
      if ("expect" in step) expect(answer, `step ${index + 1}: ${JSON.stringify(step)}`).toMatchObject(step.expect);
      expect(ledger.verify(), `after step ${index + 1}`).toEqual([]);
    }
  });
});
