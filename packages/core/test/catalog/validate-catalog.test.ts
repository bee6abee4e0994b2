import { isDucatError } from "@ducat/client";
import { describe, expect, test } from "vitest";
import { type CatalogInput, defineCatalog, validateCatalog } from "../../src/catalog/index.ts";
import { type Anything, faultyInputs, manyOf } from "./faulty-inputs.ts";
import { everything, least } from "./valid-inputs.ts";

function faultsOf(change: (input: Anything) => unknown): string[] {
  const input: Anything = everything();
  const replaced = change(input);
  const validation = validateCatalog(replaced === undefined ? input : replaced);
  return validation.ok ? [] : validation.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe("the normal form", () => {
  test("has every default filled in", () => {
    const validation = validateCatalog(everything());
    expect(validation).toEqual({
      ok: true,
      catalog: {
        roles: {
          owner: { seat: "editor", buys: true },
          guest: { seat: "guest", buys: false },
          viewer: { seat: null, buys: false },
        },
        features: {
          screen: {
            name: "Screen",
            unit: "screen",
            settles: "unit",
            modes: {
              standard: { price: 30, perMillion: null, plans: null },
              deep: { price: 90, perMillion: null, plans: ["pro"] },
              free: { price: 0, perMillion: null, plans: null },
            },
            plans: ["free", "pool", "pro"],
            metadata: { icon: "screen", sizes: [1, 2.5, null, true], nested: { "a.b": "ü" } },
          },
          theme: {
            name: "Theme",
            unit: "request",
            settles: "whole",
            modes: { standard: { price: 5, perMillion: null, plans: null } },
            plans: null,
            metadata: {},
          },
          assistant: {
            name: "Assistant",
            unit: "token",
            settles: "metered",
            modes: {
              standard: { price: null, perMillion: { input: 250, cachedInput: 25, output: 1000 }, plans: null },
              voice: { price: null, perMillion: { seconds: 4000 }, plans: ["pro"] },
            },
            plans: null,
            metadata: {},
          },
        },
        plans: {
          free: {
            name: "Free",
            paid: false,
            anchor: "workspace",
            holder: "workspace",
            allowance: { kind: "byMonth", first: 600, then: 300 },
            topUps: false,
            hidden: false,
            retired: false,
            order: 0,
            metadata: {},
          },
          pro: {
            name: "Pro",
            paid: true,
            anchor: "subscription",
            holder: "member",
            allowance: { kind: "bySeat", seats: { editor: 3000, guest: "unlimited" } },
            topUps: true,
            hidden: false,
            retired: false,
            order: 1,
            metadata: { highlight: true },
          },
          pool: {
            name: "Pool",
            paid: true,
            anchor: "subscription",
            holder: "workspace",
            allowance: { kind: "bySeat", seats: { editor: 3000, guest: 0 } },
            topUps: false,
            hidden: false,
            retired: false,
            order: 7,
            metadata: {},
          },
          fixed: {
            name: "Fixed",
            paid: true,
            anchor: "subscription",
            holder: "workspace",
            allowance: { kind: "byMonth", first: 5000, then: 5000 },
            topUps: true,
            hidden: true,
            retired: false,
            order: 3,
            metadata: {},
          },
          all: {
            name: "All",
            paid: true,
            anchor: "subscription",
            holder: "member",
            allowance: { kind: "unlimited" },
            topUps: true,
            hidden: false,
            retired: true,
            order: 4,
            metadata: {},
          },
        },
        topUpPacks: {
          small: {
            name: "Small",
            credits: 1000,
            price: { amount: 1000, currency: "usd" },
            hidden: false,
            retired: false,
            metadata: {},
          },
          old: {
            name: "Old",
            credits: 1,
            price: { amount: 0, currency: "eur" },
            hidden: true,
            retired: true,
            metadata: { badge: "best" },
          },
        },
        pastDueGraceDays: 7,
      },
    });
  });

  test("is frozen to the bottom and knows nothing that JavaScript objects inherit", () => {
    const { features, roles } = defineCatalog(everything());
    expect(() => Object.assign(features.screen?.modes.standard ?? {}, { price: 0 })).toThrow(TypeError);
    const sizes = features.screen?.metadata.sizes as number[];
    expect(() => sizes.push(1)).toThrow(TypeError);
    expect(features.constructor).toBeUndefined();
    expect(roles.toString).toBeUndefined();
  });

  test("does not follow the input when that changes later", () => {
    const input: Anything = everything();
    const catalog = defineCatalog(input as CatalogInput);
    input.features.screen.metadata.nested["a.b"] = "changed";
    expect(catalog.features.screen?.metadata).toMatchObject({ nested: { "a.b": "ü" } });
  });

  test("minus zero is zero, as it is after a trip through JSON", () => {
    const input: Anything = everything();
    input.features.screen.modes.standard = -0;
    input.plans.pro.metadata = { zero: [-0] };
    const catalog = defineCatalog(input as CatalogInput);
    expect(catalog.features.screen?.modes.standard?.price).toBe(0);
    expect(catalog.plans.pro?.metadata).toEqual({ zero: [0] });
  });

  test("the least catalog is one role with a seat and one free plan", () => {
    expect(validateCatalog(least()).ok).toBe(true);
  });
});

describe("every fault is named, with its path and what to do", () => {
  test.each(faultyInputs)("%s", (_, change, faults) => {
    expect(faultsOf(change)).toEqual(faults);
  });

  test("all at once", () => {
    const faults = faultsOf((input) => {
      input.roles.owner.buys = 1;
      input.features.screen.modes.standard = -1;
      input.plans.pro.paid = "yes";
      input.topUpPacks.small.credits = 0;
    });
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual([
      "roles.owner.buys",
      "features.screen.modes.standard",
      "plans.pro.paid",
      "topUpPacks.small.credits",
    ]);
  });

  test("one fault is not named twice, and rules that depend on it stay silent", () => {
    const faults = faultsOf((input) => {
      input.roles.owner = { saet: "editor" };
    });
    expect(faults).toEqual([
      'roles.owner.saet: is not known here (did you mean "seat"?); the keys are seat, buys',
      "roles.owner.seat: is missing; the name of a seat is required, or null for a role that may not use AI features",
    ]);
  });

  test("more than a thousand are counted", () => {
    const faults = faultsOf((input) => {
      input.features = manyOf(1000, {});
    });
    expect(faults).toHaveLength(1001);
    expect(faults.at(-1)).toBe(": 3000 more faults are not listed; correct these first");
  });

  test("defineCatalog throws them all as invalid_catalog", () => {
    const input: Anything = { ...least(), topUpPacks: { a: {}, b: {} } };
    try {
      defineCatalog(input as CatalogInput);
      expect.unreachable();
    } catch (error) {
      if (!isDucatError(error)) throw error;
      expect(error.code).toBe("invalid_catalog");
      expect(error.errors).toHaveLength(6);
      expect(error.message).toContain("topUpPacks.a.name: is missing");
      expect(error.message).toContain("… and 1 more");
    }
  });
});
