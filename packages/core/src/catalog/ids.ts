import { type FaultList, pathOf } from "./faults.ts";
import type { PlainObject } from "./plain-data.ts";

/** 1–128 printable ASCII characters without space, `/ \ ? # %`, the first a letter or digit: the rule of every id in Ducat. */
const idPattern = /^[A-Za-z0-9](?:(?![/\\?#%])[!-~]){0,127}$/;

/** What every JavaScript object answers to: a look-up of one of these must never find a function. */
const reservedWords: ReadonlySet<string> = new Set(["prototype", ...Object.getOwnPropertyNames(Object.prototype)]);

export function idFault(id: string): string | null {
  if (reservedWords.has(id)) return "is a reserved word; choose another id";
  if (idPattern.test(id)) return null;
  return "is not an id; use 1–128 printable ASCII characters without space, / \\ ? # or %, the first a letter or digit";
}

/** The entries of a map by id. A map that is too large is refused whole: naming each of its faults would help nobody. */
export function entriesById(
  map: PlainObject,
  path: string,
  limit: number,
  faults: FaultList,
): [id: string, value: PlainObject[string], path: string][] {
  const ids = Object.keys(map);
  if (ids.length > limit) {
    faults.add(path, `must have at most ${limit} entries, got ${ids.length}`);
    return [];
  }
  const entries: [string, PlainObject[string], string][] = [];
  for (const id of ids) {
    const place = pathOf(path, id);
    const fault = idFault(id);
    if (fault !== null) faults.add(place, fault);
    const value = map[id];
    if (value !== undefined) entries.push([id, value, place]);
  }
  return entries;
}

/** A map without a prototype: `features["constructor"]` is `undefined` in it. */
export function mapById<Value>(entries: Iterable<readonly [string, Value]> = []): Record<string, Value> {
  const map: Record<string, Value> = Object.create(null);
  for (const [id, value] of entries) map[id] = value;
  return map;
}
