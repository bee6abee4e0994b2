import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import schema from "../../catalog.schema.json" with { type: "json" };
import {
  type CatalogInput,
  catalogToInput,
  catalogToJson,
  catalogVersion,
  defineCatalog,
  parseCatalogJson,
  validateCatalog,
} from "../../src/catalog/index.ts";
import { arbitraryCatalogInput } from "./arbitrary-catalog.ts";
import { everything } from "./valid-inputs.ts";

const schemaAccepts = new Ajv2020().compile(schema);

test("a valid catalog survives JSON: same catalog, same version, and the schema accepts it", () => {
  fc.assert(
    fc.property(arbitraryCatalogInput, (input) => {
      const catalog = defineCatalog(input);
      const again = parseCatalogJson(catalogToJson(catalog));
      expect(again).toEqual(catalog);
      expect(catalogVersion(again)).toBe(catalogVersion(catalog));
      expect(catalogToInput(again)).toEqual(catalogToInput(catalog));
      expect(schemaAccepts(JSON.parse(catalogToJson(catalog)))).toBe(true);
    }),
  );
});

function shuffled(value: unknown, flip: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, flip));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item, flip)] as const);
  return Object.fromEntries(flip ? entries.reverse() : entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("the order in which keys are written means nothing where every plan has its place", () => {
  fc.assert(
    fc.property(arbitraryCatalogInput, fc.boolean(), (input, flip) => {
      const other = defineCatalog(shuffled(input, flip) as CatalogInput);
      expect(catalogVersion(other)).toBe(catalogVersion(defineCatalog(input)));
    }),
  );
});

/** Every place in plain data where a value stands. */
function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

function changed(value: unknown, path: readonly string[], change: (leaf: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, change);
  return copy;
}

function another(leaf: unknown): unknown {
  if (typeof leaf === "number") return leaf + 1;
  if (typeof leaf === "boolean") return !leaf;
  return typeof leaf === "string" ? `${leaf}x` : "editor";
}

test("whatever is changed in a catalog is a fault or another version, never the same one", () => {
  const before = catalogVersion(defineCatalog(everything()));
  const leaves = leavesOf(everything()).filter(([first]) => first !== "$schema");
  for (const path of leaves) {
    const validation = validateCatalog(changed(everything(), path, another));
    if (validation.ok) expect(catalogVersion(validation.catalog), path.join(".")).not.toBe(before);
  }
  expect(leaves.length).toBeGreaterThan(70);
});

test("anything at all is answered: a catalog or faults, each with a path and a message", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const validation = validateCatalog(value);
      expect(validation.ok).toBe(false);
      if (!validation.ok) expect(validation.errors.length).toBeGreaterThan(0);
    }),
  );
});

test("any value in the place of a valid one is answered too", () => {
  const leaves = leavesOf(everything());
  const places = fc.constantFrom(...leaves).chain((path) => fc.nat(path.length).map((depth) => path.slice(0, depth)));
  fc.assert(
    fc.property(places, fc.anything({ withBigInt: true, withNullPrototype: true }), (path, value) => {
      const validation = validateCatalog(changed(everything(), path, () => value));
      if (validation.ok) expect(parseCatalogJson(catalogToJson(validation.catalog))).toEqual(validation.catalog);
      else expect(validation.errors.every((fault) => fault.message.length > 0)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
