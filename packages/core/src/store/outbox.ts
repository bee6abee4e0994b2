import type { Session } from "../database/port.ts";
import { ms, type Sql } from "./sql.ts";

export interface StoredEvent {
  workspace: string;
  id: string;
  kind: string;
  at: number;
  payload: Record<string, unknown>;
}

export interface ClaimOptions {
  limit: number;
  forMs: number;
  except: readonly StoredEvent[];
}

export interface OutboxStore {
  /**
   * Undelivered events, the oldest first, which nobody else claims for so long: no transaction stays open for them. `found`
   * says how many there were, those included that another process was faster to claim.
   */
  claim(session: Session, options: ClaimOptions): Promise<{ found: number; claimed: StoredEvent[] }>;
  /** Lets go of what was claimed and not delivered, so that whoever wants it need not wait for the claim's end. */
  release(session: Session, events: readonly StoredEvent[]): Promise<void>;
  /** Also deletes what was delivered in these workspaces so long ago that nobody asks for it any more. */
  markDelivered(session: Session, events: readonly StoredEvent[]): Promise<void>;
  /** Deletes events that nobody has taken for too long, the oldest first; answers how many. */
  deleteOld(session: Session, limit: number): Promise<number>;
}

/** `keepDays`: how long events are kept, delivered or not. */
export function createOutboxStore({ schema }: Sql, keepDays: number): OutboxStore {
  const tooOld = "(select clock_timestamp()) - make_interval(days =>";
  const free = "delivered_at is null and (delivering_until is null or delivering_until <= (select clock_timestamp()))";

  async function read(session: Session, { limit, except }: ClaimOptions): Promise<StoredEvent[]> {
    const [result] = await session.run([
      {
        name: "outbox",
        text:
          `select workspace_id, id, kind, ${ms("at")}, payload from ${schema}event` +
          ` where ${free} and (workspace_id, id) not in (select * from unnest($2::text[], $3::text[]))` +
          " order by created_at, workspace_id, id limit $1::integer",
        params: [limit, except.map(({ workspace }) => workspace), except.map(({ id }) => id)],
      },
    ]);
    return (result?.rows ?? []).map(([workspace, id, kind, at, payload]) => ({ workspace, id, kind, at, payload }));
  }

  return {
    async claim(session, options) {
      const found = await read(session, options);
      const workspaces = byWorkspace(found);
      if (workspaces.length === 0) return { found: 0, claimed: [] };
      const results = await session.run(
        workspaces.map(([workspace, ids]) => ({
          name: "claim events",
          text:
            `update ${schema}event set delivering_until = clock_timestamp() + $3::integer * interval '1 ms'` +
            ` where workspace_id = $1::text and id = any($2::text[]) and ${free} returning id`,
          params: [workspace, ids, options.forMs],
        })),
      );
      const claimed = new Set(
        workspaces.flatMap(([workspace], i) => (results[i]?.rows ?? []).map(([id]) => `${workspace} ${id}`)),
      );
      return { found: found.length, claimed: found.filter(({ workspace, id }) => claimed.has(`${workspace} ${id}`)) };
    },
    async release(session, events) {
      const workspaces = byWorkspace(events);
      if (workspaces.length === 0) return;
      await session.run(
        workspaces.map(([workspace, ids]) => ({
          name: "release events",
          text: `update ${schema}event set delivering_until = null where workspace_id = $1::text and id = any($2::text[])`,
          params: [workspace, ids],
        })),
      );
    },
    async markDelivered(session, events) {
      const workspaces = byWorkspace(events);
      if (workspaces.length === 0) return;
      await session.run(
        workspaces.flatMap(([workspace, ids]) => [
          {
            name: "delivered",
            text:
              `update ${schema}event set delivered_at = date_trunc('milliseconds', clock_timestamp())` +
              " where workspace_id = $1::text and id = any($2::text[]) and delivered_at is null",
            params: [workspace, ids],
          },
          {
            name: "delivered long ago",
            text: `delete from ${schema}event where workspace_id = $1::text and delivered_at < ${tooOld} $2::integer)`,
            params: [workspace, keepDays],
          },
        ]),
      );
    },
    async deleteOld(session, limit) {
      const [found] = await session.run([
        {
          name: "old events",
          text:
            `select workspace_id, id from ${schema}event where delivered_at is null` +
            ` and created_at < ${tooOld} $1::integer) order by created_at limit $2::integer`,
          params: [keepDays, limit],
        },
      ]);
      const workspaces = byWorkspace((found?.rows ?? []).map(([workspace, id]) => ({ workspace, id })));
      if (workspaces.length === 0) return 0;
      const deleted = await session.run(
        workspaces.map(([workspace, ids]) => ({
          name: "delete events",
          text: `delete from ${schema}event where workspace_id = $1::text and id = any($2::text[]) and delivered_at is null`,
          params: [workspace, ids],
        })),
      );
      return deleted.reduce((sum, { count }) => sum + count, 0);
    },
  };
}

/**
 * The ids of each workspace: a PostgreSQL distributed by workspace takes one a statement. Sorted, so that two processes
 * which write the same rows never wait for each other in a circle.
 */
function byWorkspace(events: readonly Pick<StoredEvent, "workspace" | "id">[]): [workspace: string, ids: string[]][] {
  const found = new Map<string, string[]>();
  for (const { workspace, id } of events) found.set(workspace, [...(found.get(workspace) ?? []), id]);
  return [...found.keys()].toSorted().map((workspace) => [workspace, (found.get(workspace) ?? []).toSorted()]);
}
