// How a catalog is defined, in code and in JSON. docs/guides/catalog.md quotes the regions of this file.

// #region define
import { type ChargeTarget, catalogVersion, defineCatalog, type PlanId } from "ducat";

export const catalog = defineCatalog({
  roles: {
    owner: { seat: "editor", buys: true },
    designer: { seat: "editor" },
    freelancer: { seat: "guest" },
    client: { seat: null },
  },
  features: {
    "generate-screen": {
      name: "Generate screen",
      unit: "screen",
      settles: "unit",
      modes: { standard: 30, "deep-design": { price: 90, plans: ["pro", "team"] } },
    },
    "generate-theme": { name: "Generate theme", unit: "request", settles: "whole", modes: { standard: 5 } },
    assistant: {
      name: "Assistant",
      settles: "metered",
      modes: { standard: { perMillion: { input: 250, cachedInput: 25, output: 1000 } } },
      plans: ["pro", "team"],
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
      allowance: { editor: 3000, guest: 600 },
      metadata: { highlight: true },
    },
    team: { name: "Team", paid: true, anchor: "subscription", holder: "workspace", allowance: { editor: 5000 } },
  },
  topUpPacks: {
    small: { name: "1,000 credits", credits: 1000, price: { amount: 1000, currency: "usd" } },
  },
  pastDueGraceDays: 3,
});

export const version = catalogVersion(catalog);
// #endregion

// #region types
type Charge = ChargeTarget<typeof catalog>;

export const charges: Charge[] = [
  { feature: "generate-screen", mode: "deep-design", quantity: 2 },
  { feature: "generate-theme" },
  { feature: "assistant", usage: { input: 1200, cachedInput: 0, output: 300 } },
];

// @ts-expect-error There is no such feature.
export const misspelt: Charge = { feature: "generate-scren" };
// @ts-expect-error generate-theme has no mode of this name.
export const wrongMode: Charge = { feature: "generate-theme", mode: "deep-design" };
// @ts-expect-error A metered feature needs a usage.
export const forgotten: Charge = { feature: "assistant" };

export const plans: PlanId<typeof catalog>[] = ["free", "pro", "team"];

// #endregion

// #region json
import { readFileSync } from "node:fs";
import { catalogToJson, parseCatalogJson } from "ducat";

const file = new URL("catalog.json", import.meta.url);
export const fromJson = parseCatalogJson(readFileSync(file, "utf8"), "examples/catalog.json");
export const json = catalogToJson(fromJson);

// #endregion

// #region default
import { defaultCatalogInput } from "ducat";

export const mine = defineCatalog({
  ...defaultCatalogInput,
  topUpPacks: {
    hundred: { name: "100 credits", credits: 100, price: { amount: 150, currency: "eur" } },
  },
});

// #endregion

// #region faults
import { validateCatalog } from "ducat";

const validation = validateCatalog({
  roles: { owner: { seat: "editor" } },
  features: {},
  plans: {
    free: { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 300 },
    pro: { name: "Pro", paid: true, anchor: "subscription", holder: "member", allowance: { editor: -5 }, topUp: false },
  },
});

export const faults = validation.ok ? [] : validation.errors.map(({ path, message }) => `${path}: ${message}`);
// [
//   'plans.pro.topUp: is not known here (did you mean "topUps"?); the keys are name, paid, anchor, …',
//   "plans.pro.allowance.editor: must be a whole number from 0 to 9007199254740991, got -5",
// ]
// #endregion
