import { DucatError } from "@ducat/client";

/** What a place in a list is made of: the key of the last row shown, or of the last one looked at. */
type Part = "integer" | "text";
type PartValue<P extends Part> = P extends "integer" ? number : string;

type Key<Parts extends readonly Part[]> = { -readonly [I in keyof Parts]: PartValue<Parts[I]> };

export interface Cursor<Parts extends readonly Part[]> {
  write(key: Key<Parts>): string;
  /** `null` for the first page. Throws `invalid_input` for anything that this list did not hand out. */
  read(cursor: string | null): Key<Parts> | null;
}

/** Cursors of one list. They name the list, so that one of another list is refused instead of misread. */
export function cursorOf<const Parts extends readonly Part[]>(list: string, parts: Parts): Cursor<Parts> {
  return {
    write: (key) => Buffer.from(JSON.stringify([list, ...key]), "utf8").toString("base64url"),
    read(cursor) {
      if (cursor === null) return null;
      const values = decode(cursor);
      if (values === null || values.length !== parts.length + 1 || values[0] !== list) throw badCursor();
      const key = values.slice(1);
      if (!parts.every((part, i) => isPart(part, key[i]))) throw badCursor();
      return key as Key<Parts>;
    },
  };
}

function decode(cursor: string): unknown[] | null {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return null;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(values) ? values : null;
  } catch {
    return null;
  }
}

/** No instant before 1970, from where PostgreSQL's timestamps end before ours do, and no text that it refuses. */
function isPart(part: Part, value: unknown): boolean {
  if (part === "integer") return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15;
  return typeof value === "string" && value.length <= 512 && !value.includes("\u0000") && value.isWellFormed();
}

function badCursor(): DucatError {
  const message = "must be the nextCursor of the page before, unchanged, and of the same list";
  return new DucatError("invalid_input", `cursor ${message}.`, { errors: [{ path: "cursor", message }] });
}
