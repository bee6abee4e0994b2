import type { Catalog, Page, Workspace } from "@ducat/client";
import type { Result, Session } from "../../database/port.ts";
import { applyTime } from "../../engine/advance.ts";
import type { State } from "../../engine/state.ts";
import { presentWorkspace } from "../../engine/workspace.ts";
import type { Question } from "../../inputs/index.ts";
import { emptyState } from "../assemble.ts";
import { termColumns, toTerm, toWorkspace, workspaceColumns } from "../rows.ts";
import { ms, type Sql } from "../sql.ts";
import { cursorOf } from "./cursor.ts";
import { presentOfWorkspace } from "./workspace.ts";

/** The published catalog and every other one that a workspace refers to. */
export interface CatalogSource {
  known: ReadonlyMap<string, Catalog>;
  /** Loads the versions that are not known yet. */
  ensure(session: Session, versions: Iterable<string | null>): Promise<void>;
}

const cursor = cursorOf("workspaces", ["text"]);

/** Workspaces by id, each as it is at this instant, with a plan change that has come due meanwhile. */
export async function listWorkspaces(
  sql: Sql,
  catalogs: CatalogSource,
  session: Session,
  question: Question<"workspaces">,
): Promise<Page<Workspace>> {
  const { limit } = question;
  const after = cursor.read(question.cursor)?.[0] ?? "";
  const page = `select w.id from ${sql.schema}workspace w where w.id > $1::text order by w.id limit $2::integer`;
  const params = [after, limit + 1];
  const [version, rows, terms] = await session.run([
    { text: `select version from ${sql.schema}catalog_version order by published_n desc limit 1` },
    {
      text:
        `select ${workspaceColumns}, ${ms(presentOfWorkspace)} from ${sql.schema}workspace w` +
        " where w.id > $1::text order by w.id limit $2::integer",
      params,
    },
    {
      text:
        `select ${termColumns} from ${sql.schema}terms t where t.workspace_id in (${page})` +
        " order by t.workspace_id, t.n",
      params,
    },
  ]);
  const published = version?.rows[0]?.[0] as string | undefined;
  const found = rows?.rows ?? [];
  if (published === undefined || found.length === 0) return { data: [], nextCursor: null };
  await catalogs.ensure(session, [published]);
  const states = statesOf(found, terms, published, catalogs.known);
  const data: Workspace[] = [];
  for (const row of found.slice(0, limit)) {
    const state = states.get(row[0]) as State;
    // Made between the two statements: it is on the next page, or in the next list.
    if (state.terms.length === 0) continue;
    applyTime(state, row.at(-1));
    data.push(presentWorkspace(state, row.at(-1)));
  }
  const last = found.length > limit ? data.at(-1) : undefined;
  return { data, nextCursor: last === undefined ? null : cursor.write([last.id]) };
}

function statesOf(
  rows: Result["rows"],
  terms: Result | undefined,
  version: string,
  known: ReadonlyMap<string, Catalog>,
): Map<string, State> {
  const states = new Map<string, State>();
  for (const row of rows) states.set(row[0], emptyState(toWorkspace(row), version, known));
  for (const row of terms?.rows ?? []) states.get(row[0])?.terms.push(toTerm(row));
  return states;
}
