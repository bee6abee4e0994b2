import { describe, expect, test } from "vitest";
import { comparable } from "../simulation/examples/steps.ts";
import { catalogs, examples } from "../simulation/examples.ts";
import { inMemory } from "./in-memory.ts";

describe("the examples of the contract on the engine alone", () => {
  // Not `test.each`, which shortens long names: they are asked for by name.
  for (const { clause, name, catalog, steps } of examples) {
    test(`${clause} ${name}`, async () => {
      const { ledger, carryOut } = inMemory(catalogs, catalog ?? "reference");
      for (const [index, step] of steps.entries()) {
        const answer = comparable(await carryOut(step));
        if ("expect" in step) expect(answer, `step ${index + 1}: ${JSON.stringify(step)}`).toMatchObject(step.expect);
        expect(ledger.verify(), `after step ${index + 1}`).toEqual([]);
      }
    });
  }
});
