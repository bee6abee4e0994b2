import type { Catalog, Feature, Mode, Plan, Role, TopUpPack, Usage } from "@ducat/client";
import type { CatalogInput, FeatureInput } from "./input.ts";

type Key<Map> = Extract<keyof Map, string>;

type TypedMode<Input> = Omit<Mode, "price" | "perMillion"> &
  (Input extends { readonly perMillion: infer Meters }
    ? { price: null; perMillion: { readonly [Meter in keyof Meters]: number } }
    : { price: number; perMillion: null });

type TypedFeature<Input extends FeatureInput> = Omit<Feature, "settles" | "modes"> & {
  settles: Input["settles"];
  modes: { readonly [M in keyof Input["modes"]]: TypedMode<Input["modes"][M]> };
};

/**
 * A catalog that remembers its ids as literal types: an ordinary `Catalog`, accepted wherever one is, whose maps have
 * exactly the keys that `defineCatalog` was given.
 */
export interface TypedCatalog<Input extends CatalogInput> {
  roles: { readonly [R in keyof Input["roles"]]: Role };
  features: { readonly [F in keyof Input["features"]]: TypedFeature<Input["features"][F]> };
  plans: { readonly [P in keyof Input["plans"]]: Plan };
  topUpPacks: { readonly [P in keyof Input["topUpPacks"]]: TopUpPack };
  pastDueGraceDays: number;
}

/** The feature ids of a catalog: `"generate-screen" | "generate-theme"`; `string` for one read from JSON. */
export type FeatureId<C extends Catalog> = Key<C["features"]>;
export type PlanId<C extends Catalog> = Key<C["plans"]>;
export type RoleId<C extends Catalog> = Key<C["roles"]>;
export type PackId<C extends Catalog> = Key<C["topUpPacks"]>;

/** The modes of one feature: `"standard" | "deep-design"`. */
export type ModeOf<C extends Catalog, F extends FeatureId<C>> = Key<NonNullable<C["features"][F]>["modes"]>;

type KeyOrNever<Map> = [Map] extends [never] ? never : Key<Map>;

/** The meters of one mode, or of all modes of a feature; `never` where it is not metered. */
export type MeterOf<C extends Catalog, F extends FeatureId<C>, M extends ModeOf<C, F> = ModeOf<C, F>> = M extends string
  ? KeyOrNever<NonNullable<NonNullable<NonNullable<C["features"][F]>["modes"][M]>["perMillion"]>>
  : never;

type ModeField<Mode extends string> = "standard" extends Mode ? { mode?: Mode } : { mode: Mode };

/** Exactly the meters of this mode: all of them, and none of the feature's other modes. */
type UsageOf<C extends Catalog, F extends FeatureId<C>, M extends ModeOf<C, F>> = {
  readonly [Meter in MeterOf<C, F, M>]: number;
} & { readonly [Meter in Exclude<MeterOf<C, F>, MeterOf<C, F, M>>]?: never };

/** One union member for each mode, because every mode has its own meters. */
type MeteredTarget<C extends Catalog, F extends FeatureId<C>, M extends ModeOf<C, F>> = M extends string
  ? { feature: F; usage: UsageOf<C, F, M>; quantity?: never } & ModeField<M>
  : never;

type PricedTarget<C extends Catalog, F extends FeatureId<C>> = {
  feature: F;
  quantity?: number;
  usage?: never;
} & ModeField<ModeOf<C, F>>;

type TargetOf<C extends Catalog, F extends FeatureId<C>> = F extends string
  ? NonNullable<C["features"][F]>["settles"] extends "metered"
    ? MeteredTarget<C, F, ModeOf<C, F>>
    : PricedTarget<C, F>
  : never;

/**
 * What a charge or a quote may name: a feature of this catalog, a mode which that feature has (left out only where there
 * is a `standard` one), a quantity, or for metered features a usage with exactly its meters. Anything for a catalog read
 * from JSON.
 */
export type ChargeTarget<C extends Catalog> =
  string extends FeatureId<C>
    ? { feature: string; mode?: string; quantity?: number; usage?: Usage }
    : TargetOf<C, FeatureId<C>>;
