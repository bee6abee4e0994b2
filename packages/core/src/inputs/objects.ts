import { suggestion } from "../catalog/faults.ts";
import { addFault, type Faults, isFull, noFaults, refuseFaults } from "./faults.ts";
import type { JsonSchema } from "./json-schema.ts";
import { described, type Rule, type ValueOf } from "./rule.ts";

export type Fields = Readonly<Record<string, Rule<unknown>>>;
export type Values<F extends Fields> = { -readonly [Key in keyof F]: ValueOf<F[Key]> };

/** A shape of named fields: a rule for an object of exactly these, and what it is made of. */
export interface Shape<F extends Fields> extends Rule<Values<F>> {
  readonly fields: F;
}

/** An object of these fields and no others. `undefined` counts as absent, `null` does not. */
export function shape<const F extends Fields>(fields: F): Shape<F> {
  const keys = Object.keys(fields);
  const rules = keys.map((key) => fields[key] as Rule<unknown>);
  const known = new Set(keys);
  return {
    fields,
    optional: false,
    schema: schemaOf(fields),
    read(value, path, faults) {
      const values: Record<string, unknown> = {};
      const given = plainObject(value, path, faults);
      if (given === null) return values as Values<F>;
      // The field that is being read, so that one that throws is named.
      let at = path;
      try {
        for (const key of Object.keys(given)) if (!known.has(key)) addUnknown(given, key, path, keys, faults);
        for (let i = 0; i < keys.length; i += 1) {
          const key = keys[i] as string;
          at = path === "" ? key : `${path}.${key}`;
          values[key] = (rules[i] as Rule<unknown>).read(given[key], at, faults);
        }
      } catch {
        addFault(faults, at, unreadable);
      }
      return values as Values<F>;
    },
  };
}

function schemaOf(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, { optional }]) => !optional).map(([key]) => key);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([key, { schema }]) => [key, schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

const unreadable = "cannot be read as data: reading it throws";

/** Reads the input of a verb, or throws `invalid_input` with every fault found. */
export function readInput<F extends Fields>(shape: Shape<F>, input: unknown): Values<F> {
  const faults = noFaults();
  const values = shape.read(input, "", faults);
  refuseFaults(faults);
  return values;
}

/** The object itself when it is a plain one: an instance of a class may hide its data behind accessors and methods. */
function plainObject(value: unknown, path: string, faults: Faults): Record<string, unknown> | null {
  try {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const prototype = Object.getPrototypeOf(value);
      // A prototype without a prototype is some realm's Object.prototype: an object of another realm is plain too.
      if (prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null) {
        return value as Record<string, unknown>;
      }
      addFault(faults, path, "must be a plain object, got an instance of a class; write { …it } or copy its fields");
    } else if (value === undefined) addFault(faults, path, "is missing; an object is required");
    else addFault(faults, path, `must be an object, got ${described(value)}`);
  } catch {
    addFault(faults, path, unreadable);
  }
  return null;
}

function addUnknown(
  given: Record<string, unknown>,
  key: string,
  path: string,
  keys: readonly string[],
  faults: Faults,
): void {
  if (given[key] === undefined) return;
  if (isFull(faults)) {
    faults.count += 1;
    return;
  }
  const shown = key.length > 60 ? `${key.slice(0, 60).toWellFormed()}…` : key.toWellFormed();
  const hint = suggestion(key, keys);
  const help = hint === "" ? `the fields are ${keys.join(", ")}` : "correct or remove it";
  addFault(faults, path === "" ? shown : `${path}.${shown}`, `is not a known field${hint}; ${help}`);
}

interface ListLimits {
  minItems: number;
  maxItems: number;
}

export function list<Value>(item: Rule<Value>, { minItems, maxItems }: ListLimits): Rule<Value[]> {
  const wants = minItems === 0 ? `a list of at most ${maxItems}` : `a list of ${minItems} to ${maxItems}`;
  return {
    optional: false,
    schema: { type: "array", items: item.schema, ...(minItems === 0 ? {} : { minItems }), maxItems },
    read(value, path, faults) {
      const values: Value[] = [];
      let at = path;
      try {
        if (!Array.isArray(value)) {
          addFault(
            faults,
            path,
            value === undefined ? `is missing; ${wants} is required` : `must be ${wants}, got ${described(value)}`,
          );
          return values;
        }
        const { length } = value;
        if (!Number.isSafeInteger(length) || length < minItems || length > maxItems) {
          addFault(faults, path, `must be ${wants}, got ${described(length)}`);
          return values;
        }
        for (let i = 0; i < length; i += 1) {
          at = `${path}[${i}]`;
          values.push(item.read(value[i], at, faults));
        }
      } catch {
        addFault(faults, at, unreadable);
      }
      return values;
    },
  };
}
