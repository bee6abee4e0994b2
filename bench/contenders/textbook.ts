import { type Backend, creditsPerCharge, type PairContender, type Population } from "../contender.ts";
import type { Sessions } from "../sessions.ts";
import { accountTables } from "./account-tables.ts";

/**
 * What a careful application does by hand: claim the id, lock the balance, look, update it, commit. Five round trips for the
 * charge and five for the settle, prepared statements. The charge is inserted before the balance is locked: a retry fails there
 * without touching the balance, and the lock is held over one round trip less than the other way round (5–10 % faster hot).
 */
export function textbook(name: string, backend: Backend, sessions: Sessions): PairContender {
  const tables = accountTables(name, sessions);
  const { schema } = tables;
  const lockBalance = {
    name: `${schema}-lock-balance`,
    text: `SELECT balance FROM ${schema}.account WHERE workspace_id = $1 FOR UPDATE`,
  };
  const updateBalance = {
    name: `${schema}-update-balance`,
    text: `UPDATE ${schema}.account SET balance = balance - $2 WHERE workspace_id = $1`,
  };
  const insertCharge = {
    name: `${schema}-insert-charge`,
    text: `INSERT INTO ${schema}.charge (workspace_id, id, member_id, feature, quantity, amount) VALUES ($1, $2, $3, $4, $5, $6)`,
  };
  const lockCharge = {
    name: `${schema}-lock-charge`,
    text: `SELECT state, amount FROM ${schema}.charge WHERE workspace_id = $1 AND id = $2 FOR UPDATE`,
  };
  const settleCharge = {
    name: `${schema}-settle-charge`,
    text: `UPDATE ${schema}.charge SET state = 'settled', settled_amount = $3, ended_at = now() WHERE workspace_id = $1 AND id = $2`,
  };
  const insertEntry = {
    name: `${schema}-insert-entry`,
    text: `INSERT INTO ${schema}.ledger (workspace_id, charge_id, kind, amount) VALUES ($1, $2, 'settle', $3)`,
  };
  let population: Population;

  return {
    kind: "pairs",
    name,
    backend,
    description: "BEGIN; INSERT; SELECT … FOR UPDATE; UPDATE; COMMIT for the charge, as many for the settle",
    prepare(given) {
      population = given;
      return tables.prepare(given);
    },
    charge(index, id) {
      const workspace = population.workspaces[index];
      return sessions.transaction(async (session) => {
        await session.query(insertCharge, [
          workspace,
          id,
          population.member,
          "generate-component",
          1,
          creditsPerCharge,
        ]);
        const [account] = await session.query(lockBalance, [workspace]);
        if (!account) throw new Error("unknown workspace");
        if (Number(account.balance) < creditsPerCharge) throw new Error("insufficient");
        await session.query(updateBalance, [workspace, creditsPerCharge]);
      });
    },
    settle(index, id) {
      const workspace = population.workspaces[index];
      return sessions.transaction(async (session) => {
        const [charge] = await session.query(lockCharge, [workspace, id]);
        if (charge?.state !== "open") throw new Error("not open");
        const amount = Number(charge.amount);
        await session.query(settleCharge, [workspace, id, amount]);
        await session.query(insertEntry, [workspace, id, amount]);
      });
    },
    check: tables.check,
    fillHistory: tables.fillHistory,
    close: sessions.close,
  };
}
