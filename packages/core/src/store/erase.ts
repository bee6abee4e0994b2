import type { Statement } from "../database/port.ts";
import type { Erasure } from "../engine/erase.ts";
import type { Sql } from "./sql.ts";

/**
 * Blanks what the rows that are stored already say about a person. It reads the workspace's charges once, by the index of
 * its history, and changes those that carry anything; a second erasure finds nothing left to change. The version of a
 * charge rises with it: whoever remembers the charge must not remember its metadata.
 */
export function eraseStatements({ schema }: Sql, workspace: string, { member, names }: Erasure): Statement[] {
  const params = [workspace, member];
  return [
    {
      name: "erase charges",
      text:
        `update ${schema}charge c set metadata = '{}', version = c.version + 1` +
        " where c.workspace_id = $1::text and c.quantity > 0 and c.member = $2::text and c.metadata <> '{}'::jsonb",
      params,
    },
    {
      name: "erase requests",
      text:
        `update ${schema}top_up_request r set note = null` +
        " where r.workspace_id = $1::text and r.member = $2::text and r.note is not null",
      params,
    },
    {
      name: "erase notes",
      text:
        `update ${schema}operation o set note = null where o.workspace_id = $1::text and o.note is not null and (` +
        `o.kind in ('promo', 'revoke') and exists (select 1 from ${schema}credit_grant g` +
        " where g.workspace_id = $1::text and g.id = o.result->>'grant' and g.holder = $2::text)" +
        ` or o.kind = 'support-refund' and exists (select 1 from ${schema}charge c` +
        " where c.workspace_id = $1::text and c.id = o.result->>'charge' and c.member = $2::text))",
      params,
    },
    {
      name: "erase actors",
      text: `update ${schema}operation o set actor = null where o.workspace_id = $1::text and o.actor = any($2::text[])`,
      params: [workspace, names],
    },
  ];
}
