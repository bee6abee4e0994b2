import { expect, test } from "vitest";
import { catalogVersion, defaultCatalog } from "../../src/catalog/index.ts";

test("its features cost what the reference product publishes", () => {
  const table = Object.entries(defaultCatalog.features).map(([id, { name, unit, modes, settles }]) => {
    const prices = Object.entries(modes).map(([mode, { price }]) => `${mode} ${price}`);
    return [id, name, unit, prices.join(", "), settles].join(" | ");
  });
  expect(table).toEqual([
    "generate-screen | Generate screen | screen | standard 30, deep-design 90 | unit",
    "generate-component | Generate component | component | standard 10, deep-design 30 | unit",
    "generate-diagram | Generate diagram | diagram | standard 10 | unit",
    "generate-prototype | Generate prototype | request | standard 10 | whole",
    "generate-image | Generate image | image | standard 10 | unit",
    "generate-theme | Generate theme | request | standard 5 | whole",
    "generate-code | Generate code | screen | standard 15 | unit",
    "rename-layers | Rename layers | request | standard 5 | whole",
    "capture-full-screen | Capture Full Screen (browser extension) | image | standard 30 | unit",
    "capture-element | Select Element (browser extension) | image | standard 10 | unit",
    "capture-area | Crop Area (browser extension) | image | standard 30 | unit",
  ]);
});

test("its plans allot what the reference product publishes", () => {
  const table = Object.entries(defaultCatalog.plans).map(([id, { name, paid, anchor, holder, allowance, topUps }]) =>
    [
      id,
      name,
      paid ? "paid" : "free",
      anchor,
      holder,
      JSON.stringify(allowance),
      topUps ? "top-ups" : "no top-ups",
    ].join(" | "),
  );
  expect(table).toEqual([
    'starter | Starter | free | workspace | workspace | {"kind":"byMonth","first":600,"then":300} | no top-ups',
    'pro | Pro | paid | subscription | member | {"kind":"bySeat","seats":{"editor":3000,"guest":600}} | top-ups',
    'business | Business | paid | subscription | member | {"kind":"bySeat","seats":{"editor":10000,"guest":2000}} | top-ups',
  ]);
});

test("editors of both kinds have seats, viewers none; owners and admins buy", () => {
  const table = Object.entries(defaultCatalog.roles).map(
    ([id, { seat, buys }]) => `${id} ${seat}${buys ? " buys" : ""}`,
  );
  expect(table).toEqual([
    "owner editor buys",
    "admin editor buys",
    "editor editor",
    "guest-editor guest",
    "viewer null",
    "guest-viewer null",
  ]);
});

test("its packs say that they are examples", () => {
  const packs = Object.values(defaultCatalog.topUpPacks);
  expect(packs).toHaveLength(3);
  for (const pack of packs) {
    expect(pack.name).toContain("(example)");
    expect(pack.metadata).toEqual({ example: true });
  }
});

test("its version changes only on purpose: every database that runs it would publish a new one", () => {
  expect(catalogVersion(defaultCatalog)).toBe("88785c394c6caa5e");
});
