import { cycleAt } from "./cycles.ts";
import type { Story } from "./model.ts";
import { now, pool } from "./model.ts";
import { levelOf, monthlyGrants, seatNow, versionAt } from "./monthly.ts";
import { takeEffect } from "./terms.ts";

/** Whether a holder has an allowance at an instant; one without limit counts as credits do. */
const has = (story: Story, holder: string, at: number) =>
  levelOf(story, { change: now(story), holder, at, version: versionAt(story, at) }) !== 0;

/**
 * When monthly credits next come in full to this holder as things stand: at the end of the running cycle, or else with
 * the change that waits, or at the end of the cycle that it leads to.
 */
function renewsAt(story: Story, holder: string, at: number): number | null {
  const { endsAt } = cycleAt(story, at);
  const change = story.pending?.at ?? null;
  if ((change === null || change > endsAt) && has(story, holder, endsAt)) return endsAt;
  if (change === null) return null;
  const then: Story = { ...story, changes: [...story.changes] };
  takeEffect(then, change);
  const { earlier, grants } = monthlyGrants(then, holder, change);
  const isFirst = earlier === 0 && grants.every((grant) => grant.at >= change);
  if (isFirst && has(then, holder, change)) return change;
  const next = cycleAt(then, change).endsAt;
  return has(then, holder, next) ? next : null;
}

/** When a member's own or shared monthly credits come next. */
export function renewal(story: Story, member: string, at: number): number | null {
  if (member === pool) return renewsAt(story, pool, at);
  if (seatNow(story, member) === null) return null;
  const next = [renewsAt(story, member, at), renewsAt(story, pool, at)].filter((one) => one !== null);
  return next.length === 0 ? null : Math.min(...next);
}
