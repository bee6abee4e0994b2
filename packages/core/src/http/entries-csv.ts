import type { Entry } from "@ducat/client";
import type { Credits } from "../verbs.ts";
import type { Input, RouteFormat } from "./route.ts";

const columns = [
  "seq",
  "kind",
  "holder",
  "member",
  "grant",
  "charge",
  "purchase",
  "amount",
  "moved",
  "balanceAfter",
  "at",
  "recordedAt",
] as const satisfies readonly (keyof Entry)[];

const pageSize = 200;

/** All entries that the query names, page after page, so that a ledger of any length passes through little memory. */
export const entriesAsCsv: RouteFormat = {
  contentType: "text/csv; charset=utf-8",
  without: ["cursor", "limit"],
  async *stream(credits: Credits, input: Input) {
    let cursor: string | null = null;
    let head = `${columns.join(",")}\r\n`;
    do {
      const page = await credits.entries({
        // `entries` checks its own input, from wherever it comes.
        ...(input as unknown as Parameters<Credits["entries"]>[0]),
        limit: pageSize,
        ...(cursor === null ? {} : { cursor }),
      });
      yield head + page.data.map(line).join("");
      head = "";
      cursor = page.nextCursor;
    } while (cursor !== null);
  },
};

function line(entry: Entry): string {
  return `${columns.map((column) => cell(entry[column])).join(",")}\r\n`;
}

/** A spreadsheet runs a text that begins with one of `= + - @`; the apostrophe makes it read it as text. */
export function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
