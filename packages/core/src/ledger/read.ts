import type { Catalog } from "@ducat/client";
import { DucatError } from "@ducat/client";
import type { Database, Result, Rows, Session } from "../database/port.ts";
import { applyTime } from "../engine/advance.ts";
import { attempt } from "../engine/journal.ts";
import type { State } from "../engine/state.ts";
import { presentOf } from "../engine/workspace.ts";
import { emptyState, fill, stillMissing } from "../store/assemble.ts";
import type { Loader } from "../store/load.ts";
import type { Need } from "../store/needs.ts";
import { toWorkspace } from "../store/rows.ts";
import { beginRead, commit } from "../store/transaction.ts";
import type { Catalogs } from "./catalogs.ts";
import { answered, completeStates, versionsOf } from "./open-batch.ts";
import { publicError } from "./public-error.ts";

export interface Reader {
  /** Shows one workspace as a write at this instant would find it: from one snapshot, in memory, writing nothing. */
  read<Answer>(workspace: string, need: Need, look: (state: State, now: number) => Answer): Promise<Answer>;
}

export function createReader(database: Database, loader: Loader, catalogs: Catalogs): Reader {
  /** `whole`: nothing else will be asked. Otherwise the transaction stays open, and every lease that ran out is told. */
  async function snapshot(session: Session, workspace: string, need: Need, whole: boolean): Promise<Snapshot | null> {
    const loads = [
      ...loader.terms([workspace]),
      ...loader.leases([workspace], !whole),
      ...loader.load(new Map([[workspace, need]])),
    ];
    const answers = await session.run([
      ...beginRead,
      loader.find([workspace]),
      loader.clock(),
      ...loads.map((load) => load.statement),
      ...(whole ? [commit] : []),
    ]);
    const found = (answers[2] as Result).rows[0];
    const [clock, version] = (answers[3] as Result).rows[0] as [number, string | null];
    if (found === undefined || version === null) return null;
    return { found, clock, version, answers: answered(loads, answers.slice(4)) };
  }

  function stateOf(
    { found, clock, version, answers }: Snapshot,
    known: ReadonlyMap<string, Catalog>,
  ): Map<string, State> {
    const row = toWorkspace(found);
    const states = new Map([[row.id, emptyState(row, version, known)]]);
    fill(states, answers, clock);
    return states;
  }

  return {
    async read(workspace, need, look) {
      const prepared = await database
        .withSession(async (session) => {
          const taken = await snapshot(session, workspace, need, true);
          if (taken === null) throw unknownWorkspace(workspace);
          await catalogs.ensure(session, [taken.version]);
          const states = stateOf(taken, catalogs.known);
          await catalogs.ensure(session, versionsOf(states.values()));
          if (stillMissing(states).size === 0) return { states, clock: taken.clock };
          // Something more is needed (a lease has run out): once more, with all of it in one snapshot.
          const again = await snapshot(session, workspace, need, false);
          if (again === null) throw unknownWorkspace(workspace);
          await catalogs.ensure(session, [again.version]);
          const complete = stateOf(again, catalogs.known);
          await catalogs.ensure(session, versionsOf(complete.values()));
          await completeStates(loader, session, complete, again.clock);
          await session.run([commit]);
          return { states: complete, clock: again.clock };
        })
        .catch((error: unknown) => {
          throw publicError(error);
        });
      const state = prepared.states.get(workspace) as State;
      const now = presentOf(state.workspace, prepared.clock);
      applyTime(state, now);
      return attempt(
        state,
        () => look(state, now),
        () => true,
      );
    },
  };
}

interface Snapshot {
  found: Rows[number];
  clock: number;
  version: string;
  answers: Parameters<typeof fill>[1];
}

function unknownWorkspace(workspace: string): DucatError {
  const message = `There is no workspace ${workspace}. Make it with PUT /v1/workspaces/:ws, or credits.workspaces.put.`;
  return new DucatError("unknown_workspace", message);
}
