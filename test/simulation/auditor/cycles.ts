import type { Change, Story } from "./model.ts";
import { now } from "./model.ts";

/** `key` names it: the epoch and the start. All free time is one epoch (3.3). */
export type Cycle = { key: string; index: number; startsAt: number; endsAt: number };

const cycleOf = (epoch: string, index: number, startsAt: number, endsAt: number) =>
  ({ key: `${epoch}:${startsAt}`, index, startsAt, endsAt }) satisfies Cycle;

/** 3.1: the anchor plus n months, the day clamped to the month, always from the anchor itself. */
export function boundary(anchor: number, n: number): number {
  const date = new Date(anchor);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + n;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const timeOfDay = anchor - Date.UTC(year, date.getUTCMonth(), date.getUTCDate());
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + timeOfDay;
}

/** The n whose month, counted from the anchor, contains the instant. */
export function monthOf(anchor: number, instant: number): number {
  const [from, to] = [new Date(anchor), new Date(instant)];
  let n = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth() + 1;
  while (boundary(anchor, n) > instant) n--;
  return n;
}

const boundaryFrom = (anchor: number, instant: number) => boundary(anchor, monthOf(anchor, instant - 1) + 1);

/** What a change makes of its run's cycles. Changes are never changed, so what follows from one is remembered. */
const known = new WeakMap<Change, Cycle[]>();

function begun({ at, term, earlier }: Change): Cycle[] {
  const { anchor, paid, epoch } = term;
  if (earlier === null) {
    // 3.3: an epoch that begins inside a month of its anchor keeps that month's boundaries. The index counts months
    // since the creation on free plans, cycles since the epoch began on paid ones.
    const n = monthOf(anchor, at);
    return [cycleOf(epoch, paid ? 0 : n, boundary(anchor, n), boundary(anchor, n + 1))];
  }
  const cycles = cyclesOf(earlier, at);
  if (earlier.term.anchor === anchor) return cycles;
  // 3.4: another anchor alone stretches the running cycle to that anchor's first boundary at or after its end.
  const running = cycles.findLastIndex(({ startsAt }) => startsAt <= at);
  const { endsAt, ...cycle } = cycles[running] as Cycle;
  return [...cycles.slice(0, running), { ...cycle, endsAt: boundaryFrom(anchor, endsAt) }];
}

/** All cycles of a run as this change leaves them, from its first to the one that contains this instant, or later. */
export function cyclesOf(change: Change, until: number): Cycle[] {
  const { anchor, epoch } = change.term;
  const cycles = known.get(change) ?? begun(change);
  known.set(change, cycles);
  for (;;) {
    const { index, endsAt: startsAt } = cycles.at(-1) as Cycle;
    if (startsAt > until) return cycles;
    cycles.push(cycleOf(epoch, index + 1, startsAt, boundaryFrom(anchor, startsAt + 1)));
  }
}

/** The cycle of an instant that the change has come before. */
export function cycleIn(change: Change, at: number): Cycle {
  const from = Math.max(at, change.at);
  return cyclesOf(change, from).findLast(({ startsAt }) => startsAt <= from) as Cycle;
}
export const cycleAt = (story: Story, at: number): Cycle => cycleIn(now(story), at);
export const cycleKey = (story: Story, at: number): string => cycleAt(story, at).key;
