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

/**
 * Parameters that are lists, from `$from` on, side by side as rows. In the select list, not in `from`: there each list is first
 * copied into a store of its own, which took a tenth of the time of a large insert.
 */
export function unnested(columns: readonly { name: string; type: string }[], from = 1): string {
  const lists = columns.map(({ name, type }, i) => `unnest($${from + i}::${type}[]) as ${name}`);
  return `(select ${lists.join(", ")})`;
}

/** Typed lists as the rows `k`, and the expression of their workspace. */
export function source(sql: Sql, types: readonly string[], from = 1, name = "k"): { rows: string; workspace: string } {
  const columns = types.map((type, i) => ({ name: `c${i + 1}`, type }));
  if (sql.scope === "workspace") {
    return { rows: `${unnested(columns, from + 1)} as ${name}`, workspace: `$${from}::text` };
  }
  const rows = `${unnested([{ name: "workspace_id", type: "text" }, ...columns], from)} as ${name}`;
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
