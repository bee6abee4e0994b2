import { describe } from "../catalog/faults.ts";
import { addFault, type Faults } from "./faults.ts";
import type { JsonSchema } from "./json-schema.ts";

/**
 * What a value must be: how it is read, and the same said as JSON Schema for the OpenAPI document. `read` reports a
 * faulty value and hands on a stand-in, so that the other fields are still looked at; a stand-in never leaves the
 * validation, because a reported fault always ends in `invalid_input`.
 */
export interface Rule<Value> {
  read(value: unknown, path: string, faults: Faults): Value;
  readonly schema: JsonSchema;
  /** True when the field may be left out. */
  readonly optional: boolean;
}

export type ValueOf<R> = R extends Rule<infer Value> ? Value : never;

interface RuleDefinition<Value> {
  schema: JsonSchema;
  /** What is asked for, in the words of a sentence: `a whole number from 1 to 1000`. */
  wants: string;
  standIn: Value;
  /** The value read, or `undefined` when it is not what is asked for. */
  accept(value: unknown): Value | undefined;
  /** Says more about a refused value than what was wanted and what was got; `null`: nothing to add. */
  explain?(value: unknown): string | null;
}

/** A rule for one value that stands by itself. */
export function rule<Value>({ schema, wants, standIn, accept, explain }: RuleDefinition<Value>): Rule<Value> {
  return {
    schema,
    optional: false,
    read(value, path, faults) {
      const accepted = accept(value);
      if (accepted !== undefined) return accepted;
      addFault(faults, path, value === undefined ? `is missing; ${wants} is required` : refusal(value, wants, explain));
      return standIn;
    },
  };
}

function refusal(value: unknown, wants: string, explain: RuleDefinition<unknown>["explain"]): string {
  const explanation = explain?.(value) ?? null;
  if (explanation !== null) return explanation;
  if (value === null) return `must be ${wants}, got null; leave it out instead`;
  return `must be ${wants}, got ${described(value)}`;
}

/** A short description of any value, safe to print and to compute. */
export function described(value: unknown): string {
  if (typeof value === "bigint") return "a BigInt";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return describe(value);
}

/** The field may be left out, and is `fallback` then. */
export function optional<Value, Fallback>(
  rule: Rule<Value>,
  fallback: Fallback,
  shown?: string | number | boolean,
): Rule<Value | Fallback> {
  const { read } = rule;
  return {
    schema: shown === undefined ? rule.schema : { ...rule.schema, default: shown },
    optional: true,
    read: (value, path, faults) => (value === undefined ? fallback : read(value, path, faults)),
  };
}

/** The field takes `null` too, which clears it or says "never". */
export function orNull<Value>(rule: Rule<Value>): Rule<Value | null> {
  const { read } = rule;
  return {
    schema: { anyOf: [rule.schema, { type: "null" }] },
    optional: rule.optional,
    read: (value, path, faults) => (value === null ? null : read(value, path, faults)),
  };
}

/** The same rule with a sentence about the field, for the reference. */
export function about<Value>(description: string, rule: Rule<Value>): Rule<Value> {
  return { ...rule, schema: { ...rule.schema, description } };
}
