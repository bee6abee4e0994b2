import type { Session } from "../../database/port.ts";
import type { VerifiedEntry } from "../../verify/replay.ts";
import { ms, type Sql } from "../sql.ts";

/** Entries read at once. */
export const PAGE = 5_000;

/** The next entries, each with whether its charge exists and lists it. */
export async function readEntries(
  sql: Sql,
  session: Session,
  workspace: string,
  after: number,
): Promise<VerifiedEntry[]> {
  const [result] = await session.run([
    {
      name: "verify entries",
      text:
        "select e.seq, e.kind, e.holder, e.member, e.grant_id, e.charge_id, e.purchase, e.amount, e.moved," +
        ` e.balance_after, ${ms("e.at")}, c.id is not null, coalesce(e.seq = any(c.entries), false)` +
        ` from ${sql.schema}entry e` +
        ` left join ${sql.schema}charge c on c.workspace_id = $1::text and c.id = e.charge_id` +
        ` where e.workspace_id = $1::text and e.seq > $2::bigint order by e.seq limit ${PAGE}`,
      params: [workspace, after],
    },
  ]);
  return (result?.rows ?? []).map((r) => ({
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
    at: r[10],
    chargeFound: r[11],
    listed: r[12],
  }));
}
