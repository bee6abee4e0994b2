/** A kind of seat that a role occupies and that a plan's allowance names: `editor`, `guest`. */
export type Seat = string;

export interface Role {
  /** The seat this role occupies; `null`: this role may not use AI features. */
  seat: Seat | null;
  /** True for roles that order top-ups and approve requests. */
  buys: boolean;
}

/** How a charge for the feature settles: per unit delivered, nothing or all, or by measured usage. */
export type Settles = "unit" | "whole" | "metered";

/** Credits per million of each meter, for metered features. Whole credits, 0 or more. */
export interface MeteredPrice {
  perMillion: Readonly<Record<string, number>>;
}

export interface Mode {
  /** Credits for one unit (`unit`, `whole`); `null` for metered modes. */
  price: number | null;
  /** Credits per million of each meter; `null` for modes that are not metered. */
  perMillion: Readonly<Record<string, number>> | null;
  /** The plans that may use this mode; `null`: all that may use the feature. */
  plans: readonly string[] | null;
}

export interface Feature {
  name: string;
  /** What one quantity is: `screen`, `image`, `request`. */
  unit: string;
  settles: Settles;
  modes: Readonly<Record<string, Mode>>;
  /** The plans that may use this feature; `null`: all. */
  plans: readonly string[] | null;
  metadata: Readonly<Record<string, unknown>>;
}

/**
 * Credits a month. `bySeat`: of each seat (holder `member`), or summed over the present members (holder `workspace`).
 * `byMonth`: the pool's, in the first month since the workspace was created and in every later one.
 */
export type Allowance =
  | { kind: "bySeat"; seats: Readonly<Record<Seat, number | "unlimited">> }
  | { kind: "byMonth"; first: number; then: number }
  | { kind: "unlimited" };

export interface Plan {
  name: string;
  paid: boolean;
  /** What the monthly cycles are counted from: the workspace's creation, or the subscription's billing anchor. */
  anchor: "workspace" | "subscription";
  /** Who gets the monthly grant: each member, or the workspace (the pool). */
  holder: "member" | "workspace";
  allowance: Allowance;
  /** False: no top-ups on this plan, though it is paid. Always false on plans that are not paid. */
  topUps: boolean;
  hidden: boolean;
  retired: boolean;
  order: number;
  metadata: Readonly<Record<string, unknown>>;
}

export interface TopUpPack {
  name: string;
  credits: number;
  /** In the smallest unit of the currency: `{ amount: 1000, currency: "usd" }` is 10 dollars. */
  price: { amount: number; currency: string };
  hidden: boolean;
  retired: boolean;
  metadata: Readonly<Record<string, unknown>>;
}

/** A validated catalog in its normal form: every default filled in. */
export interface Catalog {
  roles: Readonly<Record<string, Role>>;
  features: Readonly<Record<string, Feature>>;
  plans: Readonly<Record<string, Plan>>;
  topUpPacks: Readonly<Record<string, TopUpPack>>;
  /** For how many days after a subscription became `past_due` monthly grants are still made. */
  pastDueGraceDays: number;
}

/** A catalog as answered by `GET /v1/catalog`. */
export interface PublishedCatalog extends Catalog {
  /** The content hash that names this version. */
  version: string;
}
