import type { Backend } from "./contender.ts";
import type { Measurement, Shape } from "./measure.ts";

/** One cell of the report: a contender under one load, in every round. */
export interface Cell {
  contender: string;
  backend: Backend;
  shape: Shape;
  /** `null` for the bulk insert, which has statements and no callers. */
  callers: number | null;
  rounds: Measurement[];
}

/** A cell's medians over the rounds, and how far the rounds lie apart. */
export interface Figures {
  pairsPerSecond: number;
  slowest: number;
  fastest: number;
  p50: number | null;
  p99: number | null;
  mainThreadBusy: number;
  processCpu: number;
}

export interface Results {
  add(cell: Omit<Cell, "rounds">, measurement: Measurement): void;
  cells(): readonly Cell[];
  find(contender: string, shape: Shape, callers: number | null): Cell | undefined;
}

export function createResults(): Results {
  const cells: Cell[] = [];
  const find: Results["find"] = (contender, shape, callers) =>
    cells.find((cell) => cell.contender === contender && cell.shape === shape && cell.callers === callers);
  return {
    add(cell, measurement) {
      let found = find(cell.contender, cell.shape, cell.callers);
      if (!found) {
        found = { ...cell, rounds: [] };
        cells.push(found);
      }
      found.rounds.push(measurement);
    },
    cells: () => cells,
    find,
  };
}

export function figuresOf(cell: Cell): Figures {
  const rates = cell.rounds.map((round) => round.pairsPerSecond);
  const known = (values: (number | null)[]) => values.filter((value) => value !== null);
  const latency = (pick: (round: Measurement) => number | null) => {
    const values = known(cell.rounds.map(pick));
    return values.length === 0 ? null : median(values);
  };
  return {
    pairsPerSecond: median(rates),
    slowest: Math.min(...rates),
    fastest: Math.max(...rates),
    p50: latency((round) => round.p50),
    p99: latency((round) => round.p99),
    mainThreadBusy: median(cell.rounds.map((round) => round.mainThreadBusy)),
    processCpu: median(cell.rounds.map((round) => round.processCpu)),
  };
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("no values");
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return (upper + lower) / 2;
}
