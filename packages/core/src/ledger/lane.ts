import { DucatError, isDucatError } from "@ducat/client";
import { classify } from "../database/errors.ts";
import type { Database } from "../database/port.ts";
import { type Batch, type BatchParts, type BatchResult, type Committed, type Pending, runBatch } from "./batch.ts";
import { Overdue } from "./open-batch.ts";
import { sweepOverdue } from "./overdue.ts";
import { createQueue, type QueueLimits, stillWanted } from "./queue.ts";

export interface LaneOptions {
  database: Database;
  parts: BatchParts;
  limits: QueueLimits;
  /** Runs single-workspace batches that wait for a lock beside the lanes; at most a few a process. */
  beside: Beside;
  /** Waits before a retry; `tries` says how often it has failed. */
  pause(tries: number): Promise<void>;
  /** Calls the function in a moment, unless the function that it answers is called before. */
  soon(work: () => void): () => void;
  committed(committed: readonly Committed[]): void;
  /** What a caller gets for an error that is not Ducat's own. */
  publicError(error: unknown): unknown;
  /** Told of a fault that is nobody's answer; must not throw. */
  fault(error: unknown): void;
}

export interface Lane {
  submit(pending: Pending): void;
  readonly queued: number;
  readonly running: boolean;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
}

/** A place for batches that must wait for a lock that somebody else holds. */
export interface Beside {
  run(work: () => Promise<void>): Promise<void>;
}

export function createBeside(places: number): Beside {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free -= 1;
      try {
        await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}

/** Tries of a batch whose failure may pass: a deadlock, a lost connection, a row that somebody else made first. */
const MAX_TRIES = 5;

/** Runs one batch at a time of the commands that wait; under load the batches grow by themselves. */
export function createLane(options: LaneOptions): Lane {
  const { database, parts, limits, beside, pause, soon, committed, publicError, fault } = options;
  const queue = createQueue(limits);
  /** Workspaces whose row somebody else holds, with the commands that wait for it in order while the lane goes on. */
  const setAside = new Map<string, Pending[]>();
  let running = false;
  let scheduled = false;
  let away = false;
  let whenIdle: (() => void)[] = [];

  function schedule(): void {
    if (running || scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      void drain();
    });
  }

  async function drain(): Promise<void> {
    if (running) return;
    running = true;
    let tell: (() => void) | undefined;
    try {
      for (;;) {
        const batch = queue.take(setAside);
        if (batch.size > 0) {
          // The callers of the batch before get their answers while the database saves this one.
          tell = await runWhole(batch, true, once(tell));
        } else if (tell !== undefined) {
          tell();
          tell = undefined;
          // The answers may bring the callers' next commands, which then need no new start.
          await Promise.resolve();
        } else break;
      }
    } catch (error) {
      fault(error);
      // What still waits must not wait for the next command.
      if (queue.size > 0) queueMicrotask(schedule);
    } finally {
      // In the turn in which the queue was found empty, and whatever happened: a command that meets a lane that says it
      // runs and does not is never answered.
      running = false;
      settleIdle();
    }
  }

  /** The function, if there is one, to be called at most once. A fault in telling must harm neither the lane nor a batch. */
  function once(work: (() => void) | undefined): () => void {
    let left = work;
    return () => {
      const now = left;
      left = undefined;
      try {
        now?.();
      } catch (error) {
        fault(error);
      }
    };
  }

  function settleIdle(): void {
    if (running || scheduled || queue.size > 0 || setAside.size > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  /**
   * Runs a batch to its end, whatever happens, and answers the function that tells the callers. `meanwhile` tells those of
   * the batch before: while the database saves this one or, when this one must wait for anything, in a moment. They may
   * hold what it waits for, such as the last connection of their own pool.
   */
  async function runWhole(batch: Batch, skipLocked: boolean, meanwhile: () => void): Promise<() => void> {
    const cancel = soon(meanwhile);
    try {
      return once(await runOrGiveUp(batch, skipLocked, meanwhile));
    } catch (error) {
      // A fault of the lane itself. It must not stop, nor leave anybody without an answer.
      return once(failAll([...batch.values()].flat(), error));
    } finally {
      cancel();
      meanwhile();
    }
  }

  async function runOrGiveUp(whole: Batch, skipLocked: boolean, meanwhile: () => void): Promise<() => void> {
    const batch = skipLocked ? behindThoseAside(whole) : whole;
    if (batch.size === 0) return () => {};
    let tries = 0;
    let overdue: readonly string[] = [];
    /** Sweeps that found nothing to do: somebody else was faster, or something is wrong. */
    let fruitless = 0;
    for (;;) {
      try {
        for (const workspace of overdue) if ((await sweepFirst(workspace)) === 0) fruitless += 1;
        overdue = [];
        const result = await database.withSession((session) =>
          runBatch(parts, session, batch, { skipLocked, whileSaving: meanwhile }),
        );
        away = false;
        return finish(result, batch);
      } catch (error) {
        meanwhile();
        if (error instanceof Overdue && fruitless < MAX_TRIES) {
          overdue = error.workspaces;
          continue;
        }
        tries += 1;
        const failure = classify(error);
        const passing =
          failure === "transient" || failure === "unavailable" || (failure === "constraint" && isTaken(error));
        if (passing && tries < MAX_TRIES && !(away && failure === "unavailable")) {
          await pause(tries);
          continue;
        }
        if (failure === "unavailable") away = true;
        return await giveUp(batch, skipLocked, error);
      }
    }
  }

  /** Leaves out the workspaces that wait beside the lane: what comes for them, as half of a batch, must not pass them. */
  function behindThoseAside(batch: Batch): Batch {
    if (![...batch.keys()].some((workspace) => setAside.has(workspace))) return batch;
    const others = new Map(batch);
    for (const [workspace, list] of batch) {
      const waiting = setAside.get(workspace);
      if (waiting === undefined) continue;
      waiting.push(...list);
      others.delete(workspace);
    }
    return others;
  }

  async function sweepFirst(workspace: string): Promise<number> {
    const { written, result } = await database.withSession((session) => sweepOverdue(parts, session, workspace));
    if (result.committed.length > 0) once(() => committed(result.committed))();
    return written;
  }

  function finish(result: BatchResult, batch: Batch): () => void {
    for (const workspace of result.held) waitBeside(workspace, batch.get(workspace) as readonly Pending[]);
    return () => {
      result.tell();
      if (result.committed.length > 0) committed(result.committed);
    };
  }

  /**
   * A batch that failed for good is halved, so that one poisoned command fails alone. A lock that was not to be had stops
   * one workspace, not those that shared its batch.
   */
  async function giveUp(batch: Batch, skipLocked: boolean, error: unknown): Promise<() => void> {
    const failure = classify(error);
    const all = [...batch.values()].flat();
    const shared =
      failure === "unavailable" ||
      failure === "transient" ||
      (failure === "lock_timeout" && batch.size === 1) ||
      isDucatError(error);
    if (shared || all.length === 1) return failAll(all, error);
    const middle = Math.ceil(all.length / 2);
    const first = await runOrGiveUp(byWorkspace(all.slice(0, middle)), skipLocked, () => {});
    const second = await runOrGiveUp(byWorkspace(all.slice(middle)), skipLocked, () => {});
    return () => {
      once(first)();
      second();
    };
  }

  function failAll(all: readonly Pending[], error: unknown): () => void {
    const known = publicError(error);
    return () => {
      for (const pending of all) pending.reject(known);
    };
  }

  function waitBeside(workspace: string, list: readonly Pending[]): void {
    const waiting = [...list];
    setAside.set(workspace, waiting);
    void beside
      .run(async () => {
        while (waiting.length > 0) {
          const wanted = stillWanted(waiting.splice(0));
          if (wanted.length === 0) continue;
          const tell = await runWhole(new Map([[workspace, wanted]]), false, () => {});
          tell();
        }
      })
      .finally(() => {
        setAside.delete(workspace);
        if (queue.size > 0) schedule();
        settleIdle();
      });
  }

  return {
    submit(pending) {
      if (!queue.push(pending)) {
        pending.reject(new DucatError("overloaded", "Too many commands wait for this ledger. Try again shortly."));
        return;
      }
      schedule();
    },
    get queued() {
      return queue.size;
    },
    get running() {
      return running;
    },
    idle() {
      return new Promise((resolve) => {
        whenIdle.push(resolve);
        settleIdle();
      });
    },
  };
}

/** A unique violation: somebody else made the same row first, and a second try finds it. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

function byWorkspace(list: readonly Pending[]): Batch {
  const batch = new Map<string, Pending[]>();
  for (const pending of list) {
    const mine = batch.get(pending.command.workspace);
    if (mine === undefined) batch.set(pending.command.workspace, [pending]);
    else mine.push(pending);
  }
  return batch;
}
