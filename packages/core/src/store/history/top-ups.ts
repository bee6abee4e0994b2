import type { Page, TopUp, TopUpRequest } from "@ducat/client";
import { DucatError } from "@ducat/client";
import type { Session } from "../../database/port.ts";
import { presentRequest, presentTopUp } from "../../engine/top-up.ts";
import type { Question } from "../../inputs/index.ts";
import { requestColumns, topUpColumns, toRequest, toTopUp } from "../rows.ts";
import type { Sql } from "../sql.ts";
import { conditions } from "./conditions.ts";
import { cursorOf } from "./cursor.ts";
import { existing, lastSeq } from "./workspace.ts";

export async function getTopUp(sql: Sql, session: Session, { workspace, id }: Question<"topUp">): Promise<TopUp> {
  const [found, rows] = await session.run([
    existing(sql, workspace),
    {
      text: `select ${topUpColumns} from ${sql.schema}top_up t where t.workspace_id = $1::text and t.id = $2::text`,
      params: [workspace, id],
    },
  ]);
  lastSeq(workspace, found);
  const row = rows?.rows[0];
  if (row === undefined) throw new DucatError("unknown_top_up", `There is no top-up ${id} in this workspace.`);
  return presentTopUp(toTopUp(row));
}

const cursor = cursorOf("top-up requests", ["integer", "text"]);

/** The requests of a workspace, newest first. */
export async function listTopUpRequests(
  sql: Sql,
  session: Session,
  question: Question<"topUpRequests">,
): Promise<Page<TopUpRequest>> {
  const { workspace, member, state, limit } = question;
  const where = conditions();
  where.add((p) => `r.workspace_id = ${p}::text`, workspace);
  if (member !== null) where.add((p) => `r.member = ${p}::text`, member);
  if (state !== null) where.add((p) => `r.state = ${p}::text`, state);
  const before = cursor.read(question.cursor);
  if (before !== null) {
    where.add((at, id) => `(r.created_at, r.id) < (to_timestamp(${at}::float8 / 1000), ${id}::text)`, ...before);
  }
  const [found, rows] = await session.run([
    existing(sql, workspace),
    {
      text:
        `select ${requestColumns} from ${sql.schema}top_up_request r where ${where.text}` +
        ` order by r.created_at desc, r.id desc limit ${limit + 1}`,
      params: where.params,
    },
  ]);
  lastSeq(workspace, found);
  const requests = (rows?.rows ?? []).map(toRequest);
  const page = requests.slice(0, limit);
  const last = requests.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map(presentRequest),
    nextCursor: last === undefined ? null : cursor.write([last.createdAt, last.id]),
  };
}
