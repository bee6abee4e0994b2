import type { Param, Statement } from "../database/port.ts";

/**
 * `mixed`: a statement may name many workspaces, one a row of its keys. `workspace`: all rows belong to one workspace,
 * and the statement says so with a constant, as a PostgreSQL distributed by workspace needs it.
 */
export type CommitScope = "mixed" | "workspace";

export interface Sql {
  scope: CommitScope;
  /** The quoted schema, with the dot: `"ducat".`. */
  schema: string;
}

export function createSql(schema: string, scope: CommitScope): Sql {
  return { scope, schema: `"${schema.replaceAll('"', '""')}".` };
}

/** Rows of keys for one statement: for each row its workspace, then one list a column. */
export interface Keys {
  workspaces: string[];
  columns: Param[];
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
  return `to_timestamp(${expression} / 1000)`;
}

export function statement(prepared: Prepared, params: readonly Param[]): Statement {
  return { name: prepared.name, text: prepared.text, params };
}
