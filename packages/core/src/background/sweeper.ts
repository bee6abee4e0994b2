import { every } from "../clock.ts";

export interface SweeperOptions {
  /** Workspaces in which time has done something; at most `limit`, none of those to skip. */
  due(limit: number, skip: readonly string[]): Promise<readonly string[]>;
  /** The same for what is found only by a long look. */
  dueSlowly(limit: number, skip: readonly string[]): Promise<readonly string[]>;
  /** Submits an ordinary `sweep` command. */
  sweepWorkspace(workspace: string): Promise<{ written: number }>;
  /** Deletes notices that nobody has taken for too long, at most so many; answers how many. */
  deleteOldNotices(limit: number): Promise<number>;
  intervalMs: number;
  log(message: string, error: unknown): void;
}

export interface Swept {
  workspaces: number;
  written: number;
}

export interface Sweeper {
  /** Sweeps everything that is due, once. Throws when the database cannot be asked what is. */
  sweep(): Promise<Swept>;
  /** Sweeps again and again until it is stopped. */
  start(): void;
  /** Resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** Workspaces found at once, and swept side by side, so that the ledger commits them together. */
const FOUND = 500;
const BESIDE = 50;
/** Notices deleted at once: a short statement, again and again. */
const DELETED = 500;
/** One sweep of a workspace ends so many leases and expires so many holders; when it did, there may be more. */
const FULL = 1000;
/** Every so many rounds the long look. */
const LONG_LOOK = 20;
/** At most so many rounds are left out after failures. */
const MAX_SKIPPED = 32;

/**
 * Writes down what time has done. It decides nothing: it finds workspaces and submits ordinary commands, so any number of
 * processes may do it at once, and none need: whoever touches a workspace first applies the same.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { due, dueSlowly, sweepWorkspace, deleteOldNotices, intervalMs, log } = options;
  let stopping = false;
  let round = 0;
  let failures = 0;
  let skipped = 0;
  let stopTimer: (() => Promise<void>) | undefined;

  async function sweepOne(workspace: string): Promise<number> {
    let written = 0;
    try {
      for (;;) {
        const swept = await sweepWorkspace(workspace);
        written += swept.written;
        if (swept.written < FULL || stopping) return written;
      }
    } catch (error) {
      // The other workspaces' leases and credits end all the same.
      log(`workspace ${workspace} could not be swept`, error);
      return written;
    }
  }

  async function sweepAll(find: SweeperOptions["due"]): Promise<Swept> {
    const swept = { workspaces: 0, written: 0 };
    const tried: string[] = [];
    for (;;) {
      const found = await find(FOUND, tried);
      for (let i = 0; i < found.length && !stopping; i += BESIDE) {
        const beside = found.slice(i, i + BESIDE);
        const written = await Promise.all(beside.map(sweepOne));
        swept.workspaces += beside.length;
        swept.written += written.reduce((sum, one) => sum + one, 0);
        tried.push(...beside);
      }
      if (found.length === 0 || stopping) return swept;
    }
  }

  async function deleteNotices(): Promise<void> {
    while (!stopping && (await deleteOldNotices(DELETED)) === DELETED);
  }

  async function tick(): Promise<void> {
    if (skipped > 0) {
      skipped -= 1;
      return;
    }
    try {
      if (round % LONG_LOOK === 0) {
        await sweepAll(dueSlowly);
        await deleteNotices();
      }
      await sweepAll(due);
      round += 1;
      failures = 0;
    } catch (error) {
      failures += 1;
      // Each failure in a row waits twice as long as the one before.
      skipped = Math.min(2 ** failures - 1, MAX_SKIPPED);
      log("what is due could not be looked up", error);
    }
  }

  return {
    async sweep() {
      const slowly = await sweepAll(dueSlowly);
      const others = await sweepAll(due);
      await deleteNotices();
      return { workspaces: slowly.workspaces + others.workspaces, written: slowly.written + others.written };
    },
    start() {
      stopTimer ??= every(intervalMs, tick);
    },
    async stop() {
      stopping = true;
      await stopTimer?.();
    },
  };
}
