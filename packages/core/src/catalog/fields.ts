import { describe, type FaultList, oneOf, pathOf, pathOfItem, suggestion } from "./faults.ts";
import { catalogLimits, maxCredits } from "./limits.ts";
import { type Plain, type PlainObject, refused } from "./plain-data.ts";

/** What a reader that found a fault hands on, so that validation goes on and finds the others. Never reaches a catalog. */
const stopgap = { text: "", integer: 0 } as const;

export function isPlainObject(value: Plain | undefined): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at `path`; otherwise null, and the fault is named. Keys that nobody knows are faults too. */
export function readObject(
  value: Plain | undefined,
  path: string,
  known: readonly string[] | null,
  faults: FaultList,
): PlainObject | null {
  if (value === refused) return null;
  if (!isPlainObject(value)) {
    faults.add(
      path,
      value === undefined ? "is missing; an object is required" : `must be an object, got ${describe(value)}`,
    );
    return null;
  }
  if (known !== null) {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const hint = faults.full ? "" : suggestion(key, known);
      faults.add(pathOf(path, key), `is not known here${hint}; the keys are ${known.join(", ")}`);
    }
  }
  return value;
}

/** A text that people read: 1–200 characters, not only blanks. */
export function readText(object: PlainObject, key: string, path: string, faults: FaultList, fallback?: string): string {
  const value = object[key];
  if (value === refused) return stopgap.text;
  if (value === undefined && fallback !== undefined) return fallback;
  const fault = textFaultOf(value);
  if (fault === null) return value as string;
  faults.add(pathOf(path, key), fault);
  return stopgap.text;
}

function textFaultOf(value: Plain | undefined): string | null {
  if (value === undefined) return "is missing; a text is required";
  if (typeof value !== "string") return `must be a text, got ${describe(value)}`;
  if (value.trim() === "") return "must not be blank";
  const length = characters(value);
  return length <= catalogLimits.nameLength
    ? null
    : `must have at most ${catalogLimits.nameLength} characters, got ${length}`;
}

/** Counted as people and JSON Schema count them: an emoji is one. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** From 0 to 2^53 − 1. */
export const creditsRange: IntegerRange = { min: 0, max: maxCredits };

export function readInteger(
  value: Plain | undefined,
  path: string,
  range: IntegerRange,
  faults: FaultList,
  fallback?: number,
): number {
  if (value === refused) return stopgap.integer;
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  const rule = `a whole number from ${range.min} to ${range.max}`;
  faults.add(path, value === undefined ? `is missing; ${rule} is required` : `must be ${rule}, got ${describe(value)}`);
  return stopgap.integer;
}

/** `undefined` when it is faulty, so that rules about other fields that depend on it stay silent. */
export function readFlag(
  object: PlainObject,
  key: string,
  path: string,
  faults: FaultList,
  fallback?: boolean,
): boolean | undefined {
  const value = object[key];
  if (value === refused) return undefined;
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value === "boolean") return value;
  faults.add(
    pathOf(path, key),
    value === undefined ? "is missing; true or false is required" : `must be true or false, got ${describe(value)}`,
  );
  return undefined;
}

/** `undefined` when it is faulty, as for `readFlag`. */
export function readChoice<const Choice extends string>(
  object: PlainObject,
  key: string,
  path: string,
  choices: readonly Choice[],
  faults: FaultList,
): Choice | undefined {
  const value = object[key];
  if (value === refused) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  if (value === undefined) faults.add(pathOf(path, key), `is missing; ${oneOf(choices)} is required`);
  else {
    const hint = typeof value === "string" ? suggestion(value, choices) : "";
    faults.add(pathOf(path, key), `must be ${oneOf(choices)}, got ${describe(value)}${hint}`);
  }
  return undefined;
}

/** Names of plans; `null` when absent: all. Sorted, because their order means nothing. */
export function readPlanList(
  object: PlainObject,
  path: string,
  planIds: readonly string[] | null,
  faults: FaultList,
): readonly string[] | null {
  const value = object.plans;
  if (value === undefined || value === refused) return null;
  const place = pathOf(path, "plans");
  if (!Array.isArray(value)) {
    faults.add(place, `must be a list of plans, got ${describe(value)}; leave it out for all plans`);
    return null;
  }
  if (value.length === 0) faults.add(place, "must name a plan; leave it out for all plans");
  const names = new Set<string>();
  value.forEach((item: Plain, index) => {
    if (item === refused) return;
    const fault = planNameFault(item, names, planIds);
    if (fault === null) names.add(item as string);
    else faults.add(pathOfItem(place, index), fault);
  });
  return [...names].sort();
}

function planNameFault(item: Plain, names: ReadonlySet<string>, planIds: readonly string[] | null): string | null {
  if (typeof item !== "string") return `must be the id of a plan, got ${describe(item)}`;
  if (names.has(item)) return `names the plan ${describe(item)} twice`;
  if (planIds === null || planIds.includes(item)) return null;
  return `names a plan that does not exist, ${describe(item)}${suggestion(item, planIds)}; the plans are ${oneOf(planIds)}`;
}
