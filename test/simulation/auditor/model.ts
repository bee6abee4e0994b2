/** The auditor's own words for what it is told and what it concludes. Nothing here comes from the engine. */

type Named<T> = Readonly<Record<string, T>>;
type Instant = string | Date;
export type Usage = Named<number>;
type Article = { name: string; hidden: boolean; retired: boolean; metadata: Named<unknown> };
export type Allowance =
  | { kind: "bySeat"; seats: Named<number | "unlimited"> }
  | { kind: "byMonth"; first: number; then: number }
  | { kind: "unlimited" };
export type Plan = Article & {
  paid: boolean;
  anchor: "workspace" | "subscription";
  holder: "member" | "workspace";
  allowance: Allowance;
  topUps: boolean;
  order: number;
};
type Mode = { price: number | null; perMillion: Usage | null; plans: readonly string[] | null };
interface Feature {
  name: string;
  unit: string;
  settles: "unit" | "whole" | "metered";
  modes: Named<Mode>;
  plans: readonly string[] | null;
  metadata: Named<unknown>;
}
export type Pack = Article & { credits: number; price: { amount: number; currency: string } };
export interface Catalog {
  roles: Named<{ seat: string | null; buys: boolean }>;
  features: Named<Feature>;
  plans: Named<Plan>;
  topUpPacks: Named<Pack>;
  pastDueGraceDays: number;
}

export type Status = "active" | "trialing" | "past_due" | "ended";
export type Person = { role: string; name?: string | null; email?: string | null; cap?: number | null };
type Signed = { id: string; actor: string; note: string };
type Attempt = { id: string; attempt?: string };
type Dates = { anchor?: Instant; periodEndsAt?: Instant | null; effective?: "now" | "period_end" | Instant };
type What = { member: string; feature: string; mode?: string; quantity?: number; usage?: Usage };

/** Each verb with the input of its command. */
export interface Inputs {
  workspacePut: { name?: string | null; plan?: string; createdAt?: Instant; testClock?: Instant };
  memberPut: { member: string } & Person;
  memberRemove: { member: string; erase?: boolean };
  membersSync: { members: ({ id: string } & Person)[] };
  subscription: { plan?: string; status?: Status; newPeriod?: string } & Dates;
  charge: Attempt & What & { maxAmount?: number; leaseSeconds?: number; resume?: boolean };
  extend: Attempt & { usage: Usage };
  heartbeat: Attempt & { delivered?: number; leaseSeconds?: number };
  cancel: { id: string };
  settle: Attempt & { delivered?: number; usage?: Usage; estimated?: boolean; reason?: "cancelled" | "failed" };
  refund: Attempt & { reason: "cancelled" | "failed" };
  supportRefund: Signed & { charge: string; quantity?: number; reissue?: boolean };
  grant: Signed & { member?: string; amount: number; expiresAt?: Instant | null };
  revokeGrant: Signed & { grant: string; amount?: number };
  topUp: { id: string; buyer?: string; pack: string; recipients: string[]; paid?: boolean; payment?: string };
  topUpPaid: { id: string; payment?: string };
  topUpRefunded: { id: string; refunded: number };
  topUpRequest: { id: string; member: string; pack: string; note?: string };
  approve: { id: string; buyer: string };
  decline: { id: string; buyer: string };
  withdraw: { id: string; member: string };
  sweep: object;
  advanceClock: { now: Instant };
}
export type Verb = keyof Inputs;
export type Command = { [V in Verb]: { verb: V; workspace: string } & Inputs[V] }[Verb];
export type Answer = Readonly<Record<string, unknown>>;
/** What an accepted command answers; asked later, it answers as things stand then. */
export type Reply = (at: number) => Answer;
/** Carries an accepted command out in the story, or refuses it. */
export type Act<V extends Verb> = (story: Story, input: Inputs[V], at: number) => Reply;

/** The plan and its status from one change on (3.7), by the version in which it was made, and their epoch. */
type Terms = { plan: string; paid: boolean; kind: Plan["holder"]; status: Status; version: string; epoch: string };
/** `billing` is the subscription's anchor; the cycles are counted from `anchor`, which is that or the creation. */
export type Term = Terms & { billing: number | null; anchor: number; pastDueSince: number };
export type Member = { [K in keyof Person]-?: Exclude<Person[K], undefined> } & { removedAt: number | null };
type People = { members: ReadonlyMap<string, Member> };
/** One step in the history. `run` numbers the unbroken stretches of an epoch; `earlier` is the step before it in its own. */
export type Change = People & { at: number; byTime: boolean; run: number; earlier: Change | null; term: Term };

/** 8.4: from where to where each kind moves a grant's credits; what is repaid another grant receives (6.4). */
export const transitions = {
  charge: ["available", "held"],
  settle: ["held", "spent"],
  refund: ["held", "available"],
  return: ["spent", "available"],
  revoke: ["available", "revoked"],
  revokeForPurchase: ["available", "forPurchase"],
  restore: ["forPurchase", "available"],
  repay: ["available", "repaid"],
  repayBack: ["repaid", "available"],
} as const;
type Kind = keyof typeof transitions;
/** One transition of credits, of a slice of a charge or for another grant's debt. All balances are sums over these. */
export type Movement = { kind: Kind; grant: string | null; amount: number; slice?: Slice; debtor?: string };
/** Credits that a charge took; `null` stands for those of an unlimited allowance. */
export type Slice = { grant: string | null; amount: number };

/** A grant; if nothing else is said a promo without end. The end of a monthly one follows from the terms. */
export const newGrant = (
  facts: { id: string; holder: string; amount: number; at: number } & Partial<Monthly & Other>,
) => ({
  ...({ source: "promo", expiresAt: null, order: null, run: null, startsAt: null, level: 0 } as Monthly & Other),
  movements: [] as Movement[],
  ...facts,
});
type Monthly = { run: number | null; startsAt: number | null; level: number };
type Other = { source: "monthly" | "promo" | "top-up"; expiresAt: number | null; order: string | null };
export type Grant = ReturnType<typeof newGrant>;

type Asked = Required<Pick<Inputs["charge"], "id" | "member" | "feature" | "mode" | "quantity" | "leaseSeconds">>;
type Price = Pick<Feature, "settles"> & Pick<Mode, "price" | "perMillion">;
/** `unlimited`: under an allowance without limit. */
type Begun = Asked & Price & { attempt: string | null; unlimited: boolean; cycle: string; createdAt: number };
export type End = { verb: "settle" | "refund" | "lease"; attempt: string | null; reason: string | null; at: number } & {
  state: "settled" | "refunded";
  settledAmount: number;
  uncollected: number;
};
export const newCharge = (begun: Begun) => ({
  ...begun,
  amount: 0,
  /** In burn order. */
  slices: [] as Slice[],
  superseded: [] as string[],
  lease: begun.createdAt + begun.leaseSeconds * 1000,
  delivered: 0,
  cancelRequested: false,
  end: null as End | null,
  support: [] as { units: number; amount: number }[],
});
export type Charge = ReturnType<typeof newCharge>;

export const newOrder = (
  id: string,
  buyer: string | null,
  name: string,
  pack: Pack,
  recipients: readonly string[],
) => ({
  ...{ id, buyer, pack: name, credits: pack.credits, recipients, payment: null as string | null, refunded: 0 },
  state: "awaiting_payment" as "awaiting_payment" | "paid",
  // Each recipient gets the pack, so the order's price is the pack's for each of them.
  paidAmount: pack.price.amount * recipients.length,
});
export type Order = ReturnType<typeof newOrder>;
export type Decided = "approved" | "declined" | "withdrawn";
export type Request = Pick<Order, "id" | "pack"> & { member: string; state: "open" | Decided } & {
  decidedBy: string | null;
  topUp: string | null;
};

/** What the facts of one workspace come to, when they are told from the first one on. */
export const newStory = (catalogs: Named<Catalog>) => ({
  catalogs,
  ...{ published: "", creationPlan: "", name: null as string | null },
  ...{ createdAt: 0, clock: 0, testClock: null as number | null, periodEndsAt: null as number | null },
  changes: [] as Change[],
  pending: null as { plan: string; at: number; anchor: number | null; asked: number | "period_end" } | null,
  /** The catalog version that each cycle's first write pinned (2). */
  pins: new Map<string, string>(),
  /** Ids used, by kind, with what was wanted and answered (8.1). */
  seen: new Map<string, { wanted: string; reply: Reply }>(),
  grants: [] as Grant[],
  byId: new Map<string, Grant>(),
  movements: [] as Movement[],
  charges: new Map<string, Charge>(),
  orders: new Map<string, Order>(),
  requests: new Map<string, Request>(),
});
export type Story = ReturnType<typeof newStory>;

export const pool = "workspace";
export const day = 86_400_000;
export const iso = (instant: number) => new Date(instant).toISOString();
export const ms = (instant: Instant) => new Date(instant).getTime();
export const msOrNull = (instant: Instant | null | undefined) => (instant == null ? null : ms(instant));
export const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
/** Looks a name up that a caller gave: names such as `constructor` must not find anything. */
export const named = <T>(record: Named<T>, name: string) => (Object.hasOwn(record, name) ? record[name] : undefined);
/** A free-form id before another one in a composed id: its colons are doubled. */
export const first = (id: string): string => id.replaceAll(":", "::");
export const now = (story: Story): Change => story.changes.at(-1) as Change;
export const published = (story: Story): Catalog => story.catalogs[story.published] as Catalog;
/** The plan of these terms in this version, or in the one in which they were made if this one lacks it. */
export const planOf = (story: Story, { plan, version }: Term, catalog: Catalog): Plan =>
  (catalog.plans[plan] ?? story.catalogs[version]?.plans[plan]) as Plan;
export const planNow = (story: Story): Plan => planOf(story, now(story).term, published(story));
export function addGrant(story: Story, facts: Parameters<typeof newGrant>[0]): Grant {
  const grant = newGrant(facts);
  story.byId.set(grant.id, grant);
  story.grants.push(grant);
  return grant;
}

/** Sorts by the first key that differs. */
export const by =
  <T>(keysOf: (one: T) => readonly (number | string | boolean)[]) =>
  (a: T, b: T): number => {
    const [left, right] = [keysOf(a), keysOf(b)];
    const [x = 0, y = 0] = left.flatMap((key, i) => (key === right[i] ? [] : [key, right[i]]));
    return x === y ? 0 : x < y ? -1 : 1;
  };
export const pick = <T, K extends keyof T>(from: T, ...keys: K[]) =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;

/** Thrown by a command that writes nothing: a refusal, a repeat, or what changes nothing. */
export class Refusal extends Error {
  answer: Answer = {};
}
export function refuse(answer: Answer): never {
  throw Object.assign(new Refusal(), { answer });
}
/** A rule in its place in the order of precedence: where it does not hold, this outcome or error is the answer. */
export function must(holds: unknown, answer: string | (() => Answer)): asserts holds {
  if (!holds) refuse(typeof answer === "string" ? { error: answer } : answer());
}
export function find<T>(map: ReadonlyMap<string, T>, id: string, error: string): T {
  const found = map.get(id);
  must(found, error);
  return found;
}
