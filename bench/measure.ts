import { performance } from "node:perf_hooks";
import { type BulkContender, hotWorkspace, type PairContender } from "./contender.ts";
import { createLatencyRecorder } from "./latency.ts";

export type Shape = "hot" | "spread";

export interface Window {
  warmUpSeconds: number;
  seconds: number;
}

/** One contender, one shape, one number of callers, one timed window. */
export interface Measurement {
  pairsPerSecond: number;
  /** Of a charge, in milliseconds; `null` for contenders that have no single charges. */
  p50: number | null;
  p99: number | null;
  /** Pairs that the window saw. */
  pairs: number;
  seconds: number;
  /** The part of the window in which this process's main thread was not waiting (0–1). */
  mainThreadBusy: number;
  /** CPU seconds of this whole process (all its threads) a second. */
  processCpu: number;
}

export interface PairRun extends Window {
  contender: PairContender;
  shape: Shape;
  callers: number;
  /** How many workspaces `spread` spreads over. */
  workspaces: number;
  /** Counts every pair, also those outside the window: what `check` compares with. */
  tally: Uint32Array;
  nextId: () => string;
  /** Called at the two ends of the timed window: where a profiler goes. */
  aroundWindow?: { start(): void; stop(): void } | undefined;
}

/**
 * Callers are loops that charge, settle and charge again, with no pause: a closed system, in which latency and throughput are
 * two sides of one number. Callers that begin together stay together behind a fair pool: all charge, then all settle, and a
 * window counts whole bursts or misses them. So they begin spread over the first half of the warm-up, and each half of a pair
 * counts when it ends.
 */
export async function measurePairs(run: PairRun): Promise<Measurement> {
  const { contender, tally, nextId, workspaces } = run;
  const hot = run.shape === "hot";
  const latency = createLatencyRecorder();
  let running = true;
  let measuring = false;
  let halves = 0;
  const failures: unknown[] = [];

  const caller = async () => {
    try {
      if (run.callers > 1) await pause(Math.random() * run.warmUpSeconds * 0.5, () => running);
      while (running) {
        const workspace = hot ? hotWorkspace : 1 + Math.floor(Math.random() * workspaces);
        const id = nextId();
        const startedAt = performance.now();
        await contender.charge(workspace, id);
        if (measuring) {
          halves += 1;
          latency.record(performance.now() - startedAt);
        }
        await contender.settle(workspace, id);
        tally[workspace] = (tally[workspace] ?? 0) + 1;
        if (measuring) halves += 1;
      }
    } catch (error) {
      // Kept, not thrown: nobody awaits the callers before the window ends. The others finish their pair and stop.
      failures.push(error);
      running = false;
    }
  };

  const callers = Array.from({ length: run.callers }, caller);
  await pause(run.warmUpSeconds, () => running);
  run.aroundWindow?.start();
  const stop = startUsage();
  measuring = true;
  await pause(run.seconds, () => running);
  measuring = false;
  running = false;
  const usage = stop();
  run.aroundWindow?.stop();
  await Promise.all(callers);
  if (failures.length > 0) throw failures[0];
  const pairs = halves / 2;
  return {
    ...usage,
    pairsPerSecond: pairs / usage.seconds,
    pairs,
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
  };
}

/**
 * Bulk statements take long, so a window cut by the clock would count parts of some by luck. Here the warm-up and the window each
 * begin with no statement under way and end with their last one. Two at a time: the server never waits for this process.
 */
export async function measureBulk(
  run: Window & { contender: BulkContender; shape: Shape; onPairs: (pairs: number) => void },
): Promise<Measurement> {
  const insertFor = async (seconds: number) => {
    const until = performance.now() + seconds * 1_000;
    let pairs = 0;
    const caller = async () => {
      while (performance.now() < until) {
        const written = await run.contender.insert(run.shape);
        run.onPairs(written);
        pairs += written;
      }
    };
    await Promise.all([caller(), caller()]);
    return pairs;
  };
  await insertFor(run.warmUpSeconds);
  const stop = startUsage();
  const pairs = await insertFor(run.seconds);
  const usage = stop();
  return { ...usage, pairsPerSecond: pairs / usage.seconds, pairs, p50: null, p99: null };
}

type Usage = Pick<Measurement, "seconds" | "mainThreadBusy" | "processCpu">;

function startUsage(): () => Usage {
  const loopBefore = performance.eventLoopUtilization();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  return () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpu = process.cpuUsage(cpuBefore);
    return {
      seconds,
      mainThreadBusy: performance.eventLoopUtilization(loopBefore).utilization,
      processCpu: (cpu.user + cpu.system) / 1e6 / seconds,
    };
  };
}

/** Waits in short steps, so that a failed run ends at once and not after its window. */
async function pause(seconds: number, isRunning: () => boolean): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  for (let left = seconds * 1_000; left > 0 && isRunning(); left = until - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 100)));
  }
}
