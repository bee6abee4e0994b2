import type { Cycle } from "./cycles.ts";
import { cycleKey, cyclesOf, monthOf, runOf } from "./cycles.ts";
import type { Catalog, Change, Grant, Plan, Story } from "./model.ts";
import { day, now, pool, published } from "./model.ts";

/**
 * The seat that a member has after this change; `null` for a removed member and a role without one. A role that a
 * version does not know yet has the seat of a later one.
 */
function seatOf(catalog: Catalog, later: Catalog, change: Change, member: string): string | null {
  const person = change.members.get(member);
  if (person === undefined || person.removedAt !== null) return null;
  return (catalog.roles[person.role] ?? later.roles[person.role])?.seat ?? null;
}

/** The full monthly allowance of a holder under the terms of this change. */
export function levelOf(
  story: Story,
  { change, holder, at, version }: { change: Change; holder: string; at: number; version: string },
): number | "unlimited" {
  const { term } = change;
  const catalog = story.catalogs[version] as Catalog;
  // A plan that the pinned version lacks is read from the one in force when the terms were made.
  const plan = (catalog.plans[term.plan] ?? story.catalogs[term.version]?.plans[term.plan]) as Plan;
  if (term.kind !== (holder === pool ? "workspace" : "member")) return 0;
  // 5.6: while past due no monthly grant of any kind, but for the days of grace.
  if (term.status === "past_due" && at >= term.pastDueSince + catalog.pastDueGraceDays * day) return 0;
  const { allowance } = plan;
  if (allowance.kind === "byMonth") return monthOf(story.createdAt, at) === 0 ? allowance.first : allowance.then;
  const of = (member: string) => {
    const seat = seatOf(catalog, published(story), change, member);
    if (seat === null) return 0;
    return allowance.kind === "unlimited" ? "unlimited" : (allowance.seats[seat] ?? 0);
  };
  if (holder !== pool) return of(holder);
  if (allowance.kind === "unlimited") return "unlimited";
  // 5.1: a pool per seat sums over the present members.
  let sum = 0;
  for (const member of change.members.keys()) {
    const level = of(member);
    if (level === "unlimited") return "unlimited";
    sum += level;
  }
  return sum;
}

export const versionAt = (story: Story, at: number) => story.pins.get(cycleKey(story, at)) ?? story.published;

/** The level of a holder right now. */
export const levelNow = (story: Story, holder: string, at: number) =>
  levelOf(story, { change: now(story), holder, at, version: versionAt(story, at) });

const idOf = (holder: string, epoch: string, startsAt: number, level: number) =>
  `monthly:${holder}:${epoch}:${startsAt}:${level}`;

/** 3.5, 3.7, 5.1: all monthly grants of a holder's running cycle: its renewal and every rise at its own instant. */
export function monthlyGrants(
  story: Story,
  holder: string,
  at: number,
): { earlier: number; mark: number; grants: Grant[] } {
  const { run, term } = now(story);
  const changes = runOf(story, run);
  const { startsAt } = cyclesOf(changes, at).at(-1) as Cycle;
  const version = versionAt(story, at);
  // What this month's earlier stretches of free time have granted counts: the grant is made once for each month (3.3).
  const prefix = `monthly:${holder}:${term.epoch}:${startsAt}:`;
  const made = story.grants.filter((grant) => grant.run !== run && grant.id.startsWith(prefix));
  const earlier = Math.max(0, ...made.map((grant) => Number(grant.id.slice(prefix.length))));
  let mark = earlier;
  // 3.6: at the cycle's first instant the renewal, which is time's doing, comes before any command of that instant.
  const before = changes.filter((change) => change.at < startsAt || (change.at === startsAt && change.byTime)).length;
  const base = Math.max(0, before - 1);
  const grants: Grant[] = [];
  for (let index = base; index < changes.length; index++) {
    const change = changes[index] as Change;
    const from = Math.max(change.at, startsAt);
    const level = levelOf(story, { change, holder, at: from, version });
    // An unlimited allowance is no number: it grants nothing and leaves the mark as it is.
    if (level === "unlimited" || level <= mark) continue;
    const { endsAt } = cyclesOf(changes.slice(0, index + 1), from).at(-1) as Cycle;
    const amount = mark === 0 ? level : share(level - mark, endsAt - from, endsAt - startsAt);
    const id = idOf(holder, term.epoch, startsAt, level);
    grants.push({ id, holder, source: "monthly", amount, at: from, expiresAt: null, run, startsAt, order: null });
    mark = level;
  }
  return { earlier, mark, grants };
}

/** ⌈amount × left ÷ length⌉, exactly. */
function share(amount: number, left: number, length: number): number {
  return Number((BigInt(amount) * BigInt(left) + BigInt(length) - 1n) / BigInt(length));
}

/** A touch: pins the cycle's catalog version and makes what is due to these holders now. */
export function touch(story: Story, holders: readonly string[], at: number): void {
  const key = cycleKey(story, at);
  if (!story.pins.has(key)) story.pins.set(key, story.published);
  for (const holder of holders)
    for (const grant of monthlyGrants(story, holder, at).grants)
      if (!story.grants.some((made) => made.id === grant.id)) story.grants.push(grant);
}

/** When a grant ends: a monthly one with its cycle or its epoch, whichever comes first (3.3, 3.5). */
export function endOf(story: Story, grant: Grant): number | null {
  if (grant.run === null) return grant.expiresAt;
  const cycle = cyclesOf(runOf(story, grant.run), grant.at).find(
    ({ startsAt }) => startsAt === grant.startsAt,
  ) as Cycle;
  const next = story.changes.find((change) => change.run > (grant.run as number));
  return Math.min(cycle.endsAt, next?.at ?? Number.POSITIVE_INFINITY);
}

/** The seat that counts for what a member may do now: prices and permissions follow the published version. */
export const seatNow = (story: Story, member: string) => seatOf(published(story), published(story), now(story), member);
