import type { Session, Statement } from "../database/port.ts";
import { type Sql, source, workspaceParam } from "./sql.ts";

/** What whoever works on a charge must know of it. */
export interface RunningCharge {
  workspace: string;
  id: string;
  state: string;
  cancelRequested: boolean;
  attempt: string;
}

export interface RunningCharges {
  /** These charges as they are now, in one look; one that is not there is left out. */
  look(session: Session, keys: readonly { workspace: string; id: string }[]): Promise<RunningCharge[]>;
}

export function createRunningCharges(sql: Sql): RunningCharges {
  const keys = source(sql, ["text"]);
  const text =
    `select c.workspace_id, c.id, c.state, c.cancel_requested, c.attempt from ${keys.rows}` +
    ` join ${sql.schema}charge c on c.workspace_id = ${keys.workspace} and c.id = k.c1`;

  function statement(charges: readonly { workspace: string; id: string }[]): Statement {
    const workspaces = charges.map(({ workspace }) => workspace);
    return {
      name: "running charges",
      text,
      params: [workspaceParam(sql, workspaces), charges.map(({ id }) => id)],
    };
  }

  return {
    async look(session, charges) {
      const groups = sql.scope === "workspace" ? byWorkspace(charges) : [charges];
      const found: RunningCharge[] = [];
      for (const group of groups) {
        const [result] = await session.run([statement(group)]);
        for (const [workspace, id, state, cancelRequested, attempt] of result?.rows ?? []) {
          found.push({ workspace, id, state, cancelRequested, attempt });
        }
      }
      return found;
    },
  };
}

function byWorkspace<Key extends { workspace: string }>(charges: readonly Key[]): Key[][] {
  const groups = new Map<string, Key[]>();
  for (const charge of charges) {
    const group = groups.get(charge.workspace);
    if (group === undefined) groups.set(charge.workspace, [charge]);
    else group.push(charge);
  }
  return [...groups.values()];
}
