import { randomUUID } from "node:crypto";
import type { Contender, Population } from "./contender.ts";
import { type Measurement, measureBulk, measurePairs, type PairRun, type Shape, type Window } from "./measure.ts";

/** A contender with its funded workspaces and the count of everything it has done. */
export interface Track {
  contender: Contender;
  tally: Uint32Array;
  bulkPairs: number;
}

export interface Load extends Window {
  shape: Shape;
  callers: number;
  aroundWindow?: PairRun["aroundWindow"];
}

export async function prepareTrack(contender: Contender, population: Population): Promise<Track> {
  await contender.prepare(population);
  return { contender, tally: new Uint32Array(population.workspaces.length), bulkPairs: 0 };
}

/** One run: warm-up, window, and the check that fails the benchmark when the end state is wrong. */
export async function runTrack(track: Track, load: Load): Promise<Measurement> {
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

/**
 * After a checkpoint the first change of each page logs the page whole. A server pays that once in many minutes, so it is paid
 * here, before the windows, by everybody: otherwise whoever comes first, and whoever has more pages, would pay it in theirs.
 */
export async function touchPages(track: Track, callers: readonly number[]): Promise<void> {
  const window = { shape: "spread", callers: Math.max(...callers), warmUpSeconds: 0, seconds: 1 } as const;
  if (track.contender.backend !== "none") await runTrack(track, window);
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
