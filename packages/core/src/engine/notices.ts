import { edit } from "./journal.ts";
import { proportion } from "./proportion.ts";
import type { GrantRow, HolderRow, State } from "./state.ts";

const THRESHOLDS = [
  { percent: 80, bit: 1 },
  { percent: 100, bit: 2 },
] as const;

/**
 * Tells once per holder, cycle, mark and threshold that 80 % or 100 % of what the cycle allotted is used or held. A
 * refund does not arm it again; a rise does. The caller has just taken of a monthly grant, and so something was allotted.
 */
export function usageNotice(state: State, holder: HolderRow, at: number): void {
  if (holder.notices === 3) return;
  let available = 0;
  for (const grant of state.grantsByHolder.get(holder.id) ?? []) {
    // Of the months before nothing is left: it has expired.
    if (grant.source === "monthly") available += grant.available;
  }
  const used = holder.allotted - available;
  for (const { percent, bit } of THRESHOLDS) {
    if ((holder.notices & bit) !== 0) continue;
    if (used < proportion(holder.allotted, percent, 100)) continue;
    edit(state, holder).notices |= bit;
    state.events.push({
      id: `usage:${holder.id}:${holder.epoch}:${holder.cycleStartsAt}:${holder.mark}:${percent}`,
      kind: "notice.usage",
      at,
      payload: { holder: holder.id, percent, allotted: holder.allotted, used },
    });
  }
}

const DAY_MS = 86_400_000;
const EXPIRY_NOTICES = [
  { days: 1, bit: 2 },
  { days: 7, bit: 1 },
] as const;

/**
 * Tells 7 days and 1 day before a dated promo or top-up ends that it has credits left; late, only the nearer one. What
 * has ended has expired before, and so has none.
 */
export function expiryNotice(state: State, grant: GrantRow, now: number): void {
  if (grant.source === "monthly" || grant.expiresAt === null || grant.available === 0) return;
  for (const { days, bit } of EXPIRY_NOTICES) {
    const from = grant.expiresAt - days * DAY_MS;
    if (now < from || from < grant.at || (grant.noticed & bit) !== 0) continue;
    const row = edit(state, grant);
    row.noticed |= bit === 2 ? 3 : 1;
    state.events.push({
      id: `expiry:${grant.id}:${days}`,
      kind: "notice.expiry",
      at: from,
      payload: { holder: grant.holder, grant: grant.id, days, available: grant.available, expiresAt: grant.expiresAt },
    });
    return;
  }
}
