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
export function writeBind(name: string, params: readonly (string | null)[]): void {
  if (params.length > 0xffff) throw new RangeError("A statement takes at most 65,535 parameters.");
  const lengthAt = begin(0x42);
  cString("");
  cString(name);
  int16(0);
  int16(params.length);
  for (const param of params) {
    if (param === null) {
      reserve(4);
      putInt32(-1, position);
      position += 4;
    } else {
      reserveText(param);
      const written = buffer.write(param, position + 4, "utf8");
      putInt32(written, position);
      position += 4 + written;
    }
  }
  int16(0);
  end(lengthAt);
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
