import type { Catalog } from "@ducat/client";
import type { Session } from "../database/port.ts";
import type { Sql } from "./sql.ts";

export interface CatalogStore {
  load(session: Session, version: string): Promise<Catalog | null>;
  published(session: Session): Promise<string | null>;
  has(session: Session, version: string): Promise<boolean>;
  /**
   * Begins a transaction in which nobody else publishes and nobody chooses a plan or a pack, once those who are at it have
   * committed. Throws the database's `lock_timeout` when that takes longer than `waitMs`.
   */
  beginPublishing(session: Session, waitMs: number): Promise<void>;
  /** Makes a version the published one. */
  publish(session: Session, version: string, catalog: Catalog): Promise<void>;
  /** The plans and packs that something still refers to, each with one workspace that prevents dropping it. */
  inUse(session: Session): Promise<{ plans: Map<string, string>; packs: Map<string, string> }>;
}

export function createCatalogStore({ schema }: Sql): CatalogStore {
  return {
    async load(session, version) {
      const [result] = await session.run([
        { text: `select catalog from ${schema}catalog_version where version = $1::text`, params: [version] },
      ]);
      return (result?.rows[0]?.[0] as Catalog | undefined) ?? null;
    },
    async published(session) {
      const [result] = await session.run([
        { text: `select version from ${schema}catalog_version order by published_n desc limit 1` },
      ]);
      return (result?.rows[0]?.[0] as string | undefined) ?? null;
    },
    async has(session, version) {
      const [result] = await session.run([
        { text: `select 1 from ${schema}catalog_version where version = $1::text`, params: [version] },
      ]);
      return (result?.rows.length ?? 0) > 0;
    },
    async beginPublishing(session, waitMs) {
      await session.run([
        { text: "begin isolation level read committed" },
        { text: "select set_config('lock_timeout', $1::text, true)", params: [String(waitMs)] },
        { text: `lock table ${schema}catalog_version in share row exclusive mode` },
      ]);
    },
    async publish(session, version, catalog) {
      await session.run([
        {
          text:
            `insert into ${schema}catalog_version as c (version, catalog, published_n)` +
            ` values ($1::text, $2::json, (select coalesce(max(published_n), 0) + 1 from ${schema}catalog_version))` +
            " on conflict (version) do update set published_n = excluded.published_n, published_at = clock_timestamp()" +
            " where c.published_n < excluded.published_n - 1",
          params: [version, JSON.stringify(catalog)],
        },
      ]);
    },
    async inUse(session) {
      const [plans, packs] = await session.run([
        {
          text:
            "select plan, min(workspace_id) from (" +
            ` select distinct on (t.workspace_id) t.plan, t.workspace_id from ${schema}terms t` +
            ` join ${schema}workspace w on w.id = t.workspace_id and w.archived_at is null` +
            " order by t.workspace_id, t.n desc) present group by plan" +
            ` union all select pending_plan, min(id) from ${schema}workspace where pending_plan is not null` +
            " and archived_at is null group by pending_plan",
        },
        {
          text:
            // An archived workspace is granted nothing any more, whatever it has ordered.
            "select pack, min(workspace_id) from (" +
            ` select pack, workspace_id from ${schema}top_up where state = 'awaiting_payment'` +
            ` union all select pack, workspace_id from ${schema}top_up_request where state = 'open') wanted` +
            ` join ${schema}workspace w on w.id = workspace_id and w.archived_at is null group by pack`,
        },
      ]);
      const toMap = (rows: readonly (readonly unknown[])[]) =>
        new Map(rows.map(([id, workspace]) => [String(id), String(workspace)]));
      return { plans: toMap(plans?.rows ?? []), packs: toMap(packs?.rows ?? []) };
    },
  };
}
