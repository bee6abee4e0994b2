import { type ErrorFields, PostgresError } from "./errors.ts";
import type { Pipeline } from "./pipeline.ts";

/** The transaction that the connection is in after a round trip: idle, in one, or in one that failed. */
export type TransactionStatus = "I" | "T" | "E";

const fieldNames: Readonly<Record<string, keyof ErrorFields>> = {
  V: "severity",
  C: "code",
  D: "detail",
  H: "hint",
  W: "where",
  s: "schema",
  t: "table",
  c: "column",
  n: "constraint",
};

/**
 * Feeds a whole response, up to ReadyForQuery, to the pipeline that asked for it, and returns the transaction status.
 * Undefined when the response breaks off before ReadyForQuery.
 */
export function readResponse(bytes: Uint8Array, pipeline: Pipeline): TransactionStatus | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let status: TransactionStatus | undefined;
  let offset = 0;
  while (offset + 5 <= buffer.length) {
    const end = offset + 1 + buffer.readInt32BE(offset + 1);
    const start = offset + 5;
    switch (buffer.readUInt8(offset)) {
      case 0x44:
        pipeline.dataRow(dataRow(buffer, start));
        break;
      case 0x54:
        pipeline.rowDescription(rowDescription(buffer, start));
        break;
      case 0x43:
        pipeline.commandComplete(buffer.toString("latin1", start, end - 1));
        break;
      case 0x49:
        pipeline.commandComplete("");
        break;
      case 0x45:
        pipeline.failed(errorResponse(buffer, start, end));
        break;
      case 0x5a:
        status = String.fromCharCode(buffer[start] as number) as TransactionStatus;
        break;
    }
    offset = end;
  }
  return status;
}

function dataRow(buffer: Buffer, start: number): (string | null)[] {
  const count = buffer.readInt16BE(start);
  const texts: (string | null)[] = new Array(count);
  let offset = start + 2;
  for (let index = 0; index < count; index++) {
    const length = buffer.readInt32BE(offset);
    offset += 4;
    if (length === -1) texts[index] = null;
    else {
      texts[index] = buffer.toString("utf8", offset, offset + length);
      offset += length;
    }
  }
  return texts;
}

function rowDescription(buffer: Buffer, start: number): number[] {
  const count = buffer.readInt16BE(start);
  const typeOids: number[] = [];
  let offset = start + 2;
  for (let index = 0; index < count; index++) {
    const nameEnd = buffer.indexOf(0, offset);
    typeOids.push(buffer.readUInt32BE(nameEnd + 7));
    offset = nameEnd + 19;
  }
  return typeOids;
}

function errorResponse(buffer: Buffer, start: number, end: number): PostgresError {
  const fields: ErrorFields = {};
  let message = "The database reported an error without a message.";
  let offset = start;
  while (offset < end && buffer[offset] !== 0) {
    const type = String.fromCharCode(buffer[offset] as number);
    const valueEnd = buffer.indexOf(0, offset + 1);
    const value = buffer.toString("utf8", offset + 1, valueEnd);
    const name = fieldNames[type];
    if (type === "M") message = value;
    else if (name) fields[name] = value;
    offset = valueEnd + 1;
  }
  return new PostgresError(message, fields);
}
