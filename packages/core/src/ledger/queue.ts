import type { Pending } from "./batch.ts";

export interface QueueLimits {
  /** Commands that may wait in one lane. */
  maxQueued: number;
  /** Commands in one batch. */
  maxBatch: number;
  /** One workspace a batch. */
  oneWorkspace: boolean;
}

/** The commands that wait in a lane, by workspace; batches take the workspaces in turn. */
export interface Queue {
  readonly size: number;
  /** False when the queue is full, or when this workspace fills its quarter of it. */
  push(pending: Pending): boolean;
  /** The next batch: at most `maxBatch` commands, none of a workspace that is set aside. */
  take(setAside: { has(workspace: string): boolean }): Map<string, Pending[]>;
}

/** How many commands of one workspace a batch takes before it turns to the next one. */
const TURN = 32;

export function createQueue(limits: QueueLimits): Queue {
  const waiting = new Map<string, Pending[]>();
  let size = 0;

  /** Takes up to `count` commands of one workspace; a moving test clock goes alone. */
  function takeFrom(workspace: string, list: Pending[], count: number, taken: Pending[]): void {
    let n = 0;
    while (n < count && n < list.length) {
      const alone = list[n]?.command.verb === "advanceClock";
      if (alone && (n > 0 || taken.length > 0)) break;
      n++;
      if (alone) break;
    }
    const part = list.splice(0, n);
    size -= n;
    taken.push(...stillWanted(part));
    if (list.length === 0) waiting.delete(workspace);
  }

  function movesClock(taken: readonly Pending[]): boolean {
    return taken[0]?.command.verb === "advanceClock";
  }

  return {
    get size() {
      return size;
    },
    push(pending) {
      const { workspace } = pending.command;
      const list = waiting.get(workspace);
      if (size >= limits.maxQueued) return false;
      if (list === undefined) waiting.set(workspace, [pending]);
      else if (list.length >= limits.maxQueued / 4) return false;
      else list.push(pending);
      size += 1;
      return true;
    },
    take(setAside) {
      const batch = new Map<string, Pending[]>();
      let left = limits.maxBatch;
      let progress = true;
      while (left > 0 && progress) {
        progress = false;
        for (const [workspace, list] of [...waiting]) {
          if (left <= 0) break;
          if (setAside.has(workspace)) continue;
          if (limits.oneWorkspace && batch.size === 1 && !batch.has(workspace)) continue;
          const taken = batch.get(workspace) ?? [];
          if (movesClock(taken)) continue;
          const before = taken.length;
          const waitingBefore = list.length;
          takeFrom(workspace, list, Math.min(TURN, left), taken);
          left -= taken.length - before;
          progress = progress || list.length < waitingBefore;
          if (taken.length > 0) batch.set(workspace, taken);
        }
      }
      // Those that were served go behind those that were not, so that the next batch begins with these.
      for (const workspace of batch.keys()) {
        const rest = waiting.get(workspace);
        if (rest === undefined) continue;
        waiting.delete(workspace);
        waiting.set(workspace, rest);
      }
      return batch;
    },
  };
}

/** Drops the commands whose caller has gone. */
export function stillWanted(list: readonly Pending[]): Pending[] {
  return list.filter((pending) => {
    if (pending.signal?.aborted) pending.reject(pending.signal.reason);
    return pending.signal?.aborted !== true;
  });
}
