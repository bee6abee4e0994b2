import type { JsonSchema } from "../inputs/json-schema.ts";

/**
 * JSON Schema that knows which TypeScript type it describes, so that the compiler refuses a schema whose fields are not
 * exactly those of the type. `components` names a schema once for the whole document.
 */
export interface AnswerSchema<in out Value> {
  readonly json: JsonSchema;
  /** Never set: it ties the schema to its type. */
  readonly describes?: (value: Value) => Value;
}

export const components: Record<string, JsonSchema> = {};

function schema<Value>(json: JsonSchema): AnswerSchema<Value> {
  return { json };
}

export const text = schema<string>({ type: "string" });
export const integer = schema<number>({ type: "integer" });
export const boolean = schema<boolean>({ type: "boolean" });
export const instant = schema<string>({ type: "string", format: "date-time" });
export const anyObject = schema<Record<string, unknown>>({ type: "object", additionalProperties: true });

export function nullable<Value>({ json }: AnswerSchema<Value>): AnswerSchema<Value | null> {
  return schema({ anyOf: [json, { type: "null" }] });
}

export function listOf<Value>({ json }: AnswerSchema<Value>): AnswerSchema<Value[]> {
  return schema({ type: "array", items: json });
}

export function mapOf<Value>({ json }: AnswerSchema<Value>): AnswerSchema<Record<string, Value>> {
  return schema({ type: "object", additionalProperties: json });
}

/** Every word of a union, each once: a forgotten or foreign word does not compile. */
export function wordOf<Word extends string>(words: Record<Word, true>): AnswerSchema<Word> {
  return schema({ type: "string", enum: Object.keys(words) });
}

type FieldsOf<Value> = { [Key in keyof Value]-?: AnswerSchema<Exclude<Value[Key], undefined>> };
type OptionalKey<Value> = { [Key in keyof Value]-?: undefined extends Value[Key] ? Key : never }[keyof Value];

/** An object with exactly these fields; those that the type may lack are named once more in `optional`. */
export function object<Value extends object>(
  fields: FieldsOf<Value>,
  ...optional: OptionalKey<Value>[]
): AnswerSchema<Value> {
  const entries = Object.entries(fields) as [keyof Value & string, AnswerSchema<unknown>][];
  return schema({
    type: "object",
    properties: Object.fromEntries(entries.map(([key, { json }]) => [key, json])),
    required: entries.map(([key]) => key).filter((key) => !(optional as string[]).includes(key)),
  });
}

/** Names a schema in the document's components and refers to it from then on. */
export function named<Value>(name: string, { json }: AnswerSchema<Value>): AnswerSchema<Value> {
  components[name] = json;
  return schema({ $ref: `#/components/schemas/${name}` });
}
