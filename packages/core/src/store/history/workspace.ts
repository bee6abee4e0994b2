import { DucatError } from "@ducat/client";
import type { Result, Statement } from "../../database/port.ts";
import type { Sql } from "../sql.ts";

/** The statement that goes with every list of one workspace, so that the list of one that does not exist is an error. */
export function existing(sql: Sql, workspace: string): Statement {
  return {
    name: "existing",
    text: `select w.seq from ${sql.schema}workspace w where w.id = $1::text`,
    params: [workspace],
  };
}

/** The number of the workspace's last entry, from the answer to `existing`; throws when there is no such workspace. */
export function lastSeq(workspace: string, result: Result | undefined): number {
  const row = result?.rows[0];
  if (row === undefined) {
    const message = `There is no workspace ${workspace}. Make it with PUT /v1/workspaces/:ws, or credits.workspaces.put.`;
    throw new DucatError("unknown_workspace", message);
  }
  return row[0];
}

/** The present of the workspace `w`: its test clock's, or the database's; never before the last instant decided at. */
export const presentOfWorkspace =
  "coalesce(w.test_clock, greatest(date_trunc('milliseconds', clock_timestamp()), w.last_instant))";
