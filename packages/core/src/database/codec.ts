import type { Param, Scalar, Value } from "./port.ts";

/*
 * Parameters travel as text and results come back as text, on every driver, so that a value means the same on
 * PostgreSQL and on PGlite whatever parsers a host has set.
 */

/** A parameter in PostgreSQL's text format; null is SQL's NULL. */
export function encodeParam(param: Param): string | null {
  if (typeof param === "string") return param;
  if (param === null) return null;
  if (typeof param === "object") return encodeArray(param);
  return typeof param === "boolean" ? (param ? "t" : "f") : String(param);
}

/** `{1,2}`, `{"a","b"}`: every string is quoted, so that an empty one, a `NULL` or a comma needs no case of its own. */
export function encodeArray(values: readonly Scalar[]): string {
  const length = values.length;
  if (length === 0) return "{}";
  let text = "";
  for (let index = 0; index < length; index++) {
    const value = values[index] as Scalar;
    text += index === 0 ? "{" : ",";
    if (typeof value === "string") text += `"${escapeElement(value)}"`;
    else if (typeof value === "number") text += value;
    else if (value === null) text += "NULL";
    else text += value ? "t" : "f";
  }
  return `${text}}`;
}

const special = /["\\]/;

/** What JSON would escape in another way than PostgreSQL does. */
const unlikeJson = /[^ -\ud7ff\ue000-\uffff]/;

/** A text as it stands between the quotes of an array. JSON's own escaping, where it is the same, is twice as fast. */
export function escapeElement(value: string): string {
  if (!special.test(value)) return value;
  if (!unlikeJson.test(value)) return JSON.stringify(value).slice(1, -1);
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

/** Turns the text of one column into its value. Null never reaches it. */
export type Decoder = (text: string) => Value;

const keepText: Decoder = (text) => text;
const toNumber: Decoder = (text) => +text;
const toBoolean: Decoder = (text) => text === "t";
const toJson: Decoder = (text) => JSON.parse(text);

/** A bigint that a double cannot hold would come back as its neighbour: a wrong balance. Refuse it. */
const toSafeInteger: Decoder = (text) => {
  const value = +text;
  if (!Number.isSafeInteger(value)) throw new RangeError(`The database holds the bigint ${text}, beyond 2^53 - 1.`);
  return value;
};

function arrayOf(element: Decoder): Decoder {
  return (text) => decodeArray(text, element);
}

/** Decoders by type OID; every type that is not listed stays text. */
const decoders: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [16, toBoolean],
  [20, toSafeInteger],
  [21, toNumber],
  [23, toNumber],
  [26, toNumber],
  [700, toNumber],
  [701, toNumber],
  [1700, toNumber],
  [114, toJson],
  [3802, toJson],
  [1000, arrayOf(toBoolean)],
  [1005, arrayOf(toNumber)],
  [1007, arrayOf(toNumber)],
  [1016, arrayOf(toSafeInteger)],
  [1021, arrayOf(toNumber)],
  [1022, arrayOf(toNumber)],
  [1231, arrayOf(toNumber)],
  [199, arrayOf(toJson)],
  [3807, arrayOf(toJson)],
  [1002, arrayOf(keepText)],
  [1009, arrayOf(keepText)],
  [1014, arrayOf(keepText)],
  [1015, arrayOf(keepText)],
  [1003, arrayOf(keepText)],
  [2951, arrayOf(keepText)],
  [1115, arrayOf(keepText)],
  [1182, arrayOf(keepText)],
  [1185, arrayOf(keepText)],
]);

/** The types above, and those that other drivers turn into objects of their own: bytea, date, time and timestamps. */
export const knownTypeOids: readonly number[] = [...decoders.keys(), 17, 1082, 1083, 1114, 1184, 1186, 1266];

export function decoderFor(typeOid: number): Decoder {
  return decoders.get(typeOid) ?? keepText;
}

/** Decodes a row in place: the list of texts becomes the list of values. */
export function decodeRow(row: Value[], columns: readonly Decoder[]): void {
  for (let index = 0; index < columns.length; index++) {
    const text = row[index];
    if (text !== null) row[index] = (columns[index] as Decoder)(text);
  }
}

/** A list of one dimension: `{a,"b c",NULL}`. */
export function decodeArray(text: string, element: Decoder): Value[] {
  // Bounds other than 1 are written in front: `[0:1]={a,b}`.
  const start = text.charCodeAt(0) === 91 ? text.indexOf("=") + 1 : 0;
  const end = text.length - 1;
  const values: Value[] = [];
  let index = start + 1;
  while (index < end) {
    const code = text.charCodeAt(index);
    if (code === 123) throw new RangeError("The database sent a list of lists, which no statement here asks for.");
    if (code === 34) {
      const close = closingQuote(text, index + 1);
      const raw = text.slice(index + 1, close);
      values.push(element(raw.includes("\\") ? raw.replace(/\\(.)/gsu, "$1") : raw));
      index = close + 2;
    } else {
      let comma = text.indexOf(",", index);
      if (comma === -1) comma = end;
      const raw = text.slice(index, comma);
      values.push(raw === "NULL" ? null : element(raw));
      index = comma + 1;
    }
  }
  return values;
}

function closingQuote(text: string, from: number): number {
  let index = from;
  while (true) {
    const code = text.charCodeAt(index);
    if (code === 34) return index;
    index += code === 92 ? 2 : 1;
  }
}
