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

/** Binds the unnamed portal, every parameter and every result in text format. */
export function writeBind(name: string, params: readonly Param[]): void {
  if (params.length > 0xffff) throw new RangeError("A statement takes at most 65,535 parameters.");
  const lengthAt = begin(0x42);
  cString("");
  cString(name);
  int16(0);
  int16(params.length);
  for (const param of params) writeParam(param);
  int16(0);
  end(lengthAt);
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
