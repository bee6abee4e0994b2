import type { Change, Story } from "./model.ts";
import { now } from "./model.ts";

export interface Cycle {
  index: number;
  startsAt: number;
  endsAt: number;
}

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

const firstBoundaryAtOrAfter = (anchor: number, instant: number) => boundary(anchor, monthOf(anchor, instant - 1) + 1);

/** The cycles of one run of changes, the last of which contains `until` (or the run's last change of anchor). */
export function cyclesOf(run: readonly Change[], until: number): Cycle[] {
  const first = run[0] as Change;
  let anchor = first.term.anchor;
  // 3.3: an epoch that begins inside a month of its anchor keeps that month's boundaries.
  const n = monthOf(anchor, first.at);
  // The index counts months since the creation on free plans, cycles since the epoch began on paid ones.
  let cycle: Cycle = { index: first.term.paid ? 0 : n, startsAt: boundary(anchor, n), endsAt: boundary(anchor, n + 1) };
  const cycles = [cycle];
  const roll = (to: number) => {
    while (cycle.endsAt <= to) {
      const endsAt = firstBoundaryAtOrAfter(anchor, cycle.endsAt + 1);
      cycle = { index: cycle.index + 1, startsAt: cycle.endsAt, endsAt };
      cycles.push(cycle);
    }
  };
  for (const change of run) {
    if (change.term.anchor === anchor) continue;
    roll(change.at);
    // 3.4: another anchor alone stretches the running cycle to that anchor's first boundary at or after its end.
    anchor = change.term.anchor;
    cycle.endsAt = firstBoundaryAtOrAfter(anchor, cycle.endsAt);
  }
  roll(until);
  return cycles;
}

export const runOf = (story: Story, run: number) => story.changes.filter((change) => change.run === run);

export const cycleAt = (story: Story, at: number): Cycle => cyclesOf(runOf(story, now(story).run), at).at(-1) as Cycle;

/** What names a cycle: the epoch and the start. All free time is one epoch (3.3). */
export const cycleKey = (story: Story, at: number) => `${now(story).term.epoch}:${cycleAt(story, at).startsAt}`;
