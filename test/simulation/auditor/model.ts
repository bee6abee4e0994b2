import type { Answer, Catalog, Feature, Inputs, Mode, Named, Pack, Person, Plan, Status, Verb } from "../commands.ts";

export type * from "../commands.ts";

/** What an accepted command answers; asked later, it answers as things stand then. */
export type Reply = (at?: number) => Answer;
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
/** One transition of credits; `debtor` is the grant whose debt it is about. All balances are sums over these. */
export type Movement = { kind: Kind; grant: string | null; amount: number; debtor?: string };
/** Credits that a charge took, and what came back; `null` stands for those of an unlimited allowance. */
export type Slice = { grant: string | null; amount: number; back: number[] };

/** A grant; if nothing else is said a promo without end. The end of a monthly one follows from the terms. */
export function newGrant(facts: Facts & Partial<Origin>): Grant {
  const promo = { source: "promo", expiresAt: null, order: null, run: null, startsAt: null, level: 0 } as const;
  return { ...promo, movements: [], ...facts };
}
type Facts = { id: string; holder: string; amount: number; at: number };
type Monthly = { run: number | null; startsAt: number | null; level: number };
type Origin = Monthly & { source: "monthly" | "promo" | "top-up"; expiresAt: number | null; order: string | null };
export type Grant = Facts & Origin & { movements: Movement[] };

type Asked = Required<Pick<Inputs["charge"], "id" | "member" | "feature" | "mode" | "quantity" | "leaseSeconds">>;
type Price = Pick<Feature, "settles"> & Pick<Mode, "price" | "perMillion">;
/** `unlimited`: under an allowance without limit. */
type Begun = Asked & Price & { attempt: string | null; unlimited: boolean; cycle: string; createdAt: number };
type Result = { state: "settled" | "refunded"; settledAmount: number; uncollected: number; reason: string | null };
export type End = Result & { verb: "settle" | "refund" | "lease"; attempt: string | null; at: number };
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

type Ordered = { id: string; buyer: string | null; pack: string; recipients: readonly string[] };
export const newOrder = (ordered: Ordered, { credits, price }: Pack) => ({
  ...ordered,
  credits,
  // Each recipient gets the pack, so the order's price is the pack's for each of them.
  paidAmount: price.amount * ordered.recipients.length,
  state: "awaiting_payment" as "awaiting_payment" | "paid",
  payment: null as string | null,
  refunded: 0,
});
export type Order = ReturnType<typeof newOrder>;
export type Decided = "approved" | "declined" | "withdrawn";
type Decision = { state: "open" | Decided; decidedBy: string | null; topUp: string | null };
export type Request = { id: string; member: string; pack: string } & Decision;

/** What the facts of one workspace come to, when they are told from the first one on. */
export const newStory = (catalogs: Named<Catalog>) => ({
  catalogs,
  published: "",
  creationPlan: "",
  name: null as string | null,
  createdAt: 0,
  clock: 0,
  testClock: null as number | null,
  periodEndsAt: null as number | null,
  changes: [] as Change[],
  pending: null as { plan: string; at: number; anchor: number | null; asked: number | "period_end" } | null,
  /** The catalog version that each cycle's first write pinned (2). */
  pins: new Map<string, string>(),
  /** The holders touched since anything changed that a touch depends on. */
  touched: { change: null as Change | null, cycle: "", version: "", holders: new Set<string>() },
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
