import type { Charge, Page } from "@ducat/client";
import type { Session, Statement, Value } from "../../database/port.ts";
import { presentCharge } from "../../engine/answer.ts";
import { asRunOut } from "../../engine/run-out.ts";
import type { Question } from "../../inputs/index.ts";
import { chargeColumns, toCharge } from "../rows.ts";
import { ms, type Sql } from "../sql.ts";
import { type Conditions, conditions } from "./conditions.ts";
import { cursorOf } from "./cursor.ts";
import { existing, lastSeq, presentOfWorkspace } from "./workspace.ts";

export type ChargesQuestion = Question<"charges">;

const cursor = cursorOf("charges", ["integer", "text"]);

/** Always true, and the predicate of the index of the history: it serves only the statements that repeat it. */
export const indexed = "c.quantity > 0";

/** True of the charges that time has ended although nobody has written it yet. */
export const runOut = `(c.state = 'open' and c.lease_expires_at <= ${presentOfWorkspace})`;
export const chargeListColumns = `${chargeColumns}, ${runOut}`;

export function toListedCharge(row: readonly Value[]): Charge {
  const charge = toCharge(row);
  return presentCharge(row[0], row.at(-1) ? asRunOut(charge) : charge);
}

/**
 * With a filter that no index serves, a page looks through so many charges at a time and so often; then it answers what
 * it has, with the cursor from which to go on.
 */
const WINDOW = 5_000;
const WINDOWS = 10;

/** The key of a charge in its workspace's list: newest first, then by id, last first. */
type Key = [createdAt: number, id: string];

/** One workspace's charges, newest first. A page may be short, even empty, with more to come: `nextCursor` tells. */
export async function listCharges(sql: Sql, session: Session, question: ChargesQuestion): Promise<Page<Charge>> {
  const workspace = question.workspace as string;
  const { limit } = question;
  const filtered = isFiltered(question);
  let before: Key | null = cursor.read(question.cursor);
  const data: Charge[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const [found, bound] = await session.run([
      existing(sql, workspace),
      ...(filtered ? [windowEnd(sql, question, before)] : []),
    ]);
    lastSeq(workspace, found);
    const end = (bound?.rows[0] as Key | undefined) ?? null;
    const [rows] = await session.run([inWindow(sql, question, before, end, limit + 1 - data.length)]);
    for (const row of rows?.rows ?? []) data.push(toListedCharge(row));
    if (data.length > limit) {
      data.length = limit;
      const last = data.at(-1) as Charge;
      return { data, nextCursor: cursor.write([Date.parse(last.createdAt), last.id]) };
    }
    if (end === null) return { data, nextCursor: null };
    before = end;
  }
  return { data, nextCursor: before === null ? null : cursor.write(before) };
}

function period(question: ChargesQuestion, before: Key | null): Conditions {
  const where = conditions();
  where.add((p) => `c.workspace_id = ${p}::text`, question.workspace);
  where.add(() => indexed);
  addPeriod(where, question);
  if (before !== null) {
    where.add((at, id) => `(c.created_at, c.id) < (to_timestamp(${at}::float8 / 1000), ${id}::text)`, ...before);
  }
  return where;
}

export function addPeriod(where: Conditions, { from, to }: Pick<ChargesQuestion, "from" | "to">): void {
  if (from !== null) where.add((p) => `c.created_at >= to_timestamp(${p}::float8 / 1000)`, from);
  if (to !== null) where.add((p) => `c.created_at < to_timestamp(${p}::float8 / 1000)`, to);
}

export function isFiltered({ member, feature, state }: ChargesQuestion): boolean {
  return member !== null || feature !== null || state !== null;
}

export function addFilters(where: Conditions, { member, feature, state }: ChargesQuestion): void {
  if (member !== null) where.add((p) => `c.member = ${p}::text`, member);
  if (feature !== null) where.add((p) => `c.feature = ${p}::text`, feature);
  if (state !== null) where.add((p) => `case when ${runOut} then 'refunded' else c.state end = ${p}::text`, state);
}

/** The last charge of the window; none when the window reaches the end. */
function windowEnd(sql: Sql, question: ChargesQuestion, before: Key | null): Statement {
  const where = period(question, before);
  return {
    text:
      `select ${ms("c.created_at")}, c.id from ${sql.schema}charge c where ${where.text}` +
      ` order by c.created_at desc, c.id desc offset ${WINDOW - 1} limit 1`,
    params: where.params,
  };
}

function inWindow(sql: Sql, question: ChargesQuestion, before: Key | null, end: Key | null, limit: number): Statement {
  const where = period(question, before);
  if (end !== null) {
    where.add((at, id) => `(c.created_at, c.id) >= (to_timestamp(${at}::float8 / 1000), ${id}::text)`, ...end);
  }
  addFilters(where, question);
  return {
    text:
      `select ${chargeListColumns} from ${sql.schema}charge c join ${sql.schema}workspace w on w.id = $1::text` +
      ` where ${where.text} order by c.created_at desc, c.id desc limit ${limit}`,
    params: where.params,
  };
}
