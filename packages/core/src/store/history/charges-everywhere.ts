import type { Charge, Page } from "@ducat/client";
import type { Session, Statement } from "../../database/port.ts";
import { ms, type Sql } from "../sql.ts";
import { addFilters, addPeriod, type ChargesQuestion, chargeListColumns, toListedCharge } from "./charges.ts";
import { conditions } from "./conditions.ts";
import { cursorOf } from "./cursor.ts";

const cursor = cursorOf("all charges", ["integer", "text", "text"]);

/** So many workspaces are looked at first; ten times as many each time that this was not enough. */
const FIRST = 100;

/**
 * The charges of all workspaces, newest first. No index orders them, and none should: it would cost every charge. But no
 * workspace has a charge later than its last instant, so the newest page is among the workspaces that were active last.
 * As many of these are asked for their newest charges as it takes to be sure: the newest pages ask a hundred, a page far
 * back asks every workspace that has been active since.
 */
export async function listChargesEverywhere(
  sql: Sql,
  session: Session,
  question: ChargesQuestion,
): Promise<Page<Charge>> {
  const { limit } = question;
  const before = cursor.read(question.cursor);
  for (let candidates = FIRST; ; candidates *= 10) {
    const [edge, rows] = await session.run([leastRecent(sql, candidates), newest(sql, question, before, candidates)]);
    const data = (rows?.rows ?? []).map(toListedCharge);
    const more = data.length > limit;
    if (more) data.length = limit;
    const last = data.at(-1);
    const beyond = (edge?.rows[0]?.[0] as number | undefined) ?? null;
    // Workspaces that were not asked may have charges up to the instant at which the first of them was active last.
    const oldest =
      more && last !== undefined ? Date.parse(last.createdAt) : (question.from ?? Number.NEGATIVE_INFINITY);
    const sure = beyond === null || beyond < oldest;
    if (!sure) continue;
    const next =
      more && last !== undefined ? cursor.write([Date.parse(last.createdAt), last.workspace, last.id]) : null;
    return { data, nextCursor: next };
  }
}

/** The last instant of the first workspace that is not asked; none when all are. */
function leastRecent(sql: Sql, candidates: number): Statement {
  return {
    text:
      `select ${ms("w.last_instant")} from ${sql.schema}workspace w` +
      " order by w.last_instant desc, w.id offset $1::integer limit 1",
    params: [candidates],
  };
}

function newest(
  sql: Sql,
  question: ChargesQuestion,
  before: [number, string, string] | null,
  candidates: number,
): Statement {
  const where = conditions();
  where.add(() => "c.workspace_id = w.id");
  addPeriod(where, question);
  if (before !== null) {
    where.add(
      (at, workspace, id) =>
        `c.created_at <= to_timestamp(${at}::float8 / 1000) and (c.created_at, c.workspace_id, c.id)` +
        ` < (to_timestamp(${at}::float8 / 1000), ${workspace}::text, ${id}::text)`,
      ...before,
    );
  }
  addFilters(where, question);
  const limit = question.limit + 1;
  return {
    text:
      `select ${chargeListColumns} from` +
      ` (select w.id, w.test_clock, w.last_instant from ${sql.schema}workspace w` +
      ` order by w.last_instant desc, w.id limit ${candidates}) w` +
      ` cross join lateral (select c.* from ${sql.schema}charge c where ${where.text}` +
      ` order by c.created_at desc, c.id desc limit ${limit}) c` +
      ` order by c.created_at desc, c.workspace_id desc, c.id desc limit ${limit}`,
    params: where.params,
  };
}
