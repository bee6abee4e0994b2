import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import pg from "pg";
import type { Contender, PairContender, Population } from "./contender.ts";
import { type Measurement, measureBulk, measurePairs, type Shape, type Window } from "./measure.ts";

/** A contender with its funded workspaces and the count of everything it has done. */
export interface Track {
  contender: Contender;
  tally: Uint32Array;
  bulkPairs: number;
}

export interface Load extends Window {
  shape: Shape;
  callers: number;
  /** Called at the two ends of the timed window. */
  aroundWindow?: { start(): void; stop(): void };
}

export async function prepareTrack(contender: Contender, population: Population): Promise<Track> {
  await contender.prepare(population);
  return { contender, tally: new Uint32Array(population.workspaces.length), bulkPairs: 0 };
}

/** One run: clean start, warm-up, window, and the check that fails the benchmark when the end state is wrong. */
export async function runTrack(track: Track, load: Load, checkpoint: () => Promise<void>): Promise<Measurement> {
  await checkpoint();
  // Garbage of the contender before must not be collected on this one's time.
  globalThis.gc?.();
  const { contender, tally } = track;
  if (contender.kind === "bulk") {
    const measurement = await measureBulk({
      ...load,
      contender,
      onPairs: (pairs) => {
        track.bulkPairs += pairs;
      },
    });
    await contender.check(track.bulkPairs);
    return measurement;
  }
  const workspaces = tally.length - 1;
  const measurement = await measurePairs({ ...load, contender, workspaces, tally, nextId: timeOrderedIds() });
  await contender.check(tally);
  return measurement;
}

/** Gives a contender this many old ledger rows (two a pair), by its own bulk SQL or else by living through them. */
export async function fillTrack(track: Track, rows: number): Promise<void> {
  const contender = track.contender as PairContender;
  if (contender.fillHistory) {
    await contender.fillHistory(rows);
    return;
  }
  const nextId = timeOrderedIds();
  for (const [part, shape] of (["hot", "spread"] as const).entries()) {
    const wanted = (rows / 2) * ((part + 1) / 2);
    const made = () => track.tally.reduce((sum, count) => sum + count, 0);
    for (let have = made(); have < wanted; have = made()) {
      const startedAt = performance.now();
      await measurePairs({
        contender,
        shape,
        workspaces: track.tally.length - 1,
        tally: track.tally,
        nextId,
        callers: Math.min(1_000, Math.ceil(wanted - have)),
        warmUpSeconds: 0,
        seconds: wanted - have > 20_000 ? 1 : 0.05,
      });
      if (performance.now() - startedAt > 60_000) throw new Error(`${contender.name}: no progress while filling`);
    }
  }
}

/**
 * Ids as a client would make them: as long as a UUID and rising in time, as UUIDv7 does. Random ones would make every
 * contender write a page of log a row after each checkpoint, and the disk would hide the differences.
 */
function timeOrderedIds(): () => string {
  const prefix = `${Date.now().toString(16).padStart(12, "0")}-${randomUUID().slice(0, 8)}-`;
  let count = 0;
  return () => {
    count += 1;
    return prefix + String(count).padStart(14, "0");
  };
}

/** Writes out what earlier runs left dirty, so that nobody pays for another's pages. */
export async function checkpointer(
  connectionString: string,
): Promise<{ run(): Promise<void>; close(): Promise<void> }> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return {
    async run() {
      await client.query("CHECKPOINT");
    },
    close: () => client.end(),
  };
}
