import { describe, type FaultList, pathOf, pathOfItem } from "./faults.ts";
import { catalogLimits } from "./limits.ts";

/** Stands for a value that was refused and reported already, so that no second fault is made of it. */
export const refused: unique symbol = Symbol("refused");

export type Plain = null | boolean | number | string | readonly Plain[] | PlainObject | typeof refused;
export interface PlainObject {
  readonly [key: string]: Plain;
}

/**
 * Copies whatever was given into plain data before anything looks at it: a getter that answers differently the second
 * time, a Proxy that throws, a cycle or a million keys then harm nobody. Objects lose their prototype, so that a key such
 * as `constructor` is found only where somebody wrote it. Properties that are `undefined` count as absent.
 */
export function toPlainData(value: unknown, faults: FaultList): Plain {
  return copy(value, "", 0, { left: catalogLimits.jsonBytes * 2, exceeded: false }, faults);
}

/** How much may still be copied: a character or a value costs one. */
interface Budget {
  left: number;
  exceeded: boolean;
}

function spend(budget: Budget, cost: number, path: string, faults: FaultList): boolean {
  budget.left -= cost;
  if (budget.left >= 0) return true;
  if (!budget.exceeded) faults.add(path, tooLarge);
  budget.exceeded = true;
  return false;
}

const tooLarge = `makes the catalog too large: at most ${catalogLimits.jsonBytes} bytes of JSON`;

function copy(value: unknown, path: string, depth: number, budget: Budget, faults: FaultList): Plain {
  if (!spend(budget, 1, path, faults)) return refused;
  if (value === null || typeof value === "boolean") return value;
  // −0 is 0: JSON does not keep the difference.
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (typeof value === "string") return copyText(value, path, budget, faults);
  if (typeof value !== "object") return refuse(path, `must be JSON data, got ${article(typeof value)}`, faults);
  if (depth >= catalogLimits.depth) {
    return refuse(path, `is nested deeper than ${catalogLimits.depth} levels (or contains itself)`, faults);
  }
  try {
    return Array.isArray(value)
      ? copyList(value, path, depth, budget, faults)
      : copyObject(value, path, depth, budget, faults);
  } catch {
    return refuse(path, "cannot be read as data: reading it throws", faults);
  }
}

function copyText(text: string, path: string, budget: Budget, faults: FaultList): Plain {
  if (!spend(budget, text.length, path, faults)) return refused;
  const fault = textFault(text);
  return fault === null ? text : refuse(path, fault, faults);
}

/** What no text anywhere may contain: PostgreSQL stores neither. */
export function textFault(text: string): string | null {
  if (text.includes("\0")) return "must not contain the character U+0000";
  if (!text.isWellFormed()) return "must not contain half of a surrogate pair";
  return null;
}

function copyList(list: readonly unknown[], path: string, depth: number, budget: Budget, faults: FaultList): Plain {
  if (!spend(budget, list.length, path, faults)) return refused;
  const items: Plain[] = [];
  for (let index = 0; index < list.length; index += 1) {
    items.push(copy(list[index], pathOfItem(path, index), depth + 1, budget, faults));
  }
  return items;
}

function copyObject(object: object, path: string, depth: number, budget: Budget, faults: FaultList): Plain {
  const prototype = Object.getPrototypeOf(object);
  // A prototype without a prototype is some realm's Object.prototype: an object from another realm is plain data too.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return refuse(path, "must be a plain object, got an instance of a class", faults);
  }
  const result: Record<string, Plain> = Object.create(null);
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    if (typeof key === "symbol") {
      refuse(path, `must not have the symbol ${describe(String(key))} as a key`, faults);
      continue;
    }
    const place = pathOf(path, key);
    if (!spend(budget, key.length, place, faults)) return refused;
    const fault = key === "__proto__" ? "is a reserved word; choose another key" : textFault(key);
    if (fault !== null) refuse(place, fault, faults);
    else if (!("value" in descriptor)) result[key] = refuse(place, "must be a value, got a getter", faults);
    else if (descriptor.value !== undefined) result[key] = copy(descriptor.value, place, depth + 1, budget, faults);
  }
  return result;
}

function refuse(path: string, message: string, faults: FaultList): typeof refused {
  faults.add(path, message);
  return refused;
}

function article(type: string): string {
  return type === "undefined" ? "nothing" : `a ${type}`;
}
