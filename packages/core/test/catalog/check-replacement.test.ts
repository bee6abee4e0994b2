import { expect, test } from "vitest";
import { catalogToInput, defaultCatalog, defineCatalog, missingFrom } from "../../src/catalog/index.ts";

const input = catalogToInput(defaultCatalog);

test("a catalog that keeps what is in use may replace another", () => {
  expect(missingFrom(defaultCatalog, { plans: ["pro", "starter"], packs: ["small"], roles: ["owner"] })).toEqual([]);
  expect(missingFrom(defaultCatalog, { plans: [], packs: [] })).toEqual([]);
});

test("a plan or pack in use may be retired, but not dropped", () => {
  const { pro, ...plans } = input.plans;
  const dropped = defineCatalog({ ...input, plans, topUpPacks: {} });
  expect(missingFrom(dropped, { plans: ["starter", "pro", "pro"], packs: ["small"] })).toEqual([
    { path: "plans.pro", message: "is in use and cannot be dropped; keep it and set retired: true" },
    { path: "topUpPacks.small", message: "is in use and cannot be dropped; keep it and set retired: true" },
  ]);
  const retired = defineCatalog({ ...input, plans: { ...plans, pro: { ...input.plans.pro, retired: true } } as never });
  expect(missingFrom(retired, { plans: ["starter", "pro"], packs: ["small"] })).toEqual([]);
});

test("a role that members have is named too", () => {
  const { viewer: _, ...roles } = input.roles;
  expect(missingFrom(defineCatalog({ ...input, roles }), { plans: [], packs: [], roles: ["viewer", "owner"] })).toEqual(
    [
      {
        path: "roles.viewer",
        message: "is in use and cannot be dropped; keep it, or give its members another role first",
      },
    ],
  );
});

test("what every object inherits is missing like anything else", () => {
  expect(missingFrom(defaultCatalog, { plans: ["constructor"], packs: [] })).toHaveLength(1);
});

test("a workspace that prevents it is named where it is known", () => {
  const inUse = { plans: new Map([["gold", "acme"]]), packs: new Map<string, string>() };
  expect(missingFrom(defaultCatalog, inUse)).toEqual([
    {
      path: "plans.gold",
      message: 'is in use (by the workspace "acme") and cannot be dropped; keep it and set retired: true',
    },
  ]);
});
