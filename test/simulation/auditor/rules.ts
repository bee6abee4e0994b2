import type { Answer, Instant, Named } from "../commands.ts";

/** Sorts by the first key that differs. */
export const by =
  <T>(keysOf: (one: T) => readonly (number | string | boolean)[]) =>
  (a: T, b: T): number => {
    const [left, right] = [keysOf(a), keysOf(b)];
    const first = left.findIndex((key, i) => key !== right[i]);
    return first === -1 ? 0 : (left[first] ?? 0) < (right[first] ?? 0) ? -1 : 1;
  };
export const pick = <T, K extends keyof T>(from: T, ...keys: K[]) =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;

/** Thrown by a command that writes nothing: a refusal, a repeat, or what changes nothing. */
export class Refusal extends Error {
  answer: Answer = {};
}
/** A rule in its place in the order of precedence: where it does not hold, this outcome or error is the answer. */
export function must(holds: unknown, answer: string | (() => Answer)): asserts holds {
  if (!holds) throw Object.assign(new Refusal(), { answer: typeof answer === "string" ? { error: answer } : answer() });
}
export function find<T>(map: ReadonlyMap<string, T>, id: string, error: string): T {
  const found = map.get(id);
  must(found, error);
  return found;
}

export const iso = (instant: number) => new Date(instant).toISOString();
export const ms = (instant: Instant) => new Date(instant).getTime();
export const msOrNull = (instant: Instant | null | undefined) => (instant == null ? null : ms(instant));
export const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
/** Looks a name up that a caller gave: names such as `constructor` must not find anything. */
export const named = <T>(record: Named<T>, name: string) => (Object.hasOwn(record, name) ? record[name] : undefined);
/** A free-form id before another one in a composed id: its colons are doubled. */
export const first = (id: string): string => id.replaceAll(":", "::");
