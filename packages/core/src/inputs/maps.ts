import { pathOf } from "../catalog/faults.ts";
import { idFault } from "../catalog/ids.ts";
import { catalogLimits } from "../catalog/limits.ts";
import { utf8Length } from "../catalog/metadata.ts";
import { textFault } from "../catalog/plain-data.ts";
import { addFault, type Faults } from "./faults.ts";
import { amount } from "./numbers.ts";
import { described, type Rule } from "./rule.ts";
import { id } from "./texts.ts";

const maxMeters = catalogLimits.meters;
const maxMetadataBytes = 4096;
const maxDepth = 32;

/** How much of each meter was used. Copied, because the caller's object may change while the command waits. */
export const usage: Rule<Record<string, number>> = {
  optional: false,
  schema: {
    type: "object",
    propertyNames: id.schema,
    additionalProperties: amount.schema,
    maxProperties: maxMeters,
    examples: [{ input: 1200, output: 300 }],
  },
  read(value, path, faults) {
    const copy: Record<string, number> = {};
    const keys = ownKeys(value, path, "an object of meters, for example { input: 1200 }", faults);
    if (keys === null) return copy;
    if (keys.length > maxMeters) {
      addFault(faults, path, `must have at most ${maxMeters} meters, got ${keys.length}`);
      return copy;
    }
    for (const key of keys) {
      const place = pathOf(path, key);
      const fault = idFault(key);
      if (fault !== null) addFault(faults, place, fault);
      else copy[key] = amount.read((value as Record<string, unknown>)[key], place, faults);
    }
    return copy;
  },
};

/** The caller's own data: any JSON object of at most 4 KiB, copied. */
export const metadata: Rule<Record<string, unknown>> = {
  optional: false,
  schema: {
    type: "object",
    description: "Your own data: any JSON object of at most 4 KiB.",
    additionalProperties: true,
  },
  read(value, path, faults) {
    const before = faults.count;
    const keys = ownKeys(value, path, "an object", faults);
    if (keys === null) return {};
    // A character or a value costs one: more of them than bytes are allowed cannot fit.
    const budget = { left: maxMetadataBytes };
    const copy = copyObject(value as object, keys, path, 0, budget, faults);
    if (faults.count === before) {
      const bytes = budget.left < 0 ? null : utf8Length(JSON.stringify(copy));
      if (bytes === null || bytes > maxMetadataBytes) {
        addFault(
          faults,
          path,
          `must have at most ${maxMetadataBytes} bytes of JSON${bytes === null ? "" : `, got ${bytes}`}; keep large data elsewhere and its id here`,
        );
      }
    }
    return copy;
  },
};

/** The keys of a plain object that have a value, or `null` when it is something else. Throws what a hostile object throws. */
function ownKeys(value: unknown, path: string, wants: string, faults: Faults): string[] | null {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      return Object.keys(value).filter((key) => (value as Record<string, unknown>)[key] !== undefined);
    }
    addFault(faults, path, "must be a plain object of JSON data, got an instance of a class");
    return null;
  }
  addFault(
    faults,
    path,
    value === undefined
      ? `is missing; ${wants} is required`
      : `must be ${wants}, got ${described(value)}${value === null ? "; leave it out instead" : ""}`,
  );
  return null;
}

interface Budget {
  left: number;
}

function copyObject(
  object: object,
  keys: readonly string[],
  path: string,
  depth: number,
  budget: Budget,
  faults: Faults,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    budget.left -= key.length + 1;
    if (budget.left < 0) return copy;
    const place = pathOf(path, key);
    const fault = key === "__proto__" ? "is a reserved word; choose another key" : textFault(key);
    if (fault !== null) addFault(faults, place, fault);
    else copy[key] = copyValue((object as Record<string, unknown>)[key], place, depth + 1, budget, faults);
  }
  return copy;
}

function copyValue(value: unknown, path: string, depth: number, budget: Budget, faults: Faults): unknown {
  budget.left -= 1;
  if (budget.left < 0 || value === null || typeof value === "boolean") return value === undefined ? null : value;
  if (typeof value === "string") {
    budget.left -= value.length;
    const fault = budget.left < 0 ? null : textFault(value);
    if (fault !== null) addFault(faults, path, fault);
    return value;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) addFault(faults, path, `must be a finite number, got ${value}`);
    return value + 0;
  }
  if (typeof value !== "object") {
    addFault(faults, path, `must be JSON data, got ${value === undefined ? "nothing" : described(value)}`);
    return null;
  }
  if (depth > maxDepth) {
    addFault(faults, path, `is nested deeper than ${maxDepth} levels (or contains itself)`);
    return null;
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (let i = 0; i < value.length && budget.left >= 0; i += 1) {
      copy.push(copyValue(value[i], `${path}[${i}]`, depth + 1, budget, faults));
    }
    return copy;
  }
  const keys = ownKeys(value, path, "an object", faults);
  return keys === null ? null : copyObject(value, keys, path, depth, budget, faults);
}
