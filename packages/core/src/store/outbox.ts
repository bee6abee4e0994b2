import type { Session } from "../database/port.ts";
import { ms, type Sql } from "./sql.ts";

export interface StoredEvent {
  workspace: string;
  id: string;
  kind: string;
  at: number;
  payload: Record<string, unknown>;
}

export interface OutboxStore {
  /** Undelivered events, the oldest first. `lock`: for this transaction, leaving out those that another one holds. */
  read(
    session: Session,
    options: { limit: number; lock: boolean; except: readonly StoredEvent[] },
  ): Promise<StoredEvent[]>;
  /** Also deletes what was delivered in these workspaces so long ago that nobody asks for it any more. */
  markDelivered(session: Session, events: readonly StoredEvent[]): Promise<void>;
  /** Deletes events that nobody has taken for too long, the oldest first; answers how many. */
  deleteOld(session: Session, limit: number): Promise<number>;
}

/** `keepDays`: how long events are kept, delivered or not. */
export function createOutboxStore({ schema }: Sql, keepDays: number): OutboxStore {
  const tooOld = "(select clock_timestamp()) - make_interval(days =>";
  return {
    async read(session, { limit, lock, except }) {
      const [result] = await session.run([
        {
          name: "outbox",
          text:
            `select e.workspace_id, e.id, e.kind, ${ms("e.at")}, e.payload from ${schema}event e` +
            " where e.delivered_at is null and (e.workspace_id, e.id) not in" +
            " (select * from unnest($2::text[], $3::text[])) order by e.created_at, e.workspace_id, e.id" +
            ` limit $1::integer${lock ? " for update of e skip locked" : ""}`,
          params: [limit, except.map(({ workspace }) => workspace), except.map(({ id }) => id)],
        },
      ]);
      return (result?.rows ?? []).map(([workspace, id, kind, at, payload]) => ({ workspace, id, kind, at, payload }));
    },
    async markDelivered(session, events) {
      const byWorkspace = new Map<string, string[]>();
      for (const { workspace, id } of events) {
        byWorkspace.set(workspace, [...(byWorkspace.get(workspace) ?? []), id]);
      }
      if (byWorkspace.size === 0) return;
      await session.run(
        [...byWorkspace].flatMap(([workspace, ids]) => [
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
      const byWorkspace = new Map<string, string[]>();
      for (const [workspace, id] of found?.rows ?? [])
        byWorkspace.set(workspace, [...(byWorkspace.get(workspace) ?? []), id]);
      if (byWorkspace.size === 0) return 0;
      const deleted = await session.run(
        [...byWorkspace].map(([workspace, ids]) => ({
          name: "delete events",
          text: `delete from ${schema}event where workspace_id = $1::text and id = any($2::text[]) and delivered_at is null`,
          params: [workspace, ids],
        })),
      );
      return deleted.reduce((sum, { count }) => sum + count, 0);
    },
  };
}
