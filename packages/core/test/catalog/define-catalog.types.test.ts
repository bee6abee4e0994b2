import type { Catalog } from "@ducat/client";
import { describe, expect, test } from "vitest";
import {
  type CatalogInput,
  type ChargeTarget,
  catalogToInput,
  type defaultCatalog,
  defineCatalog,
  type FeatureId,
  type MeterOf,
  type ModeOf,
  type PackId,
  type PlanId,
  type RoleId,
} from "../../src/catalog/index.ts";

const catalog = defineCatalog({
  roles: { owner: { seat: "editor", buys: true }, viewer: { seat: null } },
  features: {
    screen: { name: "Screen", unit: "screen", settles: "unit", modes: { standard: 30, deep: { price: 90 } } },
    video: { name: "Video", unit: "second", settles: "unit", modes: { draft: 10, final: 40 } },
    assistant: {
      name: "Assistant",
      settles: "metered",
      modes: {
        standard: { perMillion: { input: 250, output: 1000 } },
        voice: { perMillion: { seconds: 4000 } },
      },
    },
  },
  plans: {
    free: { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 300 },
    pro: { name: "Pro", paid: true, anchor: "subscription", holder: "member", allowance: { editor: 3000 } },
  },
  topUpPacks: { small: { name: "Small", credits: 100, price: { amount: 100, currency: "usd" } } },
});

type Typed = typeof catalog;
type Target = ChargeTarget<Typed>;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function accept(target: Target): Target {
  return target;
}

// The compiler is what tests this file: each @ts-expect-error is an error of its own where the line below it compiles.
describe("the types of a catalog defined in code", () => {
  test("ids are literal types", () => {
    const facts: [
      Same<FeatureId<Typed>, "screen" | "video" | "assistant">,
      Same<ModeOf<Typed, "screen">, "standard" | "deep">,
      Same<ModeOf<Typed, "video">, "draft" | "final">,
      Same<MeterOf<Typed, "assistant", "standard">, "input" | "output">,
      Same<MeterOf<Typed, "screen">, never>,
      Same<PlanId<Typed>, "free" | "pro">,
      Same<RoleId<Typed>, "owner" | "viewer">,
      Same<PackId<Typed>, "small">,
    ] = [true, true, true, true, true, true, true, true];
    expect(facts.every(Boolean)).toBe(true);
  });

  test("maps have exactly the keys that were given", () => {
    expect(catalog.features.screen.modes.deep.price).toBe(90);
    expect(catalog.features.assistant.modes.voice.perMillion.seconds).toBe(4000);
    expect(catalog.plans.pro.paid).toBe(true);
    // @ts-expect-error There is no such feature.
    expect(catalog.features.scren).toBeUndefined();
    // @ts-expect-error There is no such plan.
    expect(catalog.plans.business).toBeUndefined();
  });

  test("a charge names a feature, a mode and a usage that exist", () => {
    accept({ feature: "screen" });
    accept({ feature: "screen", mode: "deep", quantity: 2 });
    accept({ feature: "video", mode: "draft" });
    accept({ feature: "assistant", usage: { input: 1, output: 2 } });
    accept({ feature: "assistant", mode: "voice", usage: { seconds: 3 } });
    // @ts-expect-error A slip of the finger in the feature.
    accept({ feature: "scren" });
    // @ts-expect-error A mode that this feature does not have.
    accept({ feature: "screen", mode: "draft" });
    // @ts-expect-error The mode may be left out only where there is a standard one.
    accept({ feature: "video" });
    // @ts-expect-error A metered feature needs its usage.
    accept({ feature: "assistant" });
    // @ts-expect-error A meter that is left out would be forgotten, not free.
    accept({ feature: "assistant", usage: { input: 1 } });
    // @ts-expect-error A meter that the mode does not have.
    accept({ feature: "assistant", usage: { input: 1, output: 2, seconds: 3 } });
    // @ts-expect-error The meters of another mode.
    accept({ feature: "assistant", mode: "voice", usage: { input: 1, output: 2 } });
    // @ts-expect-error A usage multiplies itself.
    accept({ feature: "assistant", usage: { input: 1, output: 2 }, quantity: 2 });
    // @ts-expect-error A feature with a price takes no usage.
    accept({ feature: "screen", usage: { input: 1 } });
  });

  test("a variable of any feature id may be charged where all have a standard mode", () => {
    const charge = (feature: FeatureId<typeof defaultCatalog>): ChargeTarget<typeof defaultCatalog> => ({ feature });
    expect(charge("generate-code").feature).toBe("generate-code");
  });

  test("without packs there is no pack id", () => {
    const { topUpPacks: _, ...rest } = {
      roles: { owner: { seat: "editor" } },
      features: {},
      plans: { free: { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 300 } },
      topUpPacks: {},
    } as const;
    const small = defineCatalog(rest);
    const fact: Same<PackId<typeof small>, never> = true;
    expect(fact).toBe(true);
  });

  test("a typed catalog is a catalog, and one from elsewhere takes any id", () => {
    const untyped: Catalog = catalog;
    const target: ChargeTarget<Catalog> = { feature: "anything", mode: "any", usage: { any: 1 } };
    const facts: [Same<FeatureId<Catalog>, string>, Same<ModeOf<Catalog, string>, string>] = [true, true];
    expect([untyped, target, facts]).toHaveLength(3);
  });

  test("the input is checked as it is typed", () => {
    const metered = { name: "F", settles: "metered" } as const;
    const pool = { name: "A", paid: false, anchor: "workspace" } as const;
    const faulty = [
      // @ts-expect-error A feature must say how it settles.
      () => defineCatalog({ roles: {}, features: { f: { name: "F", unit: "u", modes: { standard: 1 } } }, plans: {} }),
      // @ts-expect-error A metered feature has meters, not a price.
      () => defineCatalog({ roles: {}, features: { f: { ...metered, modes: { standard: 1 } } }, plans: {} }),
      // @ts-expect-error A plan must say who holds its allowance.
      () => defineCatalog({ roles: {}, features: {}, plans: { a: { ...pool, allowance: 1 } } }),
    ];
    for (const define of faulty) expect(define).toThrow("not valid");
  });

  test("keys, plans and seats that do not exist are refused as they are typed", () => {
    const roles = { owner: { seat: "editor" } } as const;
    const features = {} as const;
    const free = { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 300 } as const;
    const plans = { free } as const;
    const small = { name: "Small", credits: 1, price: { amount: 1, currency: "usd" } } as const;
    const named = { name: "F", unit: "u", settles: "unit" } as const;
    const faulty = [
      // @ts-expect-error topUpPacks was meant.
      () => defineCatalog({ roles, features, plans, topUpPack: {} }),
      // @ts-expect-error buys was meant.
      () => defineCatalog({ roles: { owner: { seat: "editor", buy: true } }, features, plans }),
      // @ts-expect-error hidden was meant.
      () => defineCatalog({ roles, features, plans: { free: { ...free, hide: true } } }),
      // @ts-expect-error hidden was meant.
      () => defineCatalog({ roles, features, plans, topUpPacks: { small: { ...small, hide: true } } }),
      // @ts-expect-error No role has this seat.
      () => defineCatalog({ roles, features, plans: { free: { ...free, allowance: { editr: 300 } } } }),
      // @ts-expect-error There is no such plan.
      () => defineCatalog({ roles, features: { f: { ...named, plans: ["fre"], modes: { standard: 1 } } }, plans }),
      // @ts-expect-error There is no such plan.
      () => defineCatalog({ roles, features: { f: { ...named, modes: { a: { price: 1, plans: ["fre"] } } } }, plans }),
    ];
    for (const define of faulty) expect(define).toThrow("not valid");
    const features2 = { f: { ...named, plans: ["free"], modes: { standard: { price: 1, plans: ["free"] } } } } as const;
    expect(defineCatalog({ roles, features: features2, plans, topUpPacks: { small } }).plans.free.name).toBe("Free");
  });

  test("an input that is not typed by its ids is accepted, and gives any id", () => {
    const input: CatalogInput = catalogToInput(catalog);
    const untyped = defineCatalog(input);
    const fact: Same<FeatureId<typeof untyped>, string> = true;
    const target: ChargeTarget<typeof untyped> = { feature: "anything" };
    expect([fact, target.feature, untyped]).toEqual([true, "anything", catalog]);
  });
});
