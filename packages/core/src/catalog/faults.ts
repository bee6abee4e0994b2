import type { Fault } from "@ducat/client";
import { catalogLimits } from "./limits.ts";

/** Collects every fault of a catalog, so that its author corrects them in one go. */
export interface FaultList {
  add(path: string, message: string): void;
  readonly count: number;
  /** True when further faults are only counted: their messages need not be made. */
  readonly full: boolean;
  list(): Fault[];
}

export function createFaultList(limit: number = catalogLimits.faults): FaultList {
  const faults: Fault[] = [];
  let count = 0;
  return {
    add(path, message) {
      count += 1;
      if (count <= limit) faults.push({ path, message });
    },
    get count() {
      return count;
    },
    get full() {
      return count >= limit;
    },
    list() {
      if (count <= limit) return faults;
      return [...faults, { path: "", message: `${count - limit} more faults are not listed; correct these first` }];
    },
  };
}

const plainKey = /^[A-Za-z0-9_$-]+$/;

/** `plans.pro`, `plans["a@b.c"]`: a path that can be read and pasted. */
export function pathOf(parent: string, key: string): string {
  if (!plainKey.test(key) || key.length > catalogLimits.idLength) return `${parent}[${quoted(key)}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

export function pathOfItem(parent: string, index: number): string {
  return `${parent}[${index}]`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text);
}

/** A short description of a value that was refused, safe to print whatever it is. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  return "an object";
}

/** ` (did you mean "plans"?)` when one of the known words is a slip of the finger away, else nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  if (word.length > 40) return "";
  const lower = word.toLowerCase();
  const allowed = word.length < 4 ? 1 : 2;
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = slips(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === null ? "" : ` (did you mean ${quoted(best)}?)`;
}

/** How many letters must be added, dropped, changed or swapped with their neighbour. */
function slips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** `"a", "b" or "c"`, cut after ten. */
export function oneOf(words: readonly string[]): string {
  const shown = words.slice(0, 10).map(quoted);
  if (words.length > 10) return `${shown.join(", ")} … (${words.length} in all)`;
  if (shown.length <= 1) return shown[0] ?? "nothing";
  return `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}
