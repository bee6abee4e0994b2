import { escapeElement } from "./codec.ts";
import type { Param, Scalar } from "./port.ts";

/*
 * PostgreSQL's frontend messages, written into one buffer, so that a whole batch of statements leaves in one write.
 * Only what the pipeline needs; the order of the fields is that of "Message Formats" in PostgreSQL's documentation.
 */

const initialSize = 64 * 1024;
let buffer = Buffer.allocUnsafeSlow(initialSize);
let position = 0;

/** Strings longer than this are measured before they are written, instead of reserving three bytes a character. */
const measuredLength = 16 * 1024;

function reserve(bytes: number): void {
  if (position + bytes <= buffer.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, position + bytes));
  buffer.copy(larger, 0, 0, position);
  buffer = larger;
}

function reserveText(text: string): void {
  reserve(text.length <= measuredLength ? text.length * 3 + 4 : Buffer.byteLength(text) + 4);
}

function putInt32(value: number, at: number): void {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
}

function begin(code: number): number {
  reserve(5);
  buffer[position] = code;
  position += 5;
  return position - 4;
}

function end(lengthAt: number): void {
  putInt32(position - lengthAt, lengthAt);
}

function cString(text: string): void {
  reserveText(text);
  position += buffer.write(text, position, "utf8");
  buffer[position++] = 0;
}

function int16(value: number): void {
  reserve(2);
  buffer[position++] = value >>> 8;
  buffer[position++] = value;
}

/** Takes the messages written so far and starts anew. The bytes belong to the caller: nothing here touches them again. */
export function takeMessages(): Uint8Array<ArrayBuffer> {
  const bytes = buffer.buffer.slice(0, position) as ArrayBuffer;
  if (buffer.length > 16 * initialSize) buffer = Buffer.allocUnsafeSlow(initialSize);
  position = 0;
  return new Uint8Array(bytes);
}

/** How many bytes are written and not taken. */
export function messageBytes(): number {
  return position;
}

/** Forgets the messages written so far, after an error in the middle of one. */
export function dropMessages(): void {
  position = 0;
}

export function writeParse(name: string, text: string): void {
  const lengthAt = begin(0x50);
  cString(name);
  cString(text);
  int16(0);
  end(lengthAt);
}

export function writeClose(name: string): void {
  const lengthAt = begin(0x43);
  reserve(1);
  buffer[position++] = 0x53;
  cString(name);
  end(lengthAt);
}

/** What a list holds that may be sent in binary format, by the name of its type; see `listTypes`. */
const elementOids = { text: 25, bigint: 20, integer: 23, smallint: 21, boolean: 16 } as const;

export type ListType = keyof typeof elementOids;

/**
 * The types of the parameters that a text casts to lists (`$2::bigint[]`), by their place. PostgreSQL reads a long list in
 * binary format faster than it takes one apart that is written as text.
 */
export function listTypes(text: string): readonly (ListType | undefined)[] {
  const types: (ListType | undefined)[] = [];
  for (const [, number, type] of text.matchAll(/\$(\d+)(?:::(\w+)\[\])?/g)) {
    const place = Number(number) - 1;
    const known = type !== undefined && Object.hasOwn(elementOids, type) ? (type as ListType) : undefined;
    types[place] = place in types && types[place] !== known ? undefined : known;
  }
  return types;
}

/**
 * Binds the unnamed portal, every result in text format, and every parameter too but lists of a known type, which are
 * binary.
 */
export function writeBind(name: string, params: readonly Param[], types: readonly (ListType | undefined)[] = []): void {
  if (params.length > 0xffff) throw new RangeError("A statement takes at most 65,535 parameters.");
  const lengthAt = begin(0x42);
  cString("");
  cString(name);
  // A format for each parameter, or none at all: then all are texts.
  const formats = types.length === 0 ? 0 : params.length;
  int16(formats);
  const formatsAt = position;
  reserve(2 * formats);
  buffer.fill(0, formatsAt, formatsAt + 2 * formats);
  position += 2 * formats;
  int16(params.length);
  for (const [i, param] of params.entries()) {
    const type = types[i];
    if (type !== undefined && Array.isArray(param) && writeBinaryList(type, param)) buffer[formatsAt + 2 * i + 1] = 1;
    else writeParam(param);
  }
  int16(0);
  end(lengthAt);
}

/** A list in binary format; false, with nothing written, when one of its values is not of the type. */
function writeBinaryList(type: ListType, values: readonly Scalar[]): boolean {
  reserve(24);
  const lengthAt = position;
  putInt32(values.length === 0 ? 0 : 1, lengthAt + 4);
  putInt32(0, lengthAt + 8);
  putInt32(elementOids[type], lengthAt + 12);
  position += 16;
  if (values.length > 0) {
    putInt32(values.length, position);
    putInt32(1, position + 4);
    position += 8;
  }
  for (const value of values) {
    reserve(12);
    if (value === null) {
      putInt32(-1, position);
      position += 4;
      buffer[lengthAt + 11] = 1;
    } else if (!writeBinaryElement(type, value)) {
      position = lengthAt;
      return false;
    }
  }
  putInt32(position - lengthAt - 4, lengthAt);
  return true;
}

/** There is room for a number and its length. */
function writeBinaryElement(type: ListType, value: string | number | boolean): boolean {
  if (type === "text") {
    if (typeof value !== "string") return false;
    const lengthAt = position;
    position += 4;
    writeText(value);
    putInt32(position - lengthAt - 4, lengthAt);
    return true;
  }
  if (type === "boolean") {
    if (typeof value !== "boolean") return false;
    putInt32(1, position);
    buffer[position + 4] = value ? 1 : 0;
    position += 5;
    return true;
  }
  if (typeof value !== "number") return false;
  if (type === "bigint") {
    if (!Number.isSafeInteger(value)) return false;
    putInt32(8, position);
    putInt32(Math.floor(value / 0x1_0000_0000), position + 4);
    putInt32(value >>> 0, position + 8);
    position += 12;
    return true;
  }
  if (type === "integer") {
    if (value !== (value | 0)) return false;
    putInt32(4, position);
    putInt32(value, position + 4);
    position += 8;
    return true;
  }
  if (value !== (value << 16) >> 16) return false;
  putInt32(2, position);
  buffer[position + 4] = value >>> 8;
  buffer[position + 5] = value;
  position += 6;
  return true;
}

/** A parameter with its length in front: the same text that `encodeParam` makes, without making it. */
function writeParam(param: Param): void {
  reserve(4);
  const lengthAt = position;
  position += 4;
  if (param === null) {
    putInt32(-1, lengthAt);
    return;
  }
  if (typeof param === "string") writeText(param);
  else if (typeof param === "number") writeNumber(param);
  else if (typeof param === "boolean") writeBoolean(param);
  else writeArray(param);
  putInt32(position - lengthAt - 4, lengthAt);
}

const quote = 0x22;
const backslash = 0x5c;

function writeArray(values: readonly Scalar[]): void {
  reserve(2);
  buffer[position++] = 0x7b;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as Scalar;
    reserve(3);
    if (index > 0) buffer[position++] = 0x2c;
    if (typeof value === "string") {
      buffer[position++] = quote;
      writeElement(value);
      reserve(1);
      buffer[position++] = quote;
    } else if (typeof value === "number") writeNumber(value);
    else if (value === null) writeText("NULL");
    else writeBoolean(value);
  }
  reserve(1);
  buffer[position++] = 0x7d;
}

/** Below this length a loop over the characters is faster than a call into the runtime. */
const shortLength = 64;

function writeText(text: string): void {
  const length = text.length;
  reserveText(text);
  if (length <= shortLength) {
    const target = buffer;
    let at = position;
    let index = 0;
    for (; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) break;
      target[at++] = code;
    }
    if (index === length) {
      position = at;
      return;
    }
  }
  position += buffer.write(text, position, "utf8");
}

/** Text inside the quotes of an array. */
function writeElement(text: string): void {
  const length = text.length;
  if (length > shortLength) {
    writeText(escapeElement(text));
    return;
  }
  reserve(length * 3);
  const target = buffer;
  let at = position;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) {
      writeText(escapeElement(text));
      return;
    }
    if (code === quote || code === backslash) target[at++] = backslash;
    target[at++] = code;
  }
  position = at;
}

function writeBoolean(value: boolean): void {
  reserve(1);
  buffer[position++] = value ? 0x74 : 0x66;
}

function writeNumber(value: number): void {
  // Small whole numbers digit by digit; -0 is written "0" by both branches.
  if (value < 0 || value > 0x3fffffff || value !== (value | 0)) {
    writeText(String(value));
    return;
  }
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  reserve(digits);
  let rest = value | 0;
  for (let at = position + digits - 1; at >= position; at--) {
    const tenth = (rest / 10) | 0;
    buffer[at] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
  position += digits;
}

export function writeDescribePortal(): void {
  const lengthAt = begin(0x44);
  reserve(1);
  buffer[position++] = 0x50;
  cString("");
  end(lengthAt);
}

export function writeExecute(): void {
  const lengthAt = begin(0x45);
  cString("");
  reserve(4);
  putInt32(0, position);
  position += 4;
  end(lengthAt);
}

export function writeSync(): void {
  end(begin(0x53));
}

export function writeQuery(text: string): void {
  const lengthAt = begin(0x51);
  cString(text);
  end(lengthAt);
}
