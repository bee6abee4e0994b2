import type {
  Balance,
  BalanceAfter,
  Charge,
  ChargeSlice,
  Cycle,
  Entry,
  Explanation,
  Grant,
  Member,
  MonthlyBalance,
  Page,
  PoolBalance,
  Quote,
  QuoteLine,
  SyncedMembers,
  TopUp,
  TopUpRequest,
  UsageRow,
  Workspace,
} from "@ducat/client";
import {
  type AnswerSchema,
  anyObject,
  boolean,
  instant,
  integer,
  listOf,
  mapOf,
  named,
  nullable,
  object,
  text,
  wordOf,
} from "./answer-schema.ts";

/** The shapes of what is answered, held to the types of `@ducat/client` by the compiler. */

const cycle = named("Cycle", object<Cycle>({ index: integer, startsAt: instant, endsAt: instant }));

export const workspace = named(
  "Workspace",
  object<Workspace>({
    id: text,
    name: nullable(text),
    plan: text,
    status: wordOf({ active: true, trialing: true, past_due: true, ended: true }),
    pending: nullable(object<{ plan: string; at: string }>({ plan: text, at: instant })),
    createdAt: instant,
    cycle,
    seq: integer,
    testClock: nullable(instant),
    archivedAt: nullable(instant),
    metadata: anyObject,
  }),
);

export const member = named(
  "Member",
  object<Member>({
    id: text,
    role: text,
    seat: nullable(text),
    name: nullable(text),
    email: nullable(text),
    cap: nullable(integer),
    removedAt: nullable(instant),
  }),
);

const source = wordOf({ monthly: true, promo: true, "top-up": true });

export const charge = named(
  "Charge",
  object<Charge>({
    id: text,
    workspace: text,
    member: text,
    feature: text,
    mode: text,
    quantity: integer,
    settles: wordOf({ unit: true, whole: true, metered: true }),
    delivered: integer,
    unitPrice: nullable(integer),
    usage: nullable(mapOf(integer)),
    estimated: boolean,
    amount: integer,
    state: wordOf({ open: true, settled: true, refunded: true }),
    settledAmount: integer,
    refundedAmount: integer,
    uncollected: integer,
    reason: nullable(wordOf({ cancelled: true, failed: true, timed_out: true })),
    cancelRequested: boolean,
    slices: listOf(object<ChargeSlice>({ grant: text, source, holder: text, amount: integer, returned: integer })),
    catalogVersion: text,
    leaseExpiresAt: nullable(instant),
    createdAt: instant,
    endedAt: nullable(instant),
    metadata: anyObject,
  }),
);

const balanceAfter = named("BalanceAfter", object<BalanceAfter>({ available: integer, held: integer }));

export const grant = named(
  "Grant",
  object<Grant>({
    id: text,
    holder: text,
    source,
    amount: integer,
    available: integer,
    held: integer,
    spent: integer,
    expired: integer,
    revoked: integer,
    at: instant,
    expiresAt: nullable(instant),
    frozen: boolean,
    purchase: nullable(text),
  }),
);

const monthly = object<MonthlyBalance>({
  allowance: nullable(integer),
  available: integer,
  used: integer,
  renewsAt: nullable(instant),
});
const promo = object<{ available: number }>({ available: integer });
const topUpBalance = object<{ available: number; frozen: number }>({ available: integer, frozen: integer });

export const remedies = listOf(wordOf({ wait: true, buy: true, request: true, upgrade: true }));
export const cap = object<{ limit: number; used: number }>({ limit: integer, used: integer });

const pool = object<PoolBalance>({ available: integer, held: integer, monthly, promo, topUp: topUpBalance });

export const balance = named(
  "Balance",
  object<Balance>({
    workspace: text,
    member: nullable(text),
    available: integer,
    held: integer,
    unlimited: boolean,
    monthly,
    promo,
    topUp: topUpBalance,
    pool: nullable(pool),
    debt: integer,
    cap: nullable(cap),
    remedies,
    grants: listOf(grant),
    seq: integer,
    at: instant,
  }),
);

export const entry = named(
  "Entry",
  object<Entry>({
    seq: integer,
    kind: wordOf({
      grant: true,
      charge: true,
      settle: true,
      refund: true,
      return: true,
      expire: true,
      revoke: true,
      restore: true,
      repay: true,
      debt: true,
      forgive: true,
    }),
    holder: text,
    member: nullable(text),
    grant: text,
    charge: nullable(text),
    purchase: nullable(text),
    amount: integer,
    moved: integer,
    balanceAfter: integer,
    at: instant,
    recordedAt: instant,
  }),
);

const price = object<{ amount: number; currency: string }>({ amount: integer, currency: text });

export const topUp = named(
  "TopUp",
  object<TopUp>({
    id: text,
    state: wordOf({ awaiting_payment: true, paid: true }),
    buyer: nullable(text),
    pack: text,
    credits: integer,
    price,
    recipients: listOf(text),
    payment: nullable(text),
    refunded: integer,
    checkoutUrl: nullable(text),
    createdAt: instant,
    paidAt: nullable(instant),
  }),
);

export const topUpRequest = named(
  "TopUpRequest",
  object<TopUpRequest>({
    id: text,
    state: wordOf({ open: true, approved: true, declined: true, withdrawn: true }),
    member: text,
    pack: text,
    note: nullable(text),
    decidedBy: nullable(text),
    topUp: nullable(text),
    createdAt: instant,
    decidedAt: nullable(instant),
  }),
);

export const quote = named(
  "Quote",
  object<Quote>({
    data: listOf(
      object<QuoteLine>({
        feature: text,
        mode: text,
        quantity: integer,
        unit: text,
        unitPrice: nullable(integer),
        amount: integer,
        affordable: boolean,
        affordableQuantity: integer,
        reason: nullable(
          wordOf({
            unknown_feature: true,
            unknown_mode: true,
            role: true,
            plan: true,
            removed: true,
            cap_reached: true,
            insufficient: true,
          }),
        ),
      }),
    ),
    available: integer,
    renewsAt: nullable(instant),
    remedies,
    catalogVersion: text,
  }),
);

export const usageRows = object<{ data: UsageRow[] }>({
  data: listOf(object<UsageRow>({ key: text, charges: integer, units: integer, credits: integer, refunded: integer })),
});

export const syncedMembers = object<SyncedMembers>({
  added: listOf(text),
  changed: listOf(text),
  removed: listOf(text),
  unchanged: integer,
});

export const explanation = named(
  "Explanation",
  object<Explanation>({
    summary: text,
    lines: listOf(object<Explanation["lines"][number]>({ at: nullable(instant), text, facts: anyObject })),
  }),
);

export function page<Value>(item: AnswerSchema<Value>): AnswerSchema<Page<Value>> {
  return object<Page<Value>>({ data: listOf(item), nextCursor: nullable(text) });
}

/** What every answer that ends or opens a charge has beside its outcome. */
export const aboutCharge = { charge, balance: balanceAfter, seq: integer };
