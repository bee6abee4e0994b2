import { cycleAt } from "./cycles.ts";
import type { Story } from "./model.ts";
import { now, planNow, pool, published } from "./model.ts";
import { levelNow, monthlyGrants, seatNow } from "./monthly.ts";
import { gives, seatsOf, takeEffect } from "./terms.ts";

/**
 * When monthly credits next come in full to this holder as things stand: at the end of the running cycle, or else with
 * the change that waits, or at the end of the cycle that it leads to. An allowance without limit counts as credits do.
 */
function renewsAt(story: Story, holder: string, at: number): number | null {
  const { endsAt } = cycleAt(story, at);
  const change = story.pending?.at ?? null;
  if ((change === null || change > endsAt) && levelNow(story, holder, endsAt) !== 0) return endsAt;
  if (change === null) return null;
  const then: Story = { ...story, changes: [...story.changes] };
  takeEffect(then, change);
  const { earlier, grants } = monthlyGrants(then, holder, change);
  const isFirst = earlier === 0 && grants.every((grant) => grant.at >= change);
  if (isFirst && levelNow(then, holder, change) !== 0) return change;
  const next = cycleAt(then, change).endsAt;
  return levelNow(then, holder, next) === 0 ? null : next;
}

/** When a member's own or shared monthly credits come next. */
export function renewal(story: Story, member: string, at: number): number | null {
  if (member !== pool && seatNow(story, member) === null) return null;
  const next = [member, pool].map((holder) => renewsAt(story, holder, at)).filter((one) => one !== null);
  return next.length === 0 ? null : Math.min(...next);
}

/** 4.6: which remedies this member has. */
export function remediesOf(story: Story, member: string, at: number): string[] {
  const { plans, roles } = published(story);
  const { term, members } = now(story);
  const person = members.get(member);
  if (person?.removedAt !== null) return [];
  const seat = seatNow(story, member);
  const buys = roles[person.role]?.buys === true;
  const plan = planNow(story);
  const takesTopUps = plan.paid && plan.topUps && term.status !== "past_due";
  // Another plan gives more if it does for this seat; for somebody without one, if it does for some seat and less to none.
  const more = Object.entries(plans).some(([id, other]) => {
    if (id === term.plan || other.hidden || other.retired) return false;
    const seats = seat === null ? seatsOf(plan.allowance, other.allowance) : [seat];
    const rises = seats.map((one) => [gives(plan.allowance, one), gives(other.allowance, one)] as const);
    return rises.some(([from, to]) => to > from) && !rises.some(([from, to]) => to < from);
  });
  const remedies = [
    ["wait", renewal(story, member, at) !== null],
    ["buy", buys && takesTopUps],
    ["request", !buys && takesTopUps && seat !== null],
    ["upgrade", buys && more],
  ] as const;
  return remedies.flatMap(([remedy, has]) => (has ? [remedy] : []));
}
