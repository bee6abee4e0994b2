import type { Balance, Grant, MonthlyBalance, PoolBalance } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance, presentCycle } from "./advance.ts";
import { heldBy, instant, instantOrNull, sum } from "./answer.ts";
import { termAt } from "./calendar.ts";
import { compareBurnOrder, isFrozen, isSpendable, spendableBy } from "./grants.ts";
import { isUnlimited, levelOf, seatOf } from "./level.ts";
import { holderOf } from "./move.ts";
import { holderRenewsAt, remediesOf, renewsAt } from "./remedies.ts";
import { type GrantRow, POOL, type State } from "./state.ts";

export function presentGrant(state: State, row: GrantRow, now: number): Grant {
  const { id, holder, source, amount, available, held, spent, expired, revoked, purchase } = row;
  return {
    id,
    holder,
    source,
    amount,
    available,
    held,
    spent,
    expired,
    revoked,
    at: instant(row.at),
    expiresAt: instantOrNull(row.expiresAt),
    frozen: isFrozen(state, row, now),
    purchase,
  };
}

/** What a member, or (`null`) the pool, has at this instant: what a write at this instant would find. */
export function balanceOf(state: State, member: string | null, now: number): Balance {
  if (member !== null && !state.members.has(member)) {
    throw new DucatError("unknown_member", `There is no member ${member} in this workspace.`);
  }
  advance(state, member === null ? [POOL] : [member, POOL], now, true);
  const pool = part(state, POOL, now);
  const common = { workspace: state.workspace.id, member, seq: state.workspace.seq, at: instant(now) };
  if (member === null) {
    return {
      ...common,
      ...pool,
      unlimited: pool.monthly.allowance === null,
      pool: null,
      debt: holderOf(state, POOL).debt,
      cap: null,
      remedies: [],
      grants: grantsOf(state, [POOL], now),
    };
  }
  const seated = seatOf(state, member) !== null;
  // Whoever has no seat may spend nothing, and so every share of nothing is 0.
  const own = seated ? part(state, member, now) : unspendable(part(state, member, now));
  const shared = seated ? pool : unspendable(pool);
  const { cap } = state.members.get(member) ?? { cap: null };
  const holder = holderOf(state, member);
  return {
    ...common,
    available: seated ? spendableBy(state, member, now) : 0,
    held: sum(own.held, pool.held),
    unlimited: seated && isUnlimited(state, member, now, presentCycle(state, now)),
    monthly: {
      allowance: sumOrNull(own.monthly.allowance, shared.monthly.allowance),
      available: sum(own.monthly.available, shared.monthly.available),
      used: sum(own.monthly.used, shared.monthly.used),
      renewsAt: instantOrNull(renewsAt(state, member, now)),
    },
    promo: { available: sum(own.promo.available, shared.promo.available) },
    topUp: {
      available: sum(own.topUp.available, shared.topUp.available),
      frozen: sum(own.topUp.frozen, shared.topUp.frozen),
    },
    pool: shared,
    debt: holder.debt,
    cap: cap === null ? null : { limit: cap, used: holder.capUsed },
    remedies: remediesOf(state, member, now),
    grants: grantsOf(state, [member, POOL], now),
  };
}

function grantsOf(state: State, holders: readonly string[], now: number): Grant[] {
  return holders
    .flatMap((holder) => state.grantsByHolder.get(holder) ?? [])
    .filter((grant) => grant.available > 0 || grant.held > 0)
    .sort(compareBurnOrder)
    .map((grant) => presentGrant(state, grant, now));
}

/** `null` is without limit. */
function sumOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : sum(a, b);
}

function unspendable(share: PoolBalance): PoolBalance {
  return {
    ...share,
    available: 0,
    monthly: { ...share.monthly, available: 0 },
    promo: { available: 0 },
    topUp: { available: 0, frozen: share.topUp.frozen },
  };
}

function part(state: State, holder: string, now: number): PoolBalance {
  const sums = { monthly: 0, promo: 0, "top-up": 0, frozen: 0 };
  for (const grant of state.grantsByHolder.get(holder) ?? []) {
    if (isSpendable(state, grant, now)) sums[grant.source] += grant.available;
    else if (grant.source === "top-up") sums.frozen += grant.available;
  }
  return {
    available: Math.min(sums.monthly + sums.promo + sums["top-up"], Number.MAX_SAFE_INTEGER),
    held: heldBy(state, holder),
    monthly: monthly(state, holder, sums.monthly, now),
    promo: { available: sums.promo },
    topUp: { available: sums["top-up"], frozen: sums.frozen },
  };
}

/** What the present cycle allots to one holder, and what of it is used. */
export function monthly(state: State, id: string, available: number, now: number): MonthlyBalance {
  const holder = holderOf(state, id);
  const cycle = presentCycle(state, now);
  const level = levelOf(state, id, termAt(state.terms, now), now, cycle);
  let left = 0;
  for (const grant of state.grantsByHolder.get(id) ?? []) {
    if (grant.epoch === holder.epoch && grant.cycleStartsAt === holder.cycleStartsAt) left += grant.available;
  }
  return {
    allowance: level === "unlimited" ? null : holder.mark,
    available,
    used: holder.allotted - left,
    renewsAt: instantOrNull(holderRenewsAt(state, id, now)),
  };
}
