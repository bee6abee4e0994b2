import { type Backend, creditsPerCharge, type PairContender, type Population } from "../contender.ts";
import type { Sessions } from "../sessions.ts";
import { accountTables } from "./account-tables.ts";

/**
 * The fastest honest form without batching: the whole charge in one statement, one round trip, and so with the settle.
 * A claim whose debit found too little divides by zero on purpose: the error undoes the claim without another round trip.
 */
export function guarded(name: string, backend: Backend, sessions: Sessions): PairContender {
  const tables = accountTables(name, sessions);
  const { schema } = tables;
  const charge = {
    name: `${schema}-charge`,
    text: `
      WITH claimed AS (
        INSERT INTO ${schema}.charge (workspace_id, id, member_id, feature, quantity, amount)
        VALUES ($1, $2, $3, $4, $5, $6::bigint)
        ON CONFLICT (workspace_id, id) DO NOTHING
        RETURNING 1
      ), debited AS (
        UPDATE ${schema}.account SET balance = balance - $6::bigint
        WHERE workspace_id = $1 AND balance >= $6::bigint AND EXISTS (SELECT FROM claimed)
        RETURNING balance
      )
      SELECT (SELECT count(*) FROM claimed)::int AS claimed,
             1 / (CASE WHEN EXISTS (SELECT FROM claimed) AND NOT EXISTS (SELECT FROM debited) THEN 0 ELSE 1 END) AS covered`,
  };
  const settle = {
    name: `${schema}-settle`,
    text: `
      WITH settled AS (
        UPDATE ${schema}.charge SET state = 'settled', settled_amount = amount, ended_at = now()
        WHERE workspace_id = $1 AND id = $2 AND state = 'open'
        RETURNING amount
      )
      INSERT INTO ${schema}.ledger (workspace_id, charge_id, kind, amount)
      SELECT $1, $2, 'settle', amount FROM settled
      ON CONFLICT (workspace_id, charge_id, kind) DO NOTHING
      RETURNING 1 AS settled`,
  };
  let population: Population;

  return {
    kind: "pairs",
    name,
    backend,
    description: "one statement for the charge (keyed INSERT, guarded UPDATE), one for the settle",
    prepare(given) {
      population = given;
      return tables.prepare(given);
    },
    async charge(index, id) {
      const workspace = population.workspaces[index];
      const values = [workspace, id, population.member, "generate-component", 1, creditsPerCharge];
      const [row] = await sessions.query(charge, values);
      if (row?.claimed !== 1) throw new Error("id seen before");
    },
    async settle(index, id) {
      const rows = await sessions.query(settle, [population.workspaces[index], id]);
      if (rows.length !== 1) throw new Error("not open");
    },
    check: tables.check,
    fillHistory: tables.fillHistory,
    close: sessions.close,
  };
}
