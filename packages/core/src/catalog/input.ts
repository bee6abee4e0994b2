import type { Seat } from "@ducat/client";

/** Free data of the operator's own, for pricing pages: a JSON object of at most 4 KiB. */
export type MetadataInput = Readonly<Record<string, unknown>>;

export interface RoleInput {
  /** The seat this role occupies; `null`: this role may not use AI features. */
  readonly seat: Seat | null;
  /** True for roles that order top-ups and approve requests. Default false. */
  readonly buys?: boolean;
}

/** A mode with its price in credits for one unit. A plain number says the same when there is nothing else to say. */
export interface PricedModeInput {
  readonly price: number;
  /** The plans that may use this mode. Default: all that may use the feature. */
  readonly plans?: readonly string[];
}

/** A mode priced by usage: whole credits per million of each meter. */
export interface MeteredModeInput {
  readonly perMillion: Readonly<Record<string, number>>;
  /** The plans that may use this mode. Default: all that may use the feature. */
  readonly plans?: readonly string[];
}

interface FeatureInputCommon {
  readonly name: string;
  /** The plans that may use this feature. Default: all. */
  readonly plans?: readonly string[];
  readonly metadata?: MetadataInput;
}

export interface PricedFeatureInput extends FeatureInputCommon {
  /** `unit`: what was delivered is paid for. `whole`: all or nothing. */
  readonly settles: "unit" | "whole";
  /** What one quantity is: `screen`, `image`, `request`. */
  readonly unit: string;
  readonly modes: Readonly<Record<string, number | PricedModeInput>>;
}

export interface MeteredFeatureInput extends FeatureInputCommon {
  readonly settles: "metered";
  /** What the meters count. Default `token`. */
  readonly unit?: string;
  readonly modes: Readonly<Record<string, MeteredModeInput>>;
}

export type FeatureInput = PricedFeatureInput | MeteredFeatureInput;

/**
 * Credits a month. By seat (`{ editor: 3000, guest: 600 }`); for a pool counted from the workspace's creation, the first
 * month and every later one (`{ first: 600, then: 300 }`); for any pool a plain number; or `"unlimited"`.
 */
export type AllowanceInput =
  | "unlimited"
  | number
  | { readonly first: number; readonly then: number }
  | Readonly<Record<Seat, number | "unlimited">>;

export interface PlanInput {
  readonly name: string;
  readonly paid: boolean;
  /** What the monthly cycles are counted from. Plans that are not paid: `workspace`. */
  readonly anchor: "workspace" | "subscription";
  /** Who gets the monthly grant: each member, or the workspace (the pool). */
  readonly holder: "member" | "workspace";
  readonly allowance: AllowanceInput;
  /** False forbids top-ups on a paid plan. Default: as `paid`. */
  readonly topUps?: boolean;
  /** True: not shown to members. Default false. */
  readonly hidden?: boolean;
  /** True: workspaces on it keep it, no other can have it. Default false. */
  readonly retired?: boolean;
  /** The place among the plans; the free plan that comes first is what an ended subscription falls back to. Default: as written. */
  readonly order?: number;
  readonly metadata?: MetadataInput;
}

export interface TopUpPackInput {
  readonly name: string;
  readonly credits: number;
  /** In the smallest unit of the currency: `{ amount: 1000, currency: "usd" }` is 10 dollars. */
  readonly price: { readonly amount: number; readonly currency: string };
  /** True: not shown to members. Default false. */
  readonly hidden?: boolean;
  /** True: open orders of it can be paid, no other can be made. Default false. */
  readonly retired?: boolean;
  readonly metadata?: MetadataInput;
}

/** A catalog as people write it, in code or JSON. `defineCatalog` and `parseCatalogJson` turn it into a `Catalog`. */
export interface CatalogInput {
  /** For editors: where the JSON Schema lies. Ignored. */
  readonly $schema?: string;
  readonly roles: Readonly<Record<string, RoleInput>>;
  readonly features: Readonly<Record<string, FeatureInput>>;
  readonly plans: Readonly<Record<string, PlanInput>>;
  readonly topUpPacks?: Readonly<Record<string, TopUpPackInput>>;
  /** For how many days after a subscription became `past_due` monthly grants are still made. Default 0. */
  readonly pastDueGraceDays?: number;
}
