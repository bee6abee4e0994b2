import { cpus } from "node:os";
import type { Contender } from "./contender.ts";
import type { Shape } from "./measure.ts";
import type { Options } from "./options.ts";
import type { PostgresServer } from "./postgres-server.ts";
import { type Cell, figuresOf, type Results } from "./results.ts";

/** Below these the textbook was disturbed or badly built, and no ratio to it counts. Pairs a second at 1,000 callers. */
const textbookFloor: Record<Shape, number> = { hot: 1_300, spread: 2_500 };

/** Every figure is set beside these two: what one would write by hand, and what the tables allow at most. */
const baseline = "textbook";
const limit = "bulk-insert";

const shapeTitles: Record<Shape, string> = {
  hot: "one hot workspace",
  spread: "many workspaces at random",
};

export function tables(results: Results): string {
  const shapes = [...new Set(results.cells().map((cell) => cell.shape))];
  return shapes.map((shape) => `### ${shapeTitles[shape]}\n\n${tableOf(results, shape)}`).join("\n\n");
}

function tableOf(results: Results, shape: Shape): string {
  const cells = results.cells().filter((cell) => cell.shape === shape);
  const order = [...new Set(cells.map((cell) => cell.contender))];
  const header = [
    "contender",
    "callers",
    "pairs/s",
    "rounds",
    "× textbook",
    "% of limit",
    "p50 ms",
    "p99 ms",
    "thread busy",
  ];
  const rows = cells
    .toSorted((a, b) => order.indexOf(a.contender) - order.indexOf(b.contender) || (a.callers ?? 0) - (b.callers ?? 0))
    .map((cell) => rowOf(results, cell));
  return table(header, rows);
}

function rowOf(results: Results, cell: Cell): string[] {
  const figures = figuresOf(cell);
  const base = results.find(baseline, cell.shape, cell.callers);
  const most = results.find(cell.backend === "pglite" ? `${limit}-pglite` : limit, cell.shape, null);
  const comparable = cell.backend !== "none";
  return [
    cell.contender,
    cell.callers === null ? "–" : whole(cell.callers),
    whole(figures.pairsPerSecond),
    `${whole(figures.slowest)}–${whole(figures.fastest)}`,
    base && comparable ? (figures.pairsPerSecond / figuresOf(base).pairsPerSecond).toFixed(2) : "–",
    most && comparable ? `${((figures.pairsPerSecond / figuresOf(most).pairsPerSecond) * 100).toFixed(1)} %` : "–",
    milliseconds(figures.p50),
    milliseconds(figures.p99),
    `${Math.round(figures.mainThreadBusy * 100)} %`,
  ];
}

/** What a reader must know before quoting a ratio. */
export function remarks(results: Results, diskSync: readonly number[]): string[] {
  const lines: string[] = [];
  if (diskSync.length > 0) {
    const rounds = diskSync.map((milliseconds) => milliseconds.toFixed(2)).join(", ");
    lines.push(`disk: one page is durable after ${rounds} ms (median of each round; no commit is faster)`);
  }
  for (const shape of ["hot", "spread"] as const) {
    const cell = results.find(baseline, shape, 1_000);
    if (!cell) continue;
    const rate = figuresOf(cell).pairsPerSecond;
    const floor = textbookFloor[shape];
    lines.push(
      rate >= floor
        ? `textbook, ${shape}: ${whole(rate)} pairs a second at 1,000 callers, above the floor of ${whole(floor)}: ratios count`
        : `textbook, ${shape}: ${whole(rate)} pairs a second at 1,000 callers, BELOW the floor of ${whole(floor)}: ratios do not count`,
    );
  }
  for (const cell of results.cells()) {
    if (cell.contender !== "no-op" || cell.callers === null) continue;
    const microseconds = 1e6 / figuresOf(cell).pairsPerSecond;
    lines.push(
      `harness, ${cell.shape}, ${whole(cell.callers)} callers: ${microseconds.toFixed(1)} µs of this thread a pair`,
    );
  }
  return lines;
}

export function asJson(
  results: Results,
  { options, server }: { options: Options; server: PostgresServer },
  { contenders, diskSync }: { contenders: readonly Contender[]; diskSync: readonly number[] },
): string {
  const document = {
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length },
    versions: { node: process.versions.node, postgresql: server.version },
    postgresql: server.settings,
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    options,
    contenders: contenders.map(({ name, backend, description }) => ({ name, backend, description })),
    cells: results.cells().map((cell) => ({ ...cell, medians: figuresOf(cell) })),
    diskSyncMilliseconds: diskSync,
    remarks: remarks(results, diskSync),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A Markdown table, padded, so that it reads the same in a terminal and in the docs. */
export function table(header: string[], rows: string[][]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en");

const milliseconds = (value: number | null): string =>
  value === null ? "–" : value < 10 ? value.toFixed(2) : value.toFixed(0);
