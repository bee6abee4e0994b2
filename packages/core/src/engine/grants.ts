import type { GrantSource } from "@ducat/client";
import { type CycleSpan, termAt } from "./calendar.ts";
import { insert } from "./journal.ts";
import { move } from "./move.ts";
import { type GrantRow, POOL, type State } from "./state.ts";

export interface NewGrant {
  id: string;
  holder: string;
  source: GrantSource;
  amount: number;
  at: number;
  expiresAt: number | null;
  epoch?: string;
  run?: number;
  cycleStartsAt?: number;
  purchase?: string;
}

/** Adds a grant and the entry that brings its credits into the ledger. */
export function addGrant(state: State, grant: NewGrant, enteredAt: number): GrantRow {
  const row = insert(state, state.grants, grant.id, {
    id: grant.id,
    holder: grant.holder,
    source: grant.source,
    amount: grant.amount,
    available: 0,
    held: 0,
    spent: 0,
    expired: 0,
    revoked: 0,
    at: grant.at,
    expiresAt: grant.expiresAt,
    epoch: grant.epoch ?? null,
    run: grant.run ?? null,
    cycleStartsAt: grant.cycleStartsAt ?? null,
    purchase: grant.purchase ?? null,
    clawback: null,
    noticed: 0,
  });
  let list = state.grantsByHolder.get(row.holder);
  if (list === undefined) {
    list = [];
    state.grantsByHolder.set(row.holder, list);
  }
  list.push(row);
  const owner = list;
  state.undo.push(() => owner.splice(owner.indexOf(row), 1));
  state.burnOrders.clear();
  move(state, "grant", row, grant.amount, { at: enteredAt });
  return row;
}

/**
 * A grant is frozen while its member is removed, or while it is a top-up and the plan is not paid. Computed, never
 * stored: freezing changes no number and stops no date.
 */
export function isFrozen(state: State, grant: GrantRow, now: number): boolean {
  if (grant.source === "top-up" && !termAt(state.terms, now).paid) return true;
  if (grant.holder === POOL) return false;
  const member = state.members.get(grant.holder);
  return member === undefined || member.removedAt !== null;
}

/** The one predicate that decides whether a grant's available credits may be spent at an instant. */
export function isSpendable(state: State, grant: GrantRow, now: number): boolean {
  return grant.available > 0 && (grant.expiresAt === null || grant.expiresAt > now) && !isFrozen(state, grant, now);
}

/**
 * The order in which grants are spent: included credits before bought ones; within these the earliest end, never
 * last; monthly before promo; own before the workspace's; the older; the lower id.
 */
export function compareBurnOrder(a: GrantRow, b: GrantRow): number {
  return (
    Number(a.source === "top-up") - Number(b.source === "top-up") ||
    (a.expiresAt ?? Number.POSITIVE_INFINITY) - (b.expiresAt ?? Number.POSITIVE_INFINITY) ||
    Number(a.source === "promo") - Number(b.source === "promo") ||
    Number(a.holder === POOL) - Number(b.holder === POOL) ||
    a.at - b.at ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** The grants that a member may draw on, their own and the pool's, in burn order. */
export function burnOrder(state: State, member: string): GrantRow[] {
  let order = state.burnOrders.get(member);
  if (order === undefined) {
    order = [...(state.grantsByHolder.get(member) ?? []), ...(state.grantsByHolder.get(POOL) ?? [])].sort(
      compareBurnOrder,
    );
    state.burnOrders.set(member, order);
  }
  return order;
}

/** What a member may spend at an instant. */
export function spendableBy(state: State, member: string, now: number): number {
  let sum = 0;
  for (const grant of burnOrder(state, member)) {
    if (isSpendable(state, grant, now)) sum += grant.available;
  }
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

/**
 * A free-form id as the first of two in a composed id: its colons are doubled, so that `a:b` + `c` and `a` + `b:c`
 * never compose to the same. (Ids begin with a letter or a digit.)
 */
export function first(id: string): string {
  return id.includes(":") ? id.replaceAll(":", "::") : id;
}

export function topUpGrantId(order: string, recipient: string): string {
  return `top-up:${first(order)}:${recipient}`;
}

export function monthlyGrantId(holder: string, { epoch, startsAt }: CycleSpan, level: number): string {
  return `monthly:${holder}:${epoch}:${startsAt}:${level}`;
}

/** The holder that a monthly grant's id names, whether there is such a grant or not; `null` for other ids. */
export function monthlyHolder(grant: string): string | null {
  return /^monthly:(.+):[^:]+:[^:]+:[^:]+$/.exec(grant)?.[1] ?? null;
}
