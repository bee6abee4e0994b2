import type { UsageRow } from "@ducat/client";
import type { Session } from "../../database/port.ts";
import type { Question } from "../../inputs/index.ts";
import type { Sql } from "../sql.ts";
import { addPeriod, indexed, runOut } from "./charges.ts";
import { conditions } from "./conditions.ts";
import { existing, lastSeq } from "./workspace.ts";

const keys = {
  feature: "c.feature",
  member: "c.member",
  day: `to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD')`,
} as const;

/** Sums beyond what a number can hold exactly stay at the largest that it can. */
const safe = (sum: string) => `least(${sum}, 9007199254740991)::bigint`;

/**
 * What was used in a period, by the instant at which the charges were made. `charges` counts all of them, `units` and
 * `credits` what was settled and not given back since, `refunded` what came back in any way. An open charge counts as a
 * charge and, until it ends, as nothing more. Every charge of the period is read, and no other.
 */
export async function sumUsage(sql: Sql, session: Session, question: Question<"usage">): Promise<{ data: UsageRow[] }> {
  const { workspace, by, member } = question;
  const where = conditions();
  where.add((p) => `c.workspace_id = ${p}::text`, workspace);
  where.add(() => indexed);
  addPeriod(where, question);
  if (member !== null) where.add((p) => `c.member = ${p}::text`, member);
  const settled = "filter (where c.state = 'settled')";
  const sums = [
    `(${keys[by]}) collate "C" as key`,
    "count(*)",
    `${safe(`coalesce(sum(c.delivered - c.refunded_units) ${settled}, 0)`)}`,
    `${safe(`coalesce(sum(c.amount - c.refunded_amount) ${settled}, 0)`)} as credits`,
    safe(`sum(case when ${runOut} then c.amount else c.refunded_amount end)`),
  ];
  const [found, rows] = await session.run([
    existing(sql, workspace),
    {
      text:
        `select ${sums.join(", ")} from ${sql.schema}charge c join ${sql.schema}workspace w on w.id = $1::text` +
        ` where ${where.text} group by 1 order by ${by === "day" ? "" : "credits desc, "}key`,
      params: where.params,
    },
  ]);
  lastSeq(workspace, found);
  const data = (rows?.rows ?? []).map(([key, charges, units, credits, refunded]) => ({
    key,
    charges,
    units,
    credits,
    refunded,
  }));
  return { data };
}
