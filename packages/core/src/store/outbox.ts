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
  markDelivered(session: Session, events: readonly StoredEvent[]): Promise<void>;
}

export function createOutboxStore({ schema }: Sql): OutboxStore {
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
        [...byWorkspace].map(([workspace, ids]) => ({
          name: "delivered",
          text:
            `update ${schema}event set delivered_at = date_trunc('milliseconds', clock_timestamp())` +
            " where workspace_id = $1::text and id = any($2::text[]) and delivered_at is null",
          params: [workspace, ids],
        })),
      );
    },
  };
}
