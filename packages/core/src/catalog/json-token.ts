import { describe } from "./faults.ts";

export interface JsonFault {
  /** Where in the text, from 0. */
  readonly offset: number;
  readonly message: string;
}

/** `scalar`: a number, true, false or null. `other`: nothing that JSON knows. */
export interface JsonToken {
  readonly kind: "{" | "}" | "[" | "]" | ":" | "," | "text" | "scalar" | "other" | "end";
  readonly start: number;
  readonly end: number;
}

const blank = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true\b|false\b|null\b/y;
const word = /[\w$.+-]+/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

function endOf(pattern: RegExp, source: string, offset: number): number {
  pattern.lastIndex = offset;
  return offset + (pattern.exec(source)?.[0].length ?? 0);
}

export function readJsonToken(source: string, offset: number): JsonToken | JsonFault {
  const start = endOf(blank, source, offset);
  const character = source[start];
  switch (character) {
    case undefined:
      return { kind: "end", start, end: start };
    case "{":
    case "}":
    case "[":
    case "]":
    case ":":
    case ",":
      return { kind: character, start, end: start + 1 };
    case '"':
      return readText(source, start);
  }
  const end = endOf(scalar, source, start);
  // `01` and `1x` are one slip, not a number and something after it.
  if (end > start && endOf(word, source, end) === end) return { kind: "scalar", start, end };
  return { kind: "other", start, end: Math.max(endOf(word, source, start), start + 1) };
}

/** Character by character: one pattern for a whole text exhausts the stack of the pattern matcher when the text is long. */
function readText(source: string, start: number): JsonToken | JsonFault {
  let offset = start + 1;
  while (offset < source.length) {
    const character = source[offset] as string;
    if (character === '"') return { kind: "text", start, end: offset + 1 };
    if (character < " ") {
      return {
        offset,
        message: "a text must not contain line breaks or control characters; write \\n for a line break",
      };
    }
    const next = character === "\\" ? endOf(escapeSequence, source, offset) : offset + 1;
    if (next === offset) return { offset, message: "this escape is not known; write \\\\ for a backslash" };
    offset = next;
  }
  return { offset: start, message: "this text is never closed" };
}

export function expectedInstead(what: string, source: string, token: JsonToken): JsonFault {
  const found =
    token.kind === "end"
      ? "but the text ends here"
      : `found ${describe(source.slice(token.start, token.end).toWellFormed())}`;
  return { offset: token.start, message: `expected ${what}, ${found}` };
}
