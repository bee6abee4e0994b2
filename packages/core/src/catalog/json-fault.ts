import { describe } from "./faults.ts";
import { expectedInstead, type JsonFault, type JsonToken, readJsonToken } from "./json-token.ts";
import { catalogLimits } from "./limits.ts";

/** An object or list that is not closed yet. */
type Frame = { readonly close: "]"; readonly keys: null } | { readonly close: "}"; readonly keys: Set<string> };

type Expectation = "value" | "value or close" | "key" | "key or close" | "colon" | "comma or close" | "end";

interface Reader {
  readonly source: string;
  readonly stack: Frame[];
  expects: Expectation;
}

/**
 * The first place where a text is not JSON; null when it is. `JSON.parse` names no position in half of its messages, and
 * takes a key that is written twice for its last value: of two plans with one id, the first would vanish in silence.
 */
export function findJsonFault(source: string): JsonFault | null {
  const reader: Reader = { source, stack: [], expects: "value" };
  let offset = 0;
  while (true) {
    const token = readJsonToken(source, offset);
    if ("message" in token) return token;
    const fault = take(reader, token);
    if (fault !== null) return fault;
    if (token.kind === "end") return null;
    offset = token.end;
  }
}

function take(reader: Reader, token: JsonToken): JsonFault | null {
  const { source, stack } = reader;
  const frame = stack.at(-1);
  const closes = frame !== undefined && token.kind === frame.close;
  switch (reader.expects) {
    case "value or close":
      return closes ? close(reader) : takeValue(reader, token);
    case "value":
      return takeValue(reader, token);
    case "key or close":
      return closes ? close(reader) : takeKey(reader, token);
    case "key":
      return takeKey(reader, token);
    case "colon":
      if (token.kind !== ":") return expectedInstead('":"', source, token);
      reader.expects = "value";
      return null;
    case "comma or close":
      if (closes) return close(reader);
      if (token.kind !== ",") return expectedInstead(`"," or "${frame?.close}"`, source, token);
      reader.expects = frame?.close === "}" ? "key" : "value";
      return null;
    case "end":
      return token.kind === "end" ? null : expectedInstead("the end of the text", source, token);
  }
}

function takeValue(reader: Reader, token: JsonToken): JsonFault | null {
  if (token.kind === "{") return open(reader, token, { close: "}", keys: new Set() });
  if (token.kind === "[") return open(reader, token, { close: "]", keys: null });
  if (token.kind !== "text" && token.kind !== "scalar") return expectedInstead("a value", reader.source, token);
  reader.expects = afterValue(reader);
  return null;
}

function takeKey(reader: Reader, token: JsonToken): JsonFault | null {
  if (token.kind !== "text") return expectedInstead("a key in double quotes", reader.source, token);
  const key: string = JSON.parse(reader.source.slice(token.start, token.end));
  const keys = reader.stack.at(-1)?.keys;
  if (keys?.has(key)) return { offset: token.start, message: `the key ${describe(key)} appears twice in this object` };
  keys?.add(key);
  reader.expects = "colon";
  return null;
}

function open(reader: Reader, token: JsonToken, frame: Frame): JsonFault | null {
  if (reader.stack.length >= catalogLimits.depth) {
    return { offset: token.start, message: `nested deeper than ${catalogLimits.depth} levels` };
  }
  reader.stack.push(frame);
  reader.expects = frame.close === "}" ? "key or close" : "value or close";
  return null;
}

function close(reader: Reader): null {
  reader.stack.pop();
  reader.expects = afterValue(reader);
  return null;
}

function afterValue(reader: Reader): Expectation {
  return reader.stack.length === 0 ? "end" : "comma or close";
}

/** Line and column of an offset, both from 1, as editors count them. */
export function positionIn(source: string, offset: number): { line: number; column: number } {
  const lines = source.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
