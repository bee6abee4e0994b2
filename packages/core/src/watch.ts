import type { Charge, HeartbeatInput, HeartbeatOutcome } from "@ducat/client";
import { every, stopwatch } from "./clock.ts";
import type { Database } from "./database/port.ts";
import type { RunningCharge, RunningCharges } from "./store/running-charges.ts";

export interface Watched {
  charge: Charge;
  attempt: string;
  /** What each heartbeat extends the lease to. */
  leaseSeconds: number;
  abort(reason: unknown): void;
}

export interface Watch {
  /** Watches a running charge: keeps its lease, and aborts its work when it was cancelled, ended or taken over. */
  add(watched: Watched): { delivered(units: number): void; stop(): void };
  stop(): Promise<void>;
}

export interface WatchOptions {
  database: Database;
  charges: RunningCharges;
  heartbeat(input: HeartbeatInput): Promise<HeartbeatOutcome>;
  log(message: string, error: unknown): void;
}

/** How often the running charges of this process are looked at, all in one statement: a cancel is told within 2 s. */
const LOOK_MS = 1000;

interface Running extends Watched {
  units: number;
  told: number;
  /** By the stopwatch: a wall clock that is set back would let the lease run out meanwhile. */
  beatAt: number;
  beating: boolean;
}

export function createWatch({ database, charges, heartbeat, log }: WatchOptions): Watch {
  const running = new Map<string, Set<Running>>();
  let stopLooking: (() => Promise<void>) | undefined;

  function all(): Running[] {
    return [...running.values()].flatMap((attempts) => [...attempts]);
  }

  async function look(): Promise<void> {
    if (running.size === 0) return;
    const keys = [...running.values()].flatMap(([one]) =>
      one === undefined ? [] : [{ workspace: one.charge.workspace, id: one.charge.id }],
    );
    try {
      const found = await database.withSession((session) => charges.look(session, keys));
      for (const now of found) for (const one of running.get(keyOf(now)) ?? []) judge(one, now);
    } catch (error) {
      // The database may be away for a moment; the leases outlast that.
      log("the running charges could not be looked at", error);
    }
    // Not waited for: a workspace that somebody else holds must not keep a cancel in another one from being told.
    for (const one of all()) void beat(one);
  }

  function judge(one: Running, now: Pick<RunningCharge, "state" | "cancelRequested" | "attempt">): void {
    if (now.state !== "open") {
      one.abort(new Error("The charge has ended: its lease ran out, or it was ended elsewhere."));
      forget(one);
    } else if (now.attempt !== one.attempt) {
      one.abort(new Error("Another attempt has taken this charge over."));
      forget(one);
    } else if (now.cancelRequested) {
      one.abort(new Error("The charge was cancelled."));
    }
  }

  /** Keeps the lease when a third of it is gone, and tells what was handed over since. */
  async function beat(one: Running): Promise<void> {
    if (one.beating || (one.units === one.told && stopwatch() < one.beatAt)) return;
    one.beating = true;
    const { attempt, leaseSeconds, units } = one;
    const { workspace, id } = one.charge;
    try {
      const { outcome, charge } = await heartbeat({ workspace, id, attempt, leaseSeconds, delivered: units });
      one.told = units;
      one.beatAt = stopwatch() + third(leaseSeconds);
      if (outcome !== "open") judge(one, { ...charge, attempt: outcome === "superseded" ? "" : attempt });
    } catch (error) {
      log("a heartbeat failed", error);
    } finally {
      one.beating = false;
    }
  }

  function forget(one: Running): void {
    const key = keyOf(one.charge);
    const attempts = running.get(key);
    attempts?.delete(one);
    if (attempts?.size === 0) running.delete(key);
  }

  return {
    add(watched) {
      const { charge, leaseSeconds } = watched;
      const one: Running = {
        ...watched,
        units: charge.delivered,
        told: charge.delivered,
        beatAt: stopwatch() + third(leaseSeconds),
        beating: false,
      };
      const attempts = running.get(keyOf(charge)) ?? new Set();
      running.set(keyOf(charge), attempts.add(one));
      stopLooking ??= every(LOOK_MS, look);
      return {
        delivered(units) {
          one.units = units;
        },
        stop: () => forget(one),
      };
    },
    async stop() {
      running.clear();
      await stopLooking?.();
    },
  };
}

function keyOf({ workspace, id }: { workspace: string; id: string }): string {
  return `${workspace} ${id}`;
}

function third(leaseSeconds: number): number {
  return Math.min(Math.max((leaseSeconds * 1000) / 3, LOOK_MS), 60_000);
}
