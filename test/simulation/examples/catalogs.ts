import type { Catalog } from "../auditor.ts";

const metadata = {};

export const feature = (
  name: string,
  unit: string,
  settles: "unit" | "whole" | "metered",
  modes: Readonly<Record<string, number>>,
): Catalog["features"][string] => ({
  name,
  unit,
  settles,
  modes: Object.fromEntries(
    Object.entries(modes).map(([mode, price]) => [mode, { price, perMillion: null, plans: null }]),
  ),
  plans: null,
  metadata,
});

export const plan = (
  name: string,
  order: number,
  facts: Partial<Catalog["plans"][string]>,
): Catalog["plans"][string] => ({
  name,
  paid: true,
  anchor: facts.paid === false ? "workspace" : "subscription",
  holder: "member",
  allowance: { kind: "unlimited" },
  topUps: facts.paid !== false,
  hidden: false,
  retired: false,
  order,
  metadata,
  ...facts,
});

export const pack = (name: string, credits: number, amount: number): Catalog["topUpPacks"][string] => ({
  name,
  credits,
  price: { amount, currency: "usd" },
  hidden: false,
  retired: false,
  metadata,
});

export const bySeat = (seats: Readonly<Record<string, number | "unlimited">>) => ({ kind: "bySeat", seats }) as const;
export const byMonth = (first: number, then: number) => ({ kind: "byMonth", first, then }) as const;

/** The reference product's tables, as far as the examples need them. */
const reference: Catalog = {
  roles: {
    owner: { seat: "editor", buys: true },
    admin: { seat: "editor", buys: true },
    editor: { seat: "editor", buys: false },
    "guest-editor": { seat: "guest", buys: false },
    viewer: { seat: null, buys: false },
    "guest-viewer": { seat: null, buys: false },
  },
  features: {
    "generate-screen": feature("Generate screen", "screen", "unit", { standard: 30, "deep-design": 90 }),
    "generate-component": feature("Generate component", "component", "unit", { standard: 10, "deep-design": 30 }),
    "generate-theme": feature("Generate theme", "request", "whole", { standard: 5 }),
    "generate-prototype": feature("Generate prototype", "request", "whole", { standard: 10 }),
  },
  plans: {
    starter: plan("Starter", 0, { paid: false, holder: "workspace", allowance: byMonth(600, 300) }),
    pro: plan("Pro", 1, { allowance: bySeat({ editor: 3000, guest: 600 }) }),
    business: plan("Business", 2, { allowance: bySeat({ editor: 10_000, guest: 2000 }) }),
  },
  topUpPacks: { small: pack("1,000 credits", 1000, 1000), large: pack("10,000 credits", 10_000, 8000) },
  pastDueGraceDays: 0,
};

/** A later version: dearer screens, other allowances. */
const dearer: Catalog = {
  ...reference,
  features: {
    ...reference.features,
    "generate-screen": feature("Generate screen", "screen", "unit", { standard: 40, "deep-design": 90 }),
  },
  plans: {
    ...reference.plans,
    starter: plan("Starter", 0, { paid: false, holder: "workspace", allowance: byMonth(500, 200) }),
    pro: plan("Pro", 1, { allowance: bySeat({ editor: 4000, guest: 600 }) }),
  },
};

/** A role that the reference product does not have. */
const widened: Catalog = { ...reference, roles: { ...reference.roles, designer: { seat: "editor", buys: false } } };

/** What the reference product does not have: a pool per seat, an unlimited plan, metered and free features. */
const wide: Catalog = {
  ...reference,
  features: {
    ...reference.features,
    "suggest-name": feature("Suggest a name", "request", "unit", { standard: 0 }),
    "export-code": { ...feature("Export code", "screen", "unit", { standard: 15 }), plans: ["pro", "business"] },
    assistant: {
      ...feature("Assistant", "request", "metered", {}),
      modes: {
        standard: { price: null, perMillion: { input: 250, cachedInput: 25, output: 1000 }, plans: null },
      },
    },
  },
  plans: {
    ...reference.plans,
    // Hidden, so that none of them is an upgrade that anybody is told of.
    team: plan("Team", 3, { hidden: true, holder: "workspace", allowance: bySeat({ editor: 1000, guest: 200 }) }),
    endless: plan("Endless", 4, { hidden: true, allowance: bySeat({ editor: "unlimited", guest: 500 }) }),
    bare: plan("Bare", 5, { hidden: true, allowance: bySeat({ editor: 0 }) }),
    closed: plan("Closed", 6, { hidden: true, topUps: false, allowance: bySeat({ editor: 3000 }) }),
    tiny: plan("Tiny", 7, { hidden: true, paid: false, holder: "workspace", allowance: byMonth(100, 100) }),
  },
};

export const catalogs = { reference, dearer, widened, wide, grace: { ...wide, pastDueGraceDays: 3 } } satisfies Record<
  string,
  Catalog
>;
