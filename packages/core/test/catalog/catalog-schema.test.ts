import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import schema from "../../catalog.schema.json" with { type: "json" };
import { catalogLimits, catalogToInput, defaultCatalog, maxCredits } from "../../src/catalog/index.ts";
import { type Anything, faultyInputs } from "./faulty-inputs.ts";
import { everything, least } from "./valid-inputs.ts";

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(schema);

/** What a schema cannot say, because it compares two places, counts bytes or looks at what JSON does not have. */
const beyondSchema = new Set([
  "no role with a seat",
  "a name with U+0000",
  "a name with half a surrogate pair",
  "a price that is not finite",
  "a plan that does not exist",
  "a mode for a plan that the feature leaves out",
  "no free plan",
  "the only free plan retired",
  "two plans at one place",
  "a seat that no role has",
  "metadata above 4 KiB",
  "metadata that JSON cannot hold",
  "the hostile key",
]);

describe("the published schema", () => {
  test.each([
    ["the default catalog", catalogToInput(defaultCatalog)],
    ["everything", everything()],
    ["the least", least()],
  ])("accepts %s", (_, input) => {
    validate(JSON.parse(JSON.stringify(input)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each(faultyInputs.filter(([name]) => !beyondSchema.has(name)))("refuses %s", (_, change) => {
    const input: Anything = everything();
    const replaced = change(input);
    expect(validate(replaced === undefined ? input : replaced)).toBe(false);
  });

  test("names no fault that is not in the table", () => {
    const names = new Set(faultyInputs.map(([name]) => name));
    expect([...beyondSchema].filter((name) => !names.has(name))).toEqual([]);
  });

  test("has the limits of the code", () => {
    const { properties, $defs } = schema;
    expect(properties.roles.maxProperties).toBe(catalogLimits.roles);
    expect(properties.features.maxProperties).toBe(catalogLimits.features);
    expect(properties.plans.maxProperties).toBe(catalogLimits.plans);
    expect(properties.topUpPacks.maxProperties).toBe(catalogLimits.topUpPacks);
    expect(properties.pastDueGraceDays.maximum).toBe(catalogLimits.pastDueGraceDays);
    expect($defs.name.maxLength).toBe(catalogLimits.nameLength);
    expect($defs.feature.properties.modes.maxProperties).toBe(catalogLimits.modes);
    expect($defs.meteredMode.properties.perMillion.maxProperties).toBe(catalogLimits.meters);
    expect($defs.plan.properties.order.maximum).toBe(catalogLimits.order);
    expect($defs.credits.maximum).toBe(maxCredits);
    expect($defs.topUpPack.properties.credits.maximum).toBe(maxCredits);
  });
});
