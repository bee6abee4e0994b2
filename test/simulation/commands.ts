/** What anybody can say to a credits engine, and the catalogs it may have: the simulation's words, not the engine's. */

export type Named<T> = Readonly<Record<string, T>>;
export type Instant = string | Date;
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
export type Mode = { price: number | null; perMillion: Usage | null; plans: readonly string[] | null };
export interface Feature {
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
