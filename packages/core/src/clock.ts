/*
 * The only place that reads this process's clock or starts timers. What credits mean never depends on it: the ledger's
 * time is the database's. Timers that repeat keep no process alive.
 */

export function wallClock(): number {
  return Date.now();
}

/** Milliseconds since some instant of the past, for durations: it never jumps. */
export function stopwatch(): number {
  return performance.now();
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A time limit that somebody waits for. Cancelled, it keeps no process alive. */
export function deadline(ms: number): { passed: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

/** Calls the function once, later, unless the function that it answers is called before. */
export function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/** Calls the function again and again, never twice at once; answers what stops it and waits for a running call. */
export function every(ms: number, work: () => Promise<void> | void): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = (async () => {
        await work();
        next();
      })();
    }, ms);
    timer.unref();
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
