import type { Session, Value } from "../database/port.ts";
import type { ChargeStory, SupportRefund } from "../engine/explain/story.ts";
import { first } from "../engine/grants.ts";
import type { EntryRow } from "../engine/state.ts";
import { decodeSlices } from "./charge-table.ts";
import { ms, type Sql } from "./sql.ts";

/** What explains a charge beside the rows that every command loads; `null` when there is no such charge. */
export async function readChargeStory(
  { schema }: Sql,
  session: Session,
  workspace: string,
  id: string,
): Promise<ChargeStory | null> {
  const [charges, operations] = await session.run([
    {
      name: "story charge",
      text: `select c.entries, c.slices from ${schema}charge c where c.workspace_id = $1::text and c.id = $2::text`,
      params: [workspace, id],
    },
    {
      name: "story refunds",
      text:
        `select o.id, o.actor, o.note, o.result, ${ms("o.at")} from ${schema}operation o` +
        " where o.workspace_id = $1::text and o.kind = 'support-refund' and o.result->>'charge' = $2::text",
      params: [workspace, id],
    },
  ]);
  const charge = charges?.rows[0];
  if (charge === undefined) return null;
  const [numbers, slices] = charge as [number[], string];
  const holders = [...new Set(decodeSlices(slices).map(({ holder }) => holder))];
  const refunds = operations?.rows ?? [];
  const reissues = refunds.flatMap(([operation]) => holders.map((holder) => `reissue:${first(operation)}:${holder}`));
  const [entries, grants] = await session.run([
    {
      name: "story entries",
      text:
        "select e.seq, e.kind, e.holder, e.member, e.grant_id, e.charge_id, e.purchase, e.amount, e.moved," +
        ` e.balance_after, ${ms("e.at")} from ${schema}entry e` +
        " where e.workspace_id = $1::text and e.seq = any($2::bigint[]) order by e.seq",
      params: [workspace, withFollowing(numbers)],
    },
    {
      name: "story reissues",
      text:
        `select g.id, ${ms("g.expires_at")} from ${schema}credit_grant g` +
        " where g.workspace_id = $1::text and g.id = any($2::text[])",
      params: [workspace, reissues],
    },
  ]);
  const ends = new Map<string, number>((grants?.rows ?? []).map(([grant, end]) => [grant, end]));
  return {
    entries: (entries?.rows ?? []).map(toEntryRow),
    supportRefunds: refunds.map((row) => toSupportRefund(row, holders, ends)),
  };
}

/** What comes back may be taken at once, which is an entry of the grant's purchase and not of the charge. */
function withFollowing(numbers: readonly number[]): number[] {
  return [...new Set(numbers.flatMap((seq) => [seq, seq + 1]))];
}

function toEntryRow(r: readonly Value[]): EntryRow {
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
    at: r[10],
  };
}

function toSupportRefund(
  [id, actor, note, result, at]: readonly Value[],
  holders: readonly string[],
  ends: ReadonlyMap<string, number>,
): SupportRefund {
  const until = holders.map((holder) => ends.get(`reissue:${first(id)}:${holder}`)).filter((end) => end !== undefined);
  return {
    id,
    actor,
    note,
    at,
    seq: result.seq,
    amount: result.amount,
    restored: result.restored,
    expired: result.expired,
    reissued: result.reissued,
    reissuedUntil: until.length === 0 ? null : Math.max(...until),
  };
}
