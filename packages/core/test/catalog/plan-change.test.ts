import type { Allowance, Plan } from "@ducat/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  defaultCatalog,
  defineCatalog,
  firstFreePlan,
  givesMore,
  lowersAllowance,
  planAllows,
  plansInOrder,
  plansThatGiveMore,
} from "../../src/catalog/index.ts";

function plan(allowance: Allowance, more: Partial<Plan> = {}): Plan {
  return { ...defaultCatalog.plans.pro, holder: "workspace", allowance, ...more };
}

const seats = (editor: number | "unlimited", guest: number | "unlimited" = 0) =>
  plan({ kind: "bySeat", seats: { editor, guest } });
const months = (first: number, then: number) => plan({ kind: "byMonth", first, then });
const unlimited = plan({ kind: "unlimited" });
const forEach = (pool: Plan): Plan => ({ ...pool, holder: "member" });

describe("a change lowers the allowance", () => {
  test.each([
    ["the same", seats(3000, 600), seats(3000, 600), false],
    ["every seat more", seats(3000, 600), seats(10000, 2000), false],
    ["one seat less, one more", seats(3000, 600), seats(10000, 500), true],
    ["a seat that is left out", seats(3000, 600), plan({ kind: "bySeat", seats: { editor: 3000 } }), true],
    ["each member's to the pool's, by seat the same", forEach(seats(3000)), seats(3000), false],
    ["each member's to the pool's, by seat less", forEach(seats(3000)), seats(2999), true],
    ["unlimited to a number", seats("unlimited"), seats(1_000_000), true],
    ["a number to unlimited", seats(1_000_000), seats("unlimited"), false],
    ["later months less", months(600, 300), months(600, 299), true],
    ["the first month less", months(600, 300), months(1, 300), false],
    ["a pool by month to seats", months(600, 300), seats(1), false],
    ["seats to a pool by month", seats(3000), months(1, 1), false],
    ["an unlimited seat to a pool by month", seats("unlimited"), months(1, 1), true],
    ["all unlimited to seats", unlimited, seats(3000), true],
    ["all unlimited to a pool by month", unlimited, months(1, 1), true],
    ["all unlimited to every seat unlimited", unlimited, seats("unlimited", "unlimited"), false],
    ["anything to all unlimited", seats(3000), unlimited, false],
    ["unlimited to unlimited", unlimited, unlimited, false],
    ["the default's Pro to Business", defaultCatalog.plans.pro, defaultCatalog.plans.business, false],
    ["the default's Business to Pro", defaultCatalog.plans.business, defaultCatalog.plans.pro, true],
  ])("%s", (_, from, to, lowers) => {
    expect(lowersAllowance(from, to)).toBe(lowers);
  });

  test("never to the same plan, and of two plans by seat at least one change lowers unless they are equal", () => {
    const credits = fc.oneof(fc.nat(3), fc.constant("unlimited" as const));
    const allowance = fc.tuple(credits, credits);
    fc.assert(
      fc.property(allowance, allowance, (a, b) => {
        const [from, to] = [seats(...a), seats(...b)];
        expect(lowersAllowance(from, from)).toBe(false);
        const either = lowersAllowance(from, to) || lowersAllowance(to, from);
        expect(either).toBe(a[0] !== b[0] || a[1] !== b[1]);
      }),
    );
  });
});

describe("another plan gives more", () => {
  test.each([
    ["more", seats(3000), seats(3001), "editor", true],
    ["the same", seats(3000), seats(3000), "editor", false],
    ["more for another seat only", seats(3000, 600), seats(3000, 700), "editor", false],
    ["more for this seat, less for another", seats(3000, 600), seats(3001, 1), "editor", true],
    ["a pool to each member", months(600, 300), forEach(seats(3000, 600)), "guest", true],
    ["each member to a pool", forEach(seats(3000)), months(600, 300), "editor", false],
    ["to unlimited", seats(3000), unlimited, "editor", true],
    ["from unlimited", unlimited, seats(3000), "editor", false],
    ["a seat that no plan names", seats(3000), seats(3001), "other", false],
  ])("with a seat: %s", (_, from, to, seat, more) => {
    expect(givesMore(from, to, seat)).toBe(more);
  });

  test.each([
    ["some seat more, none less", seats(3000, 600), seats(3000, 700), true],
    ["some seat more, some less", seats(3000, 600), seats(3001, 1), false],
    ["pools", months(600, 300), months(1, 301), true],
    ["a pool to unlimited", months(600, 300), unlimited, true],
    ["unlimited to unlimited", unlimited, unlimited, false],
  ])("without: %s", (_, from, to, more) => {
    expect(givesMore(from, to)).toBe(more);
  });

  test("only plans on offer count", () => {
    const { pro, business } = defaultCatalog.plans;
    expect(givesMore(pro, business, "editor")).toBe(true);
    expect(givesMore(pro, { ...business, hidden: true }, "editor")).toBe(false);
    expect(givesMore(pro, { ...business, retired: true }, "editor")).toBe(false);
  });

  test("the default's plans, in their order", () => {
    const { starter, pro, business } = defaultCatalog.plans;
    expect(plansThatGiveMore(defaultCatalog, starter, "editor")).toEqual(["pro", "business"]);
    expect(plansThatGiveMore(defaultCatalog, starter)).toEqual(["pro", "business"]);
    expect(plansThatGiveMore(defaultCatalog, pro, "guest")).toEqual(["business"]);
    expect(plansThatGiveMore(defaultCatalog, business, "editor")).toEqual([]);
  });
});

describe("the order of plans", () => {
  const free = { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 1 } as const;
  const roles = { owner: { seat: "editor" } } as const;

  test("the first free plan is the one written first", () => {
    expect(firstFreePlan(defaultCatalog)).toBe("starter");
    expect(firstFreePlan(defineCatalog({ roles, features: {}, plans: { b: free, a: free } }))).toBe("b");
  });

  test("unless their places say otherwise, or it is retired", () => {
    const plans = { b: { ...free, order: 5 }, a: { ...free, order: 3 } };
    expect(firstFreePlan(defineCatalog({ roles, features: {}, plans }))).toBe("a");
    const retired = { b: { ...free, retired: true }, a: free };
    expect(firstFreePlan(defineCatalog({ roles, features: {}, plans: retired }))).toBe("a");
  });

  test("a hidden plan may be the one to fall back to", () => {
    const hidden = { b: { ...free, hidden: true }, a: free };
    expect(firstFreePlan(defineCatalog({ roles, features: {}, plans: hidden }))).toBe("b");
  });

  test("plans come in it", () => {
    expect(plansInOrder(defaultCatalog).map(([id]) => id)).toEqual(["starter", "pro", "business"]);
  });
});

test("both lists of plans must allow a mode", () => {
  const { features } = defaultCatalog;
  const feature = features["generate-screen"];
  const limited = { ...feature, plans: ["pro", "business"] };
  const mode = { ...feature.modes["deep-design"], plans: ["business"] };
  expect(planAllows("starter", feature, feature.modes.standard)).toBe(true);
  expect(planAllows("starter", limited, feature.modes.standard)).toBe(false);
  expect(planAllows("pro", limited, feature.modes.standard)).toBe(true);
  expect(planAllows("pro", limited, mode)).toBe(false);
  expect(planAllows("business", limited, mode)).toBe(true);
});
