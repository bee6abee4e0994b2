/** The auditor's own words for what it is told and what it concludes. Nothing here comes from the engine. */

type Named<T> = Readonly<Record<string, T>>;
type Instant = string | Date;
type Usage = Named<number>;
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
interface Feature {
  name: string;
  unit: string;
  settles: "unit" | "whole" | "metered";
  modes: Named<{ price: number | null; perMillion: Usage | null; plans: readonly string[] | null }>;
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
export type Member = { [K in keyof Person]-?: Exclude<Person[K], undefined> } & { removedAt: number | null };
/** One step in the history of terms and members. `run` numbers the unbroken stretches that an epoch is made of. */
export interface Change {
  at: number;
  byTime: boolean;
  run: number;
  /** The change before it in the same run. */
  earlier: Change | null;
  term: Term;
  members: ReadonlyMap<string, Member>;
}

/** 8.4: from where to where each kind moves a grant's credits; what is repaid is received by another grant (6.4). */
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
  receive: ["elsewhere", "received"],
  receiveLess: ["received", "elsewhere"],
} as const;
/** One transition of credits, for a slice of a charge or another grant's debt. All balances are sums over these. */
export interface Movement {
  kind: keyof typeof transitions;
  grant: string;
  amount: number;
  slice?: Slice;
  debtor?: string;
}
type Facts = { id: string; holder: string; amount: number; at: number };
/** A monthly grant has its `run`, the start of its cycle and its level; its end follows from the terms. */
export interface Grant extends Facts {
  source: "monthly" | "promo" | "top-up";
  expiresAt: number | null;
  run: number | null;
  startsAt: number | null;
  level: number;
  order: string | null;
  movements: Movement[];
}
export function newGrant(facts: Facts & Partial<Grant>): Grant {
  const promo = { source: "promo", expiresAt: null, run: null, startsAt: null, level: 0, order: null } as const;
  return { ...promo, movements: [], ...facts };
}
/** Credits that a charge took; `null` stands for those of an unlimited allowance. */
export type Slice = { grant: string | null; amount: number };

type Asked = Required<Pick<Inputs["charge"], "id" | "member" | "feature" | "mode" | "quantity" | "leaseSeconds">>;
type Price = Pick<Feature, "settles"> & { unitPrice: number | null; perMillion: Usage | null; amount: number };
export interface End {
  verb: "settle" | "refund" | "lease";
  attempt: string | null;
  state: "settled" | "refunded";
  settledAmount: number;
  uncollected: number;
  reason: string | null;
  at: number;
}
/** `unlimited`: it began under an allowance without limit. `slices` are in burn order. */
type Begun = { attempt: string | null; unlimited: boolean; cycle: string; slices: Slice[]; createdAt: number };
export const newCharge = (begun: Asked & Price & Begun) => ({
  ...begun,
  superseded: [] as string[],
  lease: begun.createdAt + begun.leaseSeconds * 1000,
  delivered: 0,
  cancelRequested: false,
  end: null as End | null,
  support: [] as { units: number; amount: number }[],
});
export type Charge = ReturnType<typeof newCharge>;

/** Each recipient gets the pack, so the order's price is the pack's for each of them. */
export const newOrder = (
  order: Pick<Order, "id" | "buyer" | "pack" | "recipients">,
  { credits, price }: Pack,
): Order => ({
  ...order,
  credits,
  paidAmount: price.amount * order.recipients.length,
  state: "awaiting_payment",
  payment: null,
  refunded: 0,
});
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

/** What the facts of one workspace come to, when they are told from the first one on. */
export const newStory = (catalogs: Named<Catalog>) => ({
  catalogs,
  published: "",
  createdAt: 0,
  name: null as string | null,
  creationPlan: "",
  testClock: null as number | null,
  clock: 0,
  changes: [] as Change[],
  pending: null as { plan: string; at: number; anchor: number | null; asked: number | "period_end" } | null,
  periodEndsAt: null as number | null,
  /** The catalog version that each cycle's first write pinned (2). */
  pins: new Map<string, string>(),
  /** Ids used, by kind, with what was asked and answered (8.1). */
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

/** Thrown by a command that writes nothing: a refusal, a repeat, or what changes nothing. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super("refused");
    this.answer = answer;
  }
}
export function refuse(answer: Answer): never {
  throw new Refusal(answer);
}
/** A rule in its place in the order of precedence: where it does not hold, this outcome or error is the answer. */
export function must(holds: unknown, answer: string | (() => Answer)): asserts holds {
  if (!holds) refuse(typeof answer === "string" ? { error: answer } : answer());
}
