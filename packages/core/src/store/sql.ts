import type { Param, Statement } from "../database/port.ts";

/**
 * `mixed`: a statement may name many workspaces, one a row of its keys. `workspace`: all rows belong to one workspace,
 * and the statement says so with a constant, as a PostgreSQL distributed by workspace needs it.
 */
export type CommitScope = "mixed" | "workspace";

export interface Sql {
  scope: CommitScope;
  /** True when the tables are distributed by workspace over several servers. */
  distributed: boolean;
  /** The quoted schema, with the dot: `"ducat".`. */
  schema: string;
}

export function createSql(schema: string, scope: CommitScope, distributed = false): Sql {
  return { scope, distributed, schema: `"${schema.replaceAll('"', '""')}".` };
}

/** A text that is written once a schema and scope, with `keys(…)` where its lists of keys belong. */
export interface Prepared {
  name: string;
  text: string;
}

/** `unnest` of typed lists as `k`, and the expression of its workspace. */
export function source(sql: Sql, types: readonly string[], from = 1, name = "k"): { rows: string; workspace: string } {
  const names = types.map((_, i) => `c${i + 1}`);
  const lists = types.map((type, i) => `$${from + 1 + i}::${type}[]`);
  if (sql.scope === "workspace") {
    return { rows: `unnest(${lists.join(", ")}) as ${name}(${names.join(", ")})`, workspace: `$${from}::text` };
  }
  const rows = `unnest($${from}::text[], ${lists.join(", ")}) as ${name}(workspace_id, ${names.join(", ")})`;
  return { rows, workspace: `${name}.workspace_id` };
}

/**
 * `source` for an update or delete: `offset 0` keeps the planner from pulling the workspace out as a constant and then
 * reading the whole workspace to join the keys to it. Where the tables are distributed, it must be a constant.
 */
export function keyedSource(sql: Sql, types: readonly string[]): { rows: string; workspace: string } {
  const from = source(sql, types);
  if (sql.scope === "mixed" || sql.distributed) return from;
  return {
    rows: `(select ${from.workspace} as workspace_id, k.* from ${from.rows} offset 0) k`,
    workspace: "k.workspace_id",
  };
}

/** The parameter that goes with `source`: a workspace a row, or the one workspace of all rows. */
export function workspaceParam(sql: Sql, workspaces: string[]): Param {
  return sql.scope === "workspace" ? (workspaces[0] as string) : workspaces;
}

/** An instant as milliseconds since 1970. */
export function ms(expression: string): string {
  return `(date_part('epoch', ${expression}) * 1000)::int8`;
}

/** Milliseconds since 1970 as an instant. */
export function toInstant(expression: string): string {
  return `to_timestamp(${expression}::float8 / 1000)`;
}

export function statement(prepared: Prepared, params: readonly Param[]): Statement {
  return { name: prepared.name, text: prepared.text, params };
}
