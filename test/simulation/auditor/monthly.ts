import { type Cycle, cycleAt, cycleIn, cycleKey, cyclesOf, monthOf } from "./cycles.ts";
import type { Catalog, Change, Grant, Story } from "./model.ts";
import { addGrant, day, newGrant, now, planOf, pool, published } from "./model.ts";

/**
 * The seat that a member has after this change; `null` for a removed member and a role without one. A role that a
 * version does not know yet has the seat of a later one.
 */
function seatOf(catalog: Catalog, later: Catalog, change: Change, member: string): string | null {
  const person = change.members.get(member);
  if (person === undefined || person.removedAt !== null) return null;
  return (catalog.roles[person.role] ?? later.roles[person.role])?.seat ?? null;
}

/** The seat that counts for what a member may do now: prices and permissions follow the published version. */
export const seatNow = (story: Story, member: string) => seatOf(published(story), published(story), now(story), member);

/** The full monthly allowance of a holder under the terms of this change, by the version that its cycle is pinned to. */
function levelOf(story: Story, holder: string, change: Change, at: number, version: string): number | "unlimited" {
  const { members, term } = change;
  const catalog = story.catalogs[version] as Catalog;
  const { allowance } = planOf(story, term, catalog);
  if (term.kind !== (holder === pool ? "workspace" : "member")) return 0;
  // 5.6: while past due no monthly grant of any kind, but for the days of grace.
  if (term.status === "past_due" && at >= term.pastDueSince + catalog.pastDueGraceDays * day) return 0;
  if (allowance.kind === "byMonth") return monthOf(story.createdAt, at) === 0 ? allowance.first : allowance.then;
  if (allowance.kind === "unlimited" && holder === pool) return "unlimited";
  let level = 0;
  // 5.1: a pool per seat sums over the present members.
  for (const member of holder === pool ? members.keys() : [holder]) {
    const seat = seatOf(catalog, published(story), change, member);
    const own = seat === null ? 0 : allowance.kind === "unlimited" ? "unlimited" : (allowance.seats[seat] ?? 0);
    if (own === "unlimited") return own;
    level += own;
  }
  return level;
}

export const versionAt = (story: Story, at: number) => story.pins.get(cycleKey(story, at)) ?? story.published;

/** The level of a holder as things stand, now or at a later instant. */
export const levelNow = (story: Story, holder: string, at: number) =>
  levelOf(story, holder, now(story), at, versionAt(story, at));

/** 3.5, 3.7, 5.1: all monthly grants of a holder's running cycle: its renewal and every rise at its own instant. */
export function monthlyGrants(story: Story, holder: string, at: number) {
  const { run, term } = now(story);
  const { startsAt } = cycleAt(story, at);
  const version = versionAt(story, at);
  const prefix = `monthly:${holder}:${term.epoch}:${startsAt}:`;
  // What this month's earlier stretches of free time have granted counts: the grant is made once for each month (3.3).
  const ofFree = term.paid ? [] : story.grants.filter((grant) => grant.startsAt === startsAt && grant.run !== run);
  const made = ofFree.filter(({ id }) => id.startsWith(prefix));
  const earlier = Math.max(0, ...made.map(({ level }) => level));
  // 3.6: at the cycle's first instant the renewal, which is time's doing, comes before any command of that instant.
  const changes: Change[] = [];
  for (let change: Change | null = now(story); change !== null; change = change.earlier) {
    changes.unshift(change);
    if (change.at < startsAt || (change.at === startsAt && change.byTime)) break;
  }
  let mark = earlier;
  const grants: Grant[] = [];
  for (const change of changes) {
    const from = Math.max(change.at, startsAt);
    const level = levelOf(story, holder, change, from, version);
    // An unlimited allowance is no number: it grants nothing and leaves the mark as it is.
    if (level === "unlimited" || level <= mark) continue;
    const { endsAt } = cycleIn(change, from);
    // ⌈(L − mark) × time left ÷ cycle length⌉, exactly.
    const [rise, length] = [BigInt(level - mark) * BigInt(endsAt - from), BigInt(endsAt - startsAt)];
    const amount = mark === 0 ? level : Number((rise + length - 1n) / length);
    const id = `${prefix}${level}`;
    grants.push(newGrant({ id, holder, amount, at: from, source: "monthly", run, startsAt, level }));
    mark = level;
  }
  return { earlier, mark, grants };
}

/** A touch: pins the cycle's catalog version and makes what is due to these holders now, unless that has been done. */
export function touch(story: Story, holders: readonly string[], at: number): void {
  const key = cycleKey(story, at);
  if (!story.pins.has(key)) story.pins.set(key, story.published);
  const { change, cycle, version } = story.touched;
  if (change !== now(story) || cycle !== key || version !== story.published)
    story.touched = { change: now(story), cycle: key, version: story.published, holders: new Set() };
  for (const holder of holders) {
    if (story.touched.holders.has(holder)) continue;
    story.touched.holders.add(holder);
    for (const grant of monthlyGrants(story, holder, at).grants) if (!story.byId.has(grant.id)) addGrant(story, grant);
  }
}

/** When a grant ends: a monthly one with its cycle or its epoch, whichever comes first (3.3, 3.5). */
export function endOf(story: Story, { run, at, startsAt, expiresAt }: Grant): number | null {
  if (run === null) return expiresAt;
  const next = story.changes.findIndex((change) => change.run > run);
  const cycles = cyclesOf(story.changes.at(next === -1 ? -1 : next - 1) as Change, at);
  const cycle = cycles.findLast((one) => one.startsAt === startsAt) as Cycle;
  return Math.min(cycle.endsAt, story.changes[next]?.at ?? Number.POSITIVE_INFINITY);
}
