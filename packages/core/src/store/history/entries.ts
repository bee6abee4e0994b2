import type { Entry, Page } from "@ducat/client";
import type { Session, Statement, Value } from "../../database/port.ts";
import { instant } from "../../engine/answer.ts";
import type { Question } from "../../inputs/index.ts";
import { ms, type Sql } from "../sql.ts";
import { conditions } from "./conditions.ts";
import { cursorOf } from "./cursor.ts";
import { existing, lastSeq } from "./workspace.ts";

const entryColumns = [
  "e.seq",
  "e.kind",
  "e.holder",
  "e.member",
  "e.grant_id",
  "e.charge_id",
  "e.purchase",
  "e.amount",
  "e.moved",
  "e.balance_after",
  ms("e.at"),
  ms("e.recorded_at"),
].join(", ");

function toEntry(r: readonly Value[]): Entry {
  return {
    seq: r[0],
    kind: r[1],
    holder: r[2],
    member: r[3],
    grant: r[4],
    charge: r[5],
    purchase: r[6],
    amount: r[7],
    moved: r[8],
    balanceAfter: r[9],
    at: instant(r[10]),
    recordedAt: instant(r[11]),
  };
}

const cursor = cursorOf("entries", ["integer"]);

/**
 * `entry` has no index but its key, so a page of one member's entries looks through the workspace's. It looks through so
 * many at a time and so often; then it answers what it has, with the cursor from which to go on.
 */
const WINDOW = 20_000;
const WINDOWS = 10;

/** The entries in the order of their numbers. A page may be short, even empty, with more to come: `nextCursor` tells. */
export async function listEntries(sql: Sql, session: Session, question: Question<"entries">): Promise<Page<Entry>> {
  const { workspace, charge, limit } = question;
  let after = cursor.read(question.cursor)?.[0] ?? 0;
  const data: Entry[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const through = after + WINDOW;
    const read =
      charge === null ? inWindow(sql, question, after, through, limit + 1) : ofCharge(sql, question, after, limit + 1);
    const [found, rows] = await session.run([existing(sql, workspace), read]);
    const last = lastSeq(workspace, found);
    for (const row of rows?.rows ?? []) data.push(toEntry(row));
    if (data.length > limit) {
      data.length = limit;
      return { data, nextCursor: cursor.write([(data.at(-1) as Entry).seq]) };
    }
    if (charge !== null || through >= last) return { data, nextCursor: null };
    after = through;
  }
  return { data, nextCursor: cursor.write([after]) };
}

function inWindow(sql: Sql, question: Question<"entries">, after: number, through: number, limit: number): Statement {
  const where = filters(question);
  where.add((p) => `e.seq > ${p}::bigint`, after);
  where.add((p) => `e.seq <= ${p}::bigint`, through);
  return {
    text: `select ${entryColumns} from ${sql.schema}entry e where ${where.text} order by e.seq limit ${limit}`,
    params: where.params,
  };
}

/** A charge knows the numbers of its entries. */
function ofCharge(sql: Sql, question: Question<"entries">, after: number, limit: number): Statement {
  const where = filters(question);
  where.add((p) => `e.seq > ${p}::bigint`, after);
  where.add(
    (p) =>
      `e.seq = any(array(select unnest(c.entries) from ${sql.schema}charge c` +
      ` where c.workspace_id = $1::text and c.id = ${p}::text))`,
    question.charge,
  );
  return {
    text: `select ${entryColumns} from ${sql.schema}entry e where ${where.text} order by e.seq limit ${limit}`,
    params: where.params,
  };
}

function filters({ workspace, member, from, to }: Question<"entries">) {
  const where = conditions();
  where.add((p) => `e.workspace_id = ${p}::text`, workspace);
  if (member !== null) where.add((p) => `e.member = ${p}::text`, member);
  if (from !== null) where.add((p) => `e.at >= to_timestamp(${p}::float8 / 1000)`, from);
  if (to !== null) where.add((p) => `e.at < to_timestamp(${p}::float8 / 1000)`, to);
  return where;
}
