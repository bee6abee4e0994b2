import type { Charge, Page } from "@ducat/client";
import type { Session, Statement } from "../../database/port.ts";
import { ms, type Sql } from "../sql.ts";
import {
  addFilters,
  addPeriod,
  type ChargesQuestion,
  chargeListColumns,
  indexed,
  isFiltered,
  toListedCharge,
} from "./charges.ts";
import { type Conditions, conditions } from "./conditions.ts";
import { cursorOf } from "./cursor.ts";

const cursor = cursorOf("all charges", ["integer", "text", "text"]);

type Key = [createdAt: number, workspace: string, id: string];

/** So many workspaces are asked at first; ten times as many each time that this was not enough. */
const FIRST = 100;
/** With a filter that no index serves: so many charges are looked through in each workspace. */
const WINDOW = 1_000;

/**
 * The charges of all workspaces, newest first. No index orders them, and none should: it would cost every charge. But no
 * workspace has a charge later than its last instant, so the newest page is among the workspaces that were active last.
 * As many of these are asked for their newest charges as it takes to be sure: the newest pages ask a hundred, a page far
 * back asks every workspace that has been active since. With a filter, a page may be short with more to come.
 */
export async function listChargesEverywhere(
  sql: Sql,
  session: Session,
  question: ChargesQuestion,
): Promise<Page<Charge>> {
  const { limit } = question;
  const before = cursor.read(question.cursor);
  for (let candidates = FIRST; ; candidates *= 10) {
    // In this order: what is written in between only raises the two bounds, and so makes the page shorter, never wrong.
    const [rows, floors, edges] = await session.run([
      newest(sql, question, before, candidates),
      windowEnd(sql, question, before, candidates),
      leastRecent(sql, candidates),
    ]);
    const floor = (floors?.rows[0] as Key | undefined) ?? null;
    const data = (rows?.rows ?? []).map(toListedCharge).filter((row) => floor === null || !isBefore(keyOf(row), floor));
    const more = data.length > limit;
    if (more) data.length = limit;
    const last = data.at(-1);
    const end = more && last !== undefined ? keyOf(last) : floor;
    // Workspaces that were not asked may have charges up to the instant at which the first of them was active last.
    const edge = (edges?.rows[0]?.[0] as number | undefined) ?? null;
    const reached = end?.[0] ?? question.from ?? Number.NEGATIVE_INFINITY;
    if (edge !== null && edge >= reached) continue;
    return { data, nextCursor: end === null ? null : cursor.write(end) };
  }
}

function keyOf({ createdAt, workspace, id }: Charge): Key {
  return [Date.parse(createdAt), workspace, id];
}

/** True when the first key is older than the second. */
function isBefore(a: Key, b: Key): boolean {
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i] as Key[number], b[i] as Key[number]];
    if (one !== other) return one < other;
  }
  return false;
}

function candidatesOf({ schema }: Sql, candidates: number): string {
  return (
    `(select w.id, w.test_clock, w.last_instant from ${schema}workspace w` +
    ` order by w.last_instant desc, w.id limit ${candidates}) w`
  );
}

/** The last instant of the first workspace that is not asked; none when all are. */
function leastRecent({ schema }: Sql, candidates: number): Statement {
  return {
    text:
      `select ${ms("w.last_instant")} from ${schema}workspace w` +
      " order by w.last_instant desc, w.id offset $1::integer limit 1",
    params: [candidates],
  };
}

function period(question: ChargesQuestion, before: Readonly<Key> | null): Conditions {
  const where = conditions();
  where.add(() => `c.workspace_id = w.id and ${indexed}`);
  addPeriod(where, question);
  if (before !== null) {
    where.add(
      (at, workspace, id) =>
        `c.created_at <= to_timestamp(${at}::float8 / 1000) and (c.created_at, c.workspace_id, c.id)` +
        ` < (to_timestamp(${at}::float8 / 1000), ${workspace}::text, ${id}::text)`,
      ...before,
    );
  }
  return where;
}

/** The newest of the charges at which the candidates' windows end: from there on the page would not be whole. */
function windowEnd(sql: Sql, question: ChargesQuestion, before: Readonly<Key> | null, candidates: number): Statement {
  if (!isFiltered(question)) return { text: "select 1 limit 0" };
  const where = period(question, before);
  return {
    text:
      `select ${ms("c.created_at")}, c.workspace_id, c.id from ${candidatesOf(sql, candidates)}` +
      ` cross join lateral (select c.created_at, c.workspace_id, c.id from ${sql.schema}charge c` +
      ` where ${where.text} order by c.created_at desc, c.id desc offset ${WINDOW - 1} limit 1) c` +
      " order by c.created_at desc, c.workspace_id desc, c.id desc limit 1",
    params: where.params,
  };
}

function newest(sql: Sql, question: ChargesQuestion, before: Readonly<Key> | null, candidates: number): Statement {
  const where = period(question, before);
  const limit = question.limit + 1;
  const order = "order by c.created_at desc, c.id desc";
  const window = `select c.* from ${sql.schema}charge c where ${where.text} ${order}`;
  const filters = conditions(where.params);
  addFilters(filters, question);
  const one = isFiltered(question)
    ? `select c.* from (${window} limit ${WINDOW}) c where ${filters.text} ${order} limit ${limit}`
    : `${window} limit ${limit}`;
  return {
    text:
      `select ${chargeListColumns} from ${candidatesOf(sql, candidates)} cross join lateral (${one}) c` +
      ` order by c.created_at desc, c.workspace_id desc, c.id desc limit ${limit}`,
    params: filters.params,
  };
}
