/** Prints an answer: for programs as JSON, for people in words. */
export function print(settings: { json: boolean }, answer: unknown, words: () => string): void {
  process.stdout.write(`${settings.json ? JSON.stringify(answer, null, 2) : words()}\n`);
}

/** Columns in line; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map((row) => row.map((value) => (value === null ? "–" : String(value))));
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (numeric[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...cells.map(line)].join("\n");
}

/** `2026-03-01 12:00 UTC` */
export function when(instant: string | null): string {
  return instant === null ? "never" : `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

export function credits(amount: number): string {
  return `${amount.toLocaleString("en-US")} ${amount === 1 ? "credit" : "credits"}`;
}
