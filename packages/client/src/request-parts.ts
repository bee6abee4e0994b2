import { DucatError, type Fault, isDucatError } from "./errors.ts";

type Fields = Record<string, unknown>;

/** Fills the path's fields in and takes them out of the rest. An id that is none would name another route. */
export function address(path: string, input: Fields): { url: string; rest: Fields } {
  const rest = { ...input };
  const url = path.replace(/:(\w+)/g, (_whole, field: string) => {
    const value = rest[field];
    delete rest[field];
    if (typeof value === "string" && /^[A-Za-z0-9][!-~]*$/.test(value)) return encodeURIComponent(value);
    throw invalid(field, "must be an id of printable ASCII characters that begins with a letter or digit");
  });
  return { url, rest };
}

export function query(fields: Fields): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]): [string, string] => {
      refuseUnsendable(value, field);
      return [field, value instanceof Date ? value.toISOString() : String(value)];
    });
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

export function json(fields: Fields): string {
  const paths = new Map<unknown, string>();
  try {
    // A function, not an arrow: `this` holds the value as it was given, before `toJSON` made a text of a Date.
    return JSON.stringify(fields, function (this: Fields, key, value: unknown) {
      const around = paths.get(this);
      const path = around === undefined ? key : Array.isArray(this) ? `${around}[${key}]` : `${around}.${key}`;
      refuseUnsendable(this[key], path);
      if (path !== "") paths.set(value, path);
      return value;
    });
  } catch (cause) {
    throw isDucatError(cause) ? cause : invalid("", "must be JSON data that does not contain itself", cause);
  }
}

/** JSON would make null of a date or number that is none, and null has a meaning: no cap, or credits that never expire. */
function refuseUnsendable(value: unknown, path: string): void {
  if (value instanceof Date && Number.isNaN(value.getTime()))
    throw invalid(path, "must be a date, got an invalid Date");
  if (typeof value === "number" && !Number.isFinite(value)) throw invalid(path, `must be finite, got ${value}`);
  if (/bigint|function|symbol/.test(typeof value)) throw invalid(path, `must be JSON data, got a ${typeof value}`);
}

function invalid(path: string, message: string, cause?: unknown): DucatError {
  const errors: Fault[] = [{ path, message }];
  return new DucatError("invalid_input", `${path || "The input"} ${message}.`, { errors, cause });
}
