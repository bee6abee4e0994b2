import { DucatError } from "@ducat/client";
import { type Decoder, decodeRow, decoderFor, encodeParam } from "./codec.ts";
import type { Result, Statement } from "./port.ts";

/** What a driver says of one statement, every value still as the database wrote it. */
export interface TextResult {
  readonly rows: (string | null)[][];
  readonly typeOids: readonly number[];
  readonly count: number;
}

/** For drivers that take one statement at a time: the same texts go in and the same decoders read what comes out. */
export async function runOneByOne(
  statements: Iterable<Statement>,
  query: (text: string, values: (string | null)[]) => Promise<TextResult>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { text, params } of statements) {
    const { rows, typeOids, count } = await query(text, (params ?? []).map(encodeParam));
    const columns: Decoder[] = typeOids.map(decoderFor);
    for (const row of rows) decodeRow(row, columns);
    results.push({ rows, count });
  }
  return results;
}

/** As much of pg's `query` as every client that imitates pg has. */
export interface PgQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: pg overloads it for texts, configurations and objects that submit themselves
  query(query: any, ...more: any[]): any;
}

const asText = { getTypeParser: () => (text: string) => text };

/** Runs one statement through pg's query configuration, with the client's own parsers set aside. */
export async function queryAsText(client: PgQueryable, text: string, values: (string | null)[]): Promise<TextResult> {
  const { rows, fields, rowCount } = await client.query({ text, values, rowMode: "array", types: asText });
  if (rows.length > 0 && !isTextRow(rows[0])) {
    const message = "The client does not answer with rowMode and types as pg does. Pass the pg client beneath it.";
    throw new DucatError("invalid_options", message);
  }
  const typeOids = (fields ?? []).map((field: { dataTypeID: number }) => field.dataTypeID);
  return { rows, typeOids, count: rowCount ?? 0 };
}

function isTextRow(row: unknown): boolean {
  return Array.isArray(row) && row.every((value) => value === null || typeof value === "string");
}
