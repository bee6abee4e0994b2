import type { Charge } from "@ducat/client";
import { every, wallClock } from "./clock.ts";
import type { Database } from "./database/port.ts";
import type { Sql } from "./store/sql.ts";
import { watchStatement } from "./store/watch.ts";

export interface Watched {
  charge: Charge;
  attempt: string;
  abort(reason: unknown): void;
}

export interface Watch {
  /** Watches a running charge: keeps its lease, and aborts its work when it was cancelled, ended or taken over. */
  add(watched: Watched): { delivered(units: number): void; stop(): void };
  stop(): Promise<void>;
}

export interface WatchOptions {
  database: Database;
  sql: Sql;
  heartbeat(input: { workspace: string; id: string; attempt: string; delivered: number }): Promise<unknown>;
  log(message: string, error: unknown): void;
}

/** How often the running charges of this process are looked at, all in one statement: a cancel is told within 2 s. */
const LOOK_MS = 1000;

interface Running extends Watched {
  key: string;
  units: number;
  told: number;
  beatAt: number;
}

export function createWatch({ database, sql, heartbeat, log }: WatchOptions): Watch {
  const running = new Set<Running>();
  let stopLooking: (() => Promise<void>) | undefined;
  const asked = watchStatement(sql);

  async function look(): Promise<void> {
    if (running.size === 0) return;
    try {
      const found = await states();
      for (const one of running) judge(one, found.get(one.key));
    } catch (error) {
      // The database may be away for a moment; the leases outlast that.
      log("the running charges could not be looked at", error);
    }
    await Promise.all([...running].map(beat));
  }

  async function states(): Promise<Map<string, { state: string; cancelled: boolean; attempt: string }>> {
    const byWorkspace = new Map<string, string[]>();
    for (const { charge } of running) {
      byWorkspace.set(charge.workspace, [...(byWorkspace.get(charge.workspace) ?? []), charge.id]);
    }
    const groups = sql.scope === "workspace" ? [...byWorkspace].map((one) => [one]) : [[...byWorkspace]];
    const found = new Map<string, { state: string; cancelled: boolean; attempt: string }>();
    for (const group of groups) {
      const workspaces = group.flatMap(([workspace, ids]) => ids.map(() => workspace));
      const ids = group.flatMap(([, list]) => list);
      const [result] = await database.withSession((session) => session.run([asked(workspaces, ids)]));
      for (const [workspace, id, state, cancelled, attempt] of result?.rows ?? []) {
        found.set(`${workspace} ${id}`, { state, cancelled, attempt });
      }
    }
    return found;
  }

  function judge(one: Running, now: { state: string; cancelled: boolean; attempt: string } | undefined): void {
    if (now === undefined) return;
    if (now.cancelled) one.abort(new Error("The charge was cancelled."));
    else if (now.state !== "open")
      one.abort(new Error("The charge has ended: its lease ran out, or it was ended elsewhere."));
    else if (now.attempt !== one.attempt) one.abort(new Error("Another attempt has taken this charge over."));
  }

  /** Keeps the lease when a third of it is gone, and tells what was handed over since. */
  async function beat(one: Running): Promise<void> {
    if (one.units === one.told && wallClock() < one.beatAt) return;
    const units = one.units;
    const { workspace, id } = one.charge;
    try {
      await heartbeat({ workspace, id, attempt: one.attempt, delivered: units });
      one.told = units;
      one.beatAt = wallClock() + leaseThird(one.charge);
    } catch (error) {
      log("a heartbeat failed", error);
    }
  }

  return {
    add(watched) {
      const { charge } = watched;
      const one: Running = {
        ...watched,
        key: `${charge.workspace} ${charge.id}`,
        units: charge.delivered,
        told: charge.delivered,
        beatAt: wallClock() + leaseThird(charge),
      };
      running.add(one);
      stopLooking ??= every(LOOK_MS, look);
      return {
        delivered(units) {
          one.units = units;
        },
        stop() {
          running.delete(one);
        },
      };
    },
    async stop() {
      running.clear();
      await stopLooking?.();
    },
  };
}

function leaseThird(charge: Charge): number {
  const lease = Date.parse(charge.leaseExpiresAt ?? "") - Date.parse(charge.createdAt);
  return Math.min(Math.max(lease / 3, LOOK_MS), 60_000);
}
