import { deadline } from "./clock.ts";

export interface RunningWork {
  /** Counts a `run` or `begin` from before its charge is made until its end is written or given up. */
  add(): OneWork;
  /**
   * Waits until nothing runs any more, for so long at most; then aborts what does, and waits a moment for its end.
   * Answers how many were left.
   */
  finish(waitMs: number): Promise<number>;
}

export interface OneWork {
  /** What to do when the engine closes before this has ended; done at once if that was so already. */
  onAbort(abort: (reason: unknown) => void): void;
  ended(): void;
}

/** What an aborted work has for writing down its end: work that listens to its signal needs a round trip or two. */
const AFTER_ABORT_MS = 1000;

export function createRunningWork(): RunningWork {
  const running = new Map<OneWork, ((reason: unknown) => void) | undefined>();
  let reason: Error | undefined;
  let whenNone: (() => void) | undefined;

  /** True when nothing runs any more; false when that took too long. */
  async function none(ms: number): Promise<boolean> {
    if (running.size === 0) return true;
    const { passed, cancel } = deadline(ms);
    const ended = new Promise<void>((resolve) => {
      whenNone = resolve;
    });
    await Promise.race([ended, passed]);
    cancel();
    return running.size === 0;
  }

  return {
    add() {
      const one: OneWork = {
        onAbort(abort) {
          if (running.has(one)) running.set(one, abort);
          if (reason !== undefined) abort(reason);
        },
        ended() {
          running.delete(one);
          if (running.size === 0) whenNone?.();
        },
      };
      running.set(one, undefined);
      return one;
    },
    async finish(waitMs) {
      if (await none(waitMs)) return 0;
      reason = new Error("The credits engine is closing.");
      for (const abort of running.values()) abort?.(reason);
      await none(AFTER_ABORT_MS);
      return running.size;
    },
  };
}
