import type {
  CatalogInput,
  FeatureInput,
  MeteredModeInput,
  PlanInput,
  PricedModeInput,
  RoleInput,
  TopUpPackInput,
} from "./input.ts";

/** Forbids the keys that the shape does not have: `topUp: false` must not compile where `topUps: false` was meant. */
type Only<Shape, Input> = { readonly [Key in Exclude<keyof Input, KeysOf<Shape>>]: "This key is not known here." };
type KeysOf<Shape> = Shape extends unknown ? keyof Shape : never;

/** `plans: ["por"]` must name plans of this catalog. */
type PlansOf<Input extends CatalogInput> = { readonly plans?: readonly Extract<keyof Input["plans"], string>[] };

type CheckedMode<Input, Plans> = Input extends number
  ? unknown
  : Only<PricedModeInput | MeteredModeInput, Input> & Plans;

type CheckedFeature<Input extends FeatureInput, Plans> = Only<FeatureInput, Input> &
  Plans & { readonly modes: { readonly [M in keyof Input["modes"]]: CheckedMode<Input["modes"][M], Plans> } };

type SeatsOf<Input extends CatalogInput> = Exclude<Input["roles"][keyof Input["roles"]]["seat"], null>;

type CheckedPlan<Input extends PlanInput, Seats> = Only<PlanInput, Input> & {
  readonly allowance: Input["allowance"] extends object
    ? { readonly [Key in Exclude<keyof Input["allowance"], Seats | "first" | "then">]: "No role has this seat." }
    : unknown;
};

/** What the type of an input alone cannot say: no unknown keys, and only plans and seats that exist. */
export type CheckedInput<Input extends CatalogInput> = Only<CatalogInput, Input> & {
  readonly roles: { readonly [R in keyof Input["roles"]]: Only<RoleInput, Input["roles"][R]> };
  readonly features: { readonly [F in keyof Input["features"]]: CheckedFeature<Input["features"][F], PlansOf<Input>> };
  readonly plans: { readonly [P in keyof Input["plans"]]: CheckedPlan<Input["plans"][P], SeatsOf<Input>> };
  readonly topUpPacks?: {
    readonly [P in keyof Input["topUpPacks"]]: Only<TopUpPackInput, NonNullable<Input["topUpPacks"]>[P & string]>;
  };
};
