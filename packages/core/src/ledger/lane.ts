import { DucatError, isDucatError } from "@ducat/client";
import { classify } from "../database/errors.ts";
import type { Database } from "../database/port.ts";
import {
  type Batch,
  type BatchParts,
  type BatchResult,
  type Committed,
  Overdue,
  type Pending,
  runBatch,
} from "./batch.ts";
import { createQueue, type QueueLimits } from "./queue.ts";

export interface LaneOptions {
  database: Database;
  parts: BatchParts;
  limits: QueueLimits;
  /** Runs single-workspace batches that wait for a lock beside the lanes; at most a few a process. */
  beside: Beside;
  /** Waits before a retry; `tries` says how often it has failed. */
  pause(tries: number): Promise<void>;
  committed(committed: readonly Committed[]): void;
  /** What a caller gets for an error that is not Ducat's own. */
  publicError(error: unknown): unknown;
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
export function createLane({ database, parts, limits, beside, pause, committed, publicError }: LaneOptions): Lane {
  const queue = createQueue(limits);
  /** Workspaces whose row somebody else holds: their commands wait in order while the lane goes on. */
  const setAside = new Set<string>();
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
    running = false;
    settleIdle();
  }

  function settleIdle(): void {
    if (running || scheduled || queue.size > 0 || setAside.size > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  /** Runs a batch to its end, whatever happens; answers the function that tells the callers. */
  async function runWhole(batch: Batch, skipLocked: boolean, whileSaving: () => void): Promise<() => void> {
    try {
      return await runOrGiveUp(batch, skipLocked, whileSaving);
    } finally {
      whileSaving();
    }
  }

  async function runOrGiveUp(batch: Batch, skipLocked: boolean, whileSaving: () => void): Promise<() => void> {
    if (batch.size === 0) return () => {};
    let tries = 0;
    for (;;) {
      try {
        const result = await database.withSession((session) =>
          runBatch(parts, session, batch, { skipLocked, whileSaving }),
        );
        away = false;
        return finish(result, batch);
      } catch (error) {
        if (error instanceof Overdue) {
          await sweepFirst(error.workspaces);
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
        return await giveUp(batch, skipLocked, whileSaving, error);
      }
    }
  }

  async function sweepFirst(workspaces: readonly string[]): Promise<void> {
    for (const workspace of workspaces) {
      const pending: Pending = {
        command: { verb: "sweep", workspace },
        resolve: () => {},
        reject: () => {},
        signal: undefined,
      };
      await database.withSession((session) =>
        runBatch(parts, session, new Map([[workspace, [pending]]]), { skipLocked: false }),
      );
    }
  }

  function finish(result: BatchResult, batch: Batch): () => void {
    for (const workspace of result.held) waitBeside(workspace, batch.get(workspace) as readonly Pending[]);
    return () => {
      result.tell();
      if (result.committed.length > 0) committed(result.committed);
    };
  }

  /** A batch that failed for good is halved, so that one poisoned command fails alone. */
  async function giveUp(
    batch: Batch,
    skipLocked: boolean,
    whileSaving: () => void,
    error: unknown,
  ): Promise<() => void> {
    const failure = classify(error);
    const all = [...batch.values()].flat();
    const shared = failure === "unavailable" || failure === "lock_timeout" || isDucatError(error);
    if (shared || all.length === 1) {
      const known = failure === "lock_timeout" ? busy(error) : publicError(error);
      return () => {
        for (const pending of all) pending.reject(known);
      };
    }
    const middle = Math.ceil(all.length / 2);
    const first = await runOrGiveUp(byWorkspace(all.slice(0, middle)), skipLocked, whileSaving);
    const second = await runOrGiveUp(byWorkspace(all.slice(middle)), skipLocked, whileSaving);
    return () => {
      first();
      second();
    };
  }

  function waitBeside(workspace: string, list: readonly Pending[]): void {
    setAside.add(workspace);
    void beside
      .run(async () => {
        const tell = await runWhole(new Map([[workspace, list]]), false, once(undefined));
        tell();
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

/** The function, if there is one, to be called at most once. */
function once(work: (() => void) | undefined): () => void {
  let left = work;
  return () => {
    const now = left;
    left = undefined;
    now?.();
  };
}

function busy(cause: unknown): DucatError {
  const message = "Another transaction holds this workspace for too long. Nothing was done; try again shortly.";
  return new DucatError("overloaded", message, { cause });
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
