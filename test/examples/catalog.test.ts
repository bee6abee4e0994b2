import { catalogVersion, defaultCatalog, parseCatalogJson } from "ducat";
import { expect, test } from "vitest";
import { catalog, faults, fromJson, json, mine, version } from "../../examples/catalog.ts";

test("the catalog in code has a version and every default", () => {
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  expect(catalog.features.assistant.unit).toBe("token");
  expect(catalog.plans.team.allowance).toEqual({ kind: "bySeat", seats: { editor: 5000, guest: 0 } });
});

test("the catalog in JSON is read and written", () => {
  expect(fromJson.features["generate-image"]?.modes.fine?.price).toBe(40);
  expect(catalogVersion(parseCatalogJson(json))).toBe(catalogVersion(fromJson));
});

test("the default catalog can be built upon", () => {
  expect(mine.features).toEqual(defaultCatalog.features);
  expect(Object.keys(mine.topUpPacks)).toEqual(["hundred"]);
});

test("faults are those that the guide shows", () => {
  expect(faults).toEqual([
    'plans.pro.topUp: is not known here (did you mean "topUps"?); the keys are name, paid, anchor, holder, allowance, topUps, hidden, retired, order, metadata',
    "plans.pro.allowance.editor: must be a whole number from 0 to 9007199254740991, got -5",
  ]);
});
