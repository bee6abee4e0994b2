import { DucatError, type Fault } from "@ducat/client";
import type { Rule } from "../inputs/rule.ts";
import { type Adapted, type Input, pathFields, type Route } from "./route.ts";

const unchanged = (path: string) => path;

/** The input of the verb, from path and body. What stands in the path must not stand in the body too. */
export function bodyInput(route: Route, params: Input, body: unknown): Adapted {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw faulty([{ path: "", message: "must be a JSON object" }]);
  }
  const adapted = route.adapt?.(body as Input) ?? { input: body as Input, faultPath: unchanged };
  const twice = Object.keys(params).filter((field) => Object.hasOwn(adapted.input, field));
  if (twice.length > 0) {
    throw faulty(twice.map((path) => ({ path, message: "stands in the path; leave it out of the body" })));
  }
  return { input: { ...adapted.input, ...params }, faultPath: adapted.faultPath };
}

/** The input of the verb, from path and query. The verb itself refuses what it does not know. */
export function queryInput(route: Route, params: Input, query: URLSearchParams): Adapted {
  const input: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [field, text] of query) {
    if (Object.hasOwn(input, field)) faults.push({ path: field, message: "is given twice; give it once" });
    if (Object.hasOwn(params, field))
      faults.push({ path: field, message: "stands in the path; leave it out of the query" });
    Object.defineProperty(input, field, {
      value: fromText(Object.hasOwn(route.input.fields, field) ? route.input.fields[field] : undefined, text),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (faults.length > 0) throw faulty(faults);
  return { input: { ...input, ...params }, faultPath: unchanged };
}

/** A query has only texts: numbers and flags are read as what the field is. Anything else is left for the rule to refuse. */
function fromText(rule: Rule<unknown> | undefined, text: string): unknown {
  if (rule?.schema.type === "integer" && /^-?\d{1,16}$/.test(text)) return Number(text);
  if (rule?.schema.type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** The fields of the input that do not stand in the path. */
export function fieldsOutsidePath(route: Route): [field: string, rule: Rule<unknown>][] {
  const inPath = pathFields(route.path);
  return Object.entries(route.input.fields).filter(([field]) => !inPath.includes(field));
}

export function faulty(errors: readonly Fault[]): DucatError {
  const words = errors.map(({ path, message }) => `${path === "" ? "the body" : path} ${message}`);
  return new DucatError("invalid_input", `${words.join("; ")}.`, { errors });
}
