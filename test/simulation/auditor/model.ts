/** The auditor's own words for what it is told and what it concludes. Nothing here comes from the engine. */

export type Allowance =
  | { kind: "bySeat"; seats: Readonly<Record<string, number | "unlimited">> }
  | { kind: "byMonth"; first: number; then: number }
  | { kind: "unlimited" };

export interface Plan {
  name: string;
  paid: boolean;
  anchor: "workspace" | "subscription";
  holder: "member" | "workspace";
  allowance: Allowance;
  topUps: boolean;
  hidden: boolean;
  retired: boolean;
  order: number;
  metadata: Readonly<Record<string, unknown>>;
}

interface Mode {
  price: number | null;
  perMillion: Readonly<Record<string, number>> | null;
  plans: readonly string[] | null;
}

interface Feature {
  name: string;
  unit: string;
  settles: "unit" | "whole" | "metered";
  modes: Readonly<Record<string, Mode>>;
  plans: readonly string[] | null;
  metadata: Readonly<Record<string, unknown>>;
}

interface Pack {
  name: string;
  credits: number;
  price: { amount: number; currency: string };
  hidden: boolean;
  retired: boolean;
  metadata: Readonly<Record<string, unknown>>;
}

export interface Catalog {
  roles: Readonly<Record<string, { seat: string | null; buys: boolean }>>;
  features: Readonly<Record<string, Feature>>;
  plans: Readonly<Record<string, Plan>>;
  topUpPacks: Readonly<Record<string, Pack>>;
  pastDueGraceDays: number;
}

type When = string | Date;
type Usage = Readonly<Record<string, number>>;
type Person = { role: string; name?: string | null; email?: string | null; cap?: number | null };
type Status = "active" | "trialing" | "past_due" | "ended";
type Signed = { actor: string; note: string };

/** Each verb with the input of its command. */
export interface Inputs {
  workspacePut: { name?: string | null; plan?: string; createdAt?: When; testClock?: When };
  memberPut: { member: string } & Person;
  memberRemove: { member: string; erase?: boolean };
  membersSync: { members: ({ id: string } & Person)[] };
  subscription: {
    plan?: string;
    status?: Status;
    anchor?: When;
    periodEndsAt?: When | null;
    newPeriod?: string;
    effective?: "now" | "period_end" | When;
  };
  charge: {
    id: string;
    member: string;
    feature: string;
    mode?: string;
    quantity?: number;
    usage?: Usage;
    maxAmount?: number;
    leaseSeconds?: number;
    attempt?: string;
    resume?: boolean;
  };
  extend: { id: string; usage: Usage; attempt?: string };
  heartbeat: { id: string; delivered?: number; leaseSeconds?: number; attempt?: string };
  cancel: { id: string };
  settle: {
    id: string;
    delivered?: number;
    usage?: Usage;
    estimated?: boolean;
    reason?: "cancelled" | "failed";
    attempt?: string;
  };
  refund: { id: string; reason: "cancelled" | "failed"; attempt?: string };
  supportRefund: { id: string; charge: string; quantity?: number; reissue?: boolean } & Signed;
  grant: { id: string; member?: string; amount: number; expiresAt?: When | null } & Signed;
  revokeGrant: { id: string; grant: string; amount?: number } & Signed;
  topUp: { id: string; buyer?: string; pack: string; recipients: string[]; paid?: boolean; payment?: string };
  topUpPaid: { id: string; payment?: string };
  topUpRefunded: { id: string; refunded: number };
  topUpRequest: { id: string; member: string; pack: string; note?: string };
  approve: { id: string; buyer: string };
  decline: { id: string; buyer: string };
  withdraw: { id: string; member: string };
  sweep: object;
  advanceClock: { now: When };
}

export type Verb = keyof Inputs;
export type Command = { [V in Verb]: { verb: V; workspace: string } & Inputs[V] }[Verb];
export type CommandOf<V extends Verb> = Inputs[V];

/** What holds from one change on: the plan, its status and anchor, and the epoch they belong to (3.7). */
export interface Term {
  plan: string;
  paid: boolean;
  kind: "member" | "workspace";
  status: Status;
  /** Since when it is past due without a break. */
  pastDueSince: number;
  billing: number | null;
  /** What the cycles are counted from: `billing`, or the creation. */
  anchor: number;
  epoch: string;
  version: string;
}

export interface Member {
  role: string;
  cap: number | null;
  name: string | null;
  email: string | null;
  removedAt: number | null;
}

/** One step in the history of terms and members. `run` numbers the unbroken stretches that an epoch is made of. */
export interface Change {
  at: number;
  byTime: boolean;
  run: number;
  term: Term;
  members: ReadonlyMap<string, Member>;
}

export interface Grant {
  id: string;
  holder: string;
  source: "monthly" | "promo" | "top-up";
  amount: number;
  at: number;
  /** Read for promos only: a monthly grant's end follows from the terms, a top-up has none. */
  expiresAt: number | null;
  run: number | null;
  startsAt: number | null;
  order: string | null;
}

/** Credits that changed their state. All balances are sums over these. */
export interface Movement {
  kind: "charge" | "settle" | "refund" | "return" | "revoke" | "revokeForPurchase" | "restore" | "repay" | "repayBack";
  grant: string;
  amount: number;
  charge?: string;
  slice?: number;
  /** Repayments: the grant whose debt was paid. */
  debtor?: string;
}

export interface Charge {
  id: string;
  member: string;
  feature: string;
  mode: string;
  quantity: number;
  usage: Usage | null;
  settles: "unit" | "whole" | "metered";
  unitPrice: number | null;
  perMillion: Usage | null;
  amount: number;
  /** It began under an allowance without limit. */
  unlimited: boolean;
  /** In burn order; `null` stands for credits of an unlimited allowance. */
  slices: readonly { grant: string | null; amount: number }[];
  attempt: string | null;
  superseded: readonly string[];
  createdAt: number;
  leaseSeconds: number;
  lease: number;
  delivered: number;
  cancelRequested: boolean;
  cycle: string;
  end: {
    verb: "settle" | "refund" | "lease";
    attempt: string | null;
    state: "settled" | "refunded";
    settledAmount: number;
    uncollected: number;
    reason: string | null;
    at: number;
  } | null;
  support: readonly { units: number; amount: number }[];
}

export interface Order {
  id: string;
  buyer: string | null;
  pack: string;
  credits: number;
  paidAmount: number;
  recipients: readonly string[];
  state: "awaiting_payment" | "paid";
  payment: string | null;
  refunded: number;
}

export interface Request {
  id: string;
  member: string;
  pack: string;
  state: "open" | "approved" | "declined" | "withdrawn";
  decidedBy: string | null;
  topUp: string | null;
}

export type Answer = Readonly<Record<string, unknown>>;
/** `wrote` is false for refusals and repeats: they change nothing (1, touch). */
export interface Decision {
  answer: Answer;
  wrote: boolean;
}

/** All that follows from the facts of one workspace so far. Lists only grow; records are replaced, never changed. */
export interface Story {
  catalogs: Readonly<Record<string, Catalog>>;
  published: string;
  createdAt: number;
  name: string | null;
  creationPlan: string;
  testClock: number | null;
  clock: number;
  changes: Change[];
  pending: { plan: string; at: number; anchor: number | null; asked: number | "period_end" } | null;
  periodEndsAt: number | null;
  /** The catalog version that each cycle's first write pinned (2). */
  pins: Map<string, string>;
  /** Ids used, by kind, with what was asked and answered (8.1). */
  seen: Map<string, { asked: string; answer: Answer }>;
  grants: Grant[];
  movements: Movement[];
  charges: Map<string, Charge>;
  orders: Map<string, Order>;
  requests: Map<string, Request>;
}

export const pool = "workspace";
export const day = 86_400_000;
export const iso = (instant: number) => new Date(instant).toISOString();
export const ms = (instant: When) => new Date(instant).getTime();
export const done = (answer: Answer): Decision => ({ answer, wrote: true });
export const refuse = (answer: Answer): Decision => ({ answer, wrote: false });
export const fail = (error: string): Decision => refuse({ error });
/** Looks a name up that a caller gave: names such as `constructor` must not find anything. */
export const named = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
export const now = (story: Story): Change => story.changes.at(-1) as Change;
export const published = (story: Story): Catalog => story.catalogs[story.published] as Catalog;
export const planNow = (story: Story): Plan =>
  (published(story).plans[now(story).term.plan] ??
    story.catalogs[now(story).term.version]?.plans[now(story).term.plan]) as Plan;
/** A free-form id before another one in a composed id: its colons are doubled. */
export const first = (id: string): string => id.replaceAll(":", "::");
export const bytewise = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
