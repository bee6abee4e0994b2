import type { Session, Value } from "../../database/port.ts";
import type { VerifiedCharge } from "../../verify/check-charge.ts";
import { chargeColumns, toCharge } from "../rows.ts";
import type { Sql } from "../sql.ts";

const PAGE = 1_000;

/** The next charges by id, each with the entries that it lists, from one statement and so from one snapshot. */
export async function readCharges(
  sql: Sql,
  session: Session,
  workspace: string,
  after: string,
): Promise<{ charges: VerifiedCharge[]; next: string | null }> {
  const listed = "jsonb_build_array(e.seq, e.kind, e.holder, e.grant_id, e.charge_id, e.moved, e.member)";
  const [result] = await session.run([
    {
      name: "verify charges",
      text:
        `select ${chargeColumns}, l.charge_id is not null, e.listed from ${sql.schema}charge c` +
        ` left join ${sql.schema}lease l on l.workspace_id = $1::text and l.expires_at = c.lease_expires_at` +
        " and l.charge_id = c.id" +
        ` cross join lateral (select coalesce(jsonb_agg(${listed} order by e.seq), '[]') as listed` +
        ` from ${sql.schema}entry e where e.workspace_id = $1::text and e.seq = any(c.entries)) e` +
        ` where c.workspace_id = $1::text and c.id > $2::text order by c.id limit ${PAGE}`,
      params: [workspace, after],
    },
  ]);
  const rows = result?.rows ?? [];
  // Counted from the end: the charge's own columns stand before, however many they are.
  const charges = rows.map(
    (row): VerifiedCharge => ({ charge: toCharge(row), leased: row.at(-2), entries: row.at(-1).map(toListed) }),
  );
  return { charges, next: rows.length < PAGE ? null : (rows.at(-1)?.[1] ?? null) };
}

function toListed(r: readonly Value[]) {
  return { seq: r[0], kind: r[1], holder: r[2], grant: r[3], charge: r[4], moved: r[5], member: r[6] };
}
