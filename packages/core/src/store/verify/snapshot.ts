import type { Param, Result, Rows, Session, Statement } from "../../database/port.ts";
import type { HolderRow, MemberRow } from "../../engine/state.ts";
import type { Snapshot, VerifiedGrant } from "../../verify/compare.ts";
import type { Report } from "../../verify/report.ts";
import { decodeSlices } from "../charge-table.ts";
import {
  grantColumns,
  holderColumns,
  toGrant,
  toHolder,
  toMember,
  topUpColumns,
  toTopUp,
  toWorkspace,
  workspaceColumns,
} from "../rows.ts";
import { ms, type Sql } from "../sql.ts";

const PAGE = 10_000;

/** Everything but entries and ended charges, in pages, inside the transaction that the caller has begun. */
export async function readSnapshot(sql: Sql, session: Session, workspace: string, report: Report): Promise<Snapshot> {
  const { schema } = sql;
  const paged = (name: string, text: string) => eachRow(session, `verify ${name}`, text, [workspace]);

  const [found, numbers] = await session.run([
    {
      name: "verify workspace",
      text: `select ${workspaceColumns} from ${schema}workspace w where w.id = $1::text`,
      params: [workspace],
    },
    {
      name: "verify books",
      text: `select ${ms("min(l.expires_at)")} from ${schema}lease l where l.workspace_id = $1::text`,
      params: [workspace],
    },
  ]);
  const [firstLease] = (numbers as Result).rows[0] as [number | null];
  const holders = new Map<string, HolderRow>();
  const members = new Map<string, MemberRow>();
  const grants = new Map<string, VerifiedGrant>();
  const openSlices = new Map<string, number>();
  const leased = new Set<string>();
  const operatorRevoked = new Map<string, number>();

  for await (const row of paged(
    "holders",
    `select ${holderColumns}, h.id from ${schema}holder h` +
      " where h.workspace_id = $1::text and h.id > $2::text order by h.id",
  )) {
    holders.set(row[1], toHolder(row));
    const member = toMember(row);
    if (member !== null) members.set(member.id, member);
  }
  for await (const row of paged(
    "grants",
    `select ${grantColumns}, g.closed, g.id from ${schema}credit_grant g` +
      " where g.workspace_id = $1::text and g.id > $2::text order by g.id",
  )) {
    grants.set(row[1], { ...toGrant(row), closed: row.at(-2) });
  }
  for await (const row of paged(
    "leases",
    `select l.charge_id, c.state, c.slices, ${ms("l.expires_at")}, ${ms("c.lease_expires_at")}, l.charge_id` +
      ` from ${schema}lease l left join ${schema}charge c on c.workspace_id = $1::text and c.id = l.charge_id` +
      " where l.workspace_id = $1::text and l.charge_id > $2::text order by l.charge_id",
  )) {
    countLease(row, leased, openSlices, report);
  }
  const topUps: Snapshot["topUps"][number][] = [];
  for await (const row of paged(
    "top-ups",
    `select ${topUpColumns}, t.id from ${schema}top_up t where t.workspace_id = $1::text and t.id > $2::text order by t.id`,
  )) {
    topUps.push(toTopUp(row));
  }
  for await (const row of paged(
    "revokes",
    `select o.result->>'grant', (o.result->>'amount')::bigint, o.id from ${schema}operation o` +
      ` where o.workspace_id = $1::text and o.kind = 'revoke' and o.id > $2::text order by o.id`,
  )) {
    operatorRevoked.set(row[0], (operatorRevoked.get(row[0]) ?? 0) + row[1]);
  }
  return {
    workspace: toWorkspace(found?.rows[0] as Rows[number]),
    holders,
    members,
    grants,
    openSlices,
    operatorRevoked,
    topUps,
    firstLease,
  };
}

/** A lease is of an open charge, and ends when the charge says; the charge's slices are what its grants hold. */
function countLease(row: Rows[number], leased: Set<string>, openSlices: Map<string, number>, report: Report): void {
  const [charge, state, slices, endsAt, chargeEndsAt] = row as [string, string | null, string | null, number, number];
  const where = `lease of charge ${charge}`;
  report.same("lease", { charge }, "open", state ?? "none", where);
  if (state === null) return;
  report.same("lease", { charge }, chargeEndsAt, endsAt, `${where}, its end`);
  if (state !== "open" || leased.has(charge)) return;
  leased.add(charge);
  for (const { grant, amount, returned } of decodeSlices(slices ?? "[]")) {
    openSlices.set(grant, (openSlices.get(grant) ?? 0) + amount - returned);
  }
}

/** Runs a statement page by page; the last column is the key to go on from. */
async function* eachRow(session: Session, name: string, text: string, params: Param[]): AsyncGenerator<Rows[number]> {
  for (let after = ""; ; ) {
    const statement: Statement = { name, text: `${text} limit ${PAGE}`, params: [...params, after] };
    const [result] = await session.run([statement]);
    const rows = result?.rows ?? [];
    yield* rows;
    if (rows.length < PAGE) return;
    after = (rows.at(-1) as Rows[number]).at(-1);
  }
}
