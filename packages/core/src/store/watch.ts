import type { Statement } from "../database/port.ts";
import { type Sql, source, statement, workspaceParam } from "./sql.ts";

/** Asks how charges stand: their workspace, id, state, whether a cancel was asked for, and whose attempt they are. */
export function watchStatement(sql: Sql): (workspaces: string[], ids: string[]) => Statement {
  const keys = source(sql, ["text"]);
  const text =
    `select c.workspace_id, c.id, c.state, c.cancel_requested, c.attempt from ${keys.rows}` +
    ` join ${sql.schema}charge c on c.workspace_id = ${keys.workspace} and c.id = k.c1`;
  return (workspaces, ids) => statement({ name: "watch", text }, [workspaceParam(sql, workspaces), ids]);
}
