import type { CatalogInput } from "../../src/catalog/index.ts";

/** A catalog that uses every feature of the format once. Made anew, so that a test may change it. */
export function everything(): CatalogInput {
  return {
    $schema: "./catalog.schema.json",
    roles: {
      owner: { seat: "editor", buys: true },
      guest: { seat: "guest" },
      viewer: { seat: null },
    },
    features: {
      screen: {
        name: "Screen",
        unit: "screen",
        settles: "unit",
        modes: { standard: 30, deep: { price: 90, plans: ["pro"] }, free: 0 },
        plans: ["pro", "free", "pool"],
        metadata: { icon: "screen", sizes: [1, 2.5, null, true], nested: { "a.b": "ü" } },
      },
      theme: { name: "Theme", unit: "request", settles: "whole", modes: { standard: { price: 5 } } },
      assistant: {
        name: "Assistant",
        settles: "metered",
        modes: {
          standard: { perMillion: { input: 250, cachedInput: 25, output: 1000 } },
          voice: { perMillion: { seconds: 4000 }, plans: ["pro"] },
        },
      },
    },
    plans: {
      free: {
        name: "Free",
        paid: false,
        anchor: "workspace",
        holder: "workspace",
        allowance: { first: 600, then: 300 },
      },
      pro: {
        name: "Pro",
        paid: true,
        anchor: "subscription",
        holder: "member",
        allowance: { editor: 3000, guest: "unlimited" },
        metadata: { highlight: true },
      },
      pool: {
        name: "Pool",
        paid: true,
        anchor: "subscription",
        holder: "workspace",
        allowance: { editor: 3000 },
        topUps: false,
        order: 7,
      },
      fixed: { name: "Fixed", paid: true, anchor: "subscription", holder: "workspace", allowance: 5000, hidden: true },
      all: {
        name: "All",
        paid: true,
        anchor: "subscription",
        holder: "member",
        allowance: "unlimited",
        retired: true,
      },
    },
    topUpPacks: {
      small: { name: "Small", credits: 1000, price: { amount: 1000, currency: "usd" } },
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
  };
}

/** The least that is a catalog. */
export function least(): CatalogInput {
  return {
    roles: { member: { seat: "seat" } },
    features: {},
    plans: { free: { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 0 } },
  };
}
