import type { Term } from "./state.ts";

/** A half-open month `[startsAt, endsAt)` in the epoch it belongs to. */
export interface CycleSpan {
  epoch: string;
  epochFrom: number;
  /** The number of the first term of this run of the epoch; free time may be interrupted and go on. */
  run: number;
  index: number;
  startsAt: number;
  endsAt: number;
}

/**
 * The anchor plus n months in UTC: the day clamped to the month's length, the time of day kept. Always from the
 * original anchor, never from the boundary before, so that 31 January gives 28 February and then 31 March.
 */
export function boundary(anchor: number, n: number): number {
  const date = new Date(anchor);
  const month = date.getUTCMonth() + n;
  const year = date.getUTCFullYear();
  const day = Math.min(date.getUTCDate(), new Date(utc(year, month + 1, 0)).getUTCDate());
  return utc(year, month, day) + (((anchor % DAY) + DAY) % DAY);
}

const DAY = 86_400_000;

/** `Date.UTC`, which reads years 0–99 as 1900–1999, for every year. */
function utc(year: number, month: number, day: number): number {
  if (year > 99) return Date.UTC(year, month, day);
  return Date.UTC(year + 400, month, day) - 146_097 * DAY;
}

/** The n for which `boundary(n) <= instant < boundary(n + 1)`. */
export function monthIndex(anchor: number, instant: number): number {
  const from = new Date(anchor);
  const to = new Date(instant);
  const n = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return boundary(anchor, n) > instant ? n - 1 : n;
}

/** The last term in force at the instant. The first term is in force from the beginning of time. */
export function termIndexAt(terms: readonly Term[], instant: number): number {
  let i = terms.length - 1;
  while (i > 0 && (terms[i] as Term).from > instant) i--;
  return i;
}

export function termAt(terms: readonly Term[], instant: number): Term {
  return terms[termIndexAt(terms, instant)] as Term;
}

/** A running cycle that may have been stretched, and the anchor that the cycles after it are counted from. */
interface Segment {
  anchor: number;
  startsAt: number;
  endsAt: number;
  /** The boundary number of `endsAt` from `anchor`. */
  endsAtMonth: number;
  index: number;
}

function firstSegment(term: Term): Segment {
  const n = monthIndex(term.anchor, term.epochFrom);
  return {
    anchor: term.anchor,
    startsAt: boundary(term.anchor, n),
    endsAt: boundary(term.anchor, n + 1),
    endsAtMonth: n + 1,
    index: term.epoch === "free" ? n : 0,
  };
}

function cycleInSegment(segment: Segment, instant: number): { startsAt: number; endsAt: number; index: number } {
  if (instant < segment.endsAt) return segment;
  const n = monthIndex(segment.anchor, instant);
  return {
    startsAt: boundary(segment.anchor, n),
    endsAt: boundary(segment.anchor, n + 1),
    index: segment.index + 1 + n - segment.endsAtMonth,
  };
}

/** The running cycle stretches to the new anchor's first boundary at or after its present end; it never shortens. */
function stretch(segment: Segment, anchor: number, at: number): Segment {
  const running = cycleInSegment(segment, at);
  let n = monthIndex(anchor, running.endsAt);
  if (boundary(anchor, n) < running.endsAt) n += 1;
  return { anchor, startsAt: running.startsAt, endsAt: boundary(anchor, n), endsAtMonth: n, index: running.index };
}

/** The cycle that runs at the instant, as the terms dated up to that instant have it. */
export function cycleAt(terms: readonly Term[], instant: number): CycleSpan {
  const last = termIndexAt(terms, instant);
  const term = terms[last] as Term;
  let segment = firstSegment(terms[term.run - 1] as Term);
  for (let i = term.run; i <= last; i++) {
    const { anchor, from } = terms[i] as Term;
    if (anchor !== segment.anchor) segment = stretch(segment, anchor, from);
  }
  const { startsAt, endsAt, index } = cycleInSegment(segment, Math.max(instant, term.epochFrom));
  return { epoch: term.epoch, epochFrom: term.epochFrom, run: term.run, index, startsAt, endsAt };
}

/**
 * When the monthly grants of a cycle end, as the whole list of terms has it: with its cycle, or with its run. The run is
 * named by its first term and not by its instant, because free time may be left and come back within one instant.
 */
export function cycleEnd(terms: readonly Term[], run: number, startsAt: number): number {
  const { epochFrom } = terms[run - 1] as Term;
  let segment = firstSegment(terms[run - 1] as Term);
  const instant = Math.max(startsAt, epochFrom);
  let i = run;
  for (; i < terms.length; i++) {
    const term = terms[i] as Term;
    if (term.run !== run) break;
    if (term.anchor === segment.anchor) continue;
    if (cycleInSegment(segment, term.from).startsAt > startsAt) {
      // This cycle had ended before the anchor moved; only the end of the epoch can still matter, and it is later.
      return cycleInSegment(segment, instant).endsAt;
    }
    segment = stretch(segment, term.anchor, term.from);
  }
  const end = cycleInSegment(segment, instant).endsAt;
  const next = terms[i];
  return next === undefined ? end : Math.min(end, next.from);
}
