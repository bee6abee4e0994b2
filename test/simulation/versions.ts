import type { Catalog } from "./auditor.ts";
import { byMonth, bySeat, catalogs, feature, pack, plan } from "./examples/catalogs.ts";

const { wide } = catalogs;

/** Plans, features and roles of every shape. */
const base: Catalog = {
  ...wide,
  roles: { ...wide.roles, treasurer: { seat: null, buys: true } },
  features: {
    ...wide.features,
    sketch: {
      ...feature("Sketch", "sketch", "unit", { standard: 10, fine: 20 }),
      modes: {
        standard: { price: 10, perMillion: null, plans: null },
        fine: { price: 20, perMillion: null, plans: ["business", "team"] },
      },
    },
  },
  plans: {
    ...wide.plans,
    // Free, each member by themselves; paid, counted from the creation; a pool without limit.
    crew: plan("Crew", 8, { paid: false, holder: "member", allowance: bySeat({ editor: 150, guest: 40 }) }),
    club: plan("Club", 9, { anchor: "workspace", holder: "workspace", allowance: byMonth(900, 400) }),
    vast: plan("Vast", 10, { hidden: true, holder: "workspace", allowance: { kind: "unlimited" } }),
  },
  topUpPacks: { ...wide.topUpPacks, huge: pack("100,000 credits", 100_000, 50_000) },
};

const dearer: Catalog = {
  ...base,
  features: {
    ...base.features,
    "generate-screen": feature("Generate screen", "screen", "unit", { standard: 40, "deep-design": 100 }),
    assistant: {
      ...feature("Assistant", "request", "metered", {}),
      modes: { standard: { price: null, perMillion: { input: 300, output: 1500 }, plans: null } },
    },
  },
  plans: {
    ...base.plans,
    starter: plan("Starter", 0, { paid: false, holder: "workspace", allowance: byMonth(700, 200) }),
    pro: plan("Pro", 1, { allowance: bySeat({ editor: 2000, guest: 900 }) }),
    team: plan("Team", 3, { hidden: true, holder: "workspace", allowance: bySeat({ editor: 500, guest: 500 }) }),
  },
  pastDueGraceDays: 20,
};

const { "export-code": _, ...fewer } = base.features;

const lean: Catalog = {
  ...base,
  features: {
    ...fewer,
    sketch: feature("Sketch", "sketch", "unit", { standard: 12 }),
  },
  plans: {
    ...base.plans,
    business: plan("Business", 2, { allowance: bySeat({ editor: 2500, guest: 100 }) }),
    endless: plan("Endless", 4, { hidden: true, allowance: bySeat({ editor: 5000, guest: "unlimited" }) }),
    bare: plan("Bare", 5, { hidden: true, allowance: bySeat({ editor: 70 }) }),
  },
  topUpPacks: { ...base.topUpPacks, small: pack("900 credits", 900, 1100) },
  pastDueGraceDays: 5,
};

/**
 * A role that gets a seat, a plan and a pack that are not for sale any more. (A role that only some versions have would
 * have its seat by the version that is in force when somebody looks: no version may drop a role that people have.)
 */
const grown: Catalog = {
  ...base,
  roles: { ...base.roles, viewer: { seat: "guest", buys: false } },
  plans: {
    ...base.plans,
    closed: { ...(base.plans.closed as Catalog["plans"][string]), retired: true },
  },
  topUpPacks: { ...base.topUpPacks, large: { ...pack("10,000 credits", 10_000, 8000), retired: true } },
};

const { vast: _vast, ...plans } = base.plans;
const { huge: _huge, ...topUpPacks } = base.topUpPacks;

/** What it drops may be in use. */
const dropping: Catalog = { ...base, plans, topUpPacks };

export const versions = { base, dearer, lean, grown, dropping } satisfies Record<string, Catalog>;
export type Version = keyof typeof versions;

/** The version that lacks what the others have: it cannot be published while that is in use. */
export const dropped = { by: "dropping", plan: "vast", pack: "huge" } as const satisfies Record<string, string>;
