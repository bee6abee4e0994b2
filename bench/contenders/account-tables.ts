import { creditsPerCharge, type Population, wrong } from "../contender.ts";
import type { Session, Sessions } from "../sessions.ts";

/** Enough that no run empties it, far from the limit of a safe integer. */
const startBalance = 1_000_000_000_000;

/** A balance, its charges and their ledger, as an application that keeps credits by hand has them. */
export interface AccountTables {
  schema: string;
  prepare(population: Population): Promise<void>;
  check(pairs: Uint32Array): Promise<void>;
  fillHistory(rows: number): Promise<void>;
}

/** One schema a contender, so that several generations of one can stand side by side. */
export const schemaOf = (name: string): string => name.replaceAll(/[^a-z0-9]/g, "_");

export function accountTables(name: string, sessions: Sessions): AccountTables {
  const schema = schemaOf(name);
  let population: Population;
  /** Charges that `fillHistory` made; they are settled and were never in a balance. */
  let oldCharges = 0;

  return {
    schema,
    async prepare(given) {
      population = given;
      await sessions.script(definition(schema));
      await sessions.query(
        {
          name: `${schema}-accounts`,
          text: `INSERT INTO ${schema}.account (workspace_id, balance) SELECT id, $2::bigint FROM unnest($1::text[]) AS id`,
        },
        [population.workspaces, startBalance],
      );
      // Only the table with rows: statistics of an empty one would make the planner prefer a sequential scan for good.
      await sessions.script(`ANALYZE ${schema}.account`);
    },
    async check(pairs) {
      const total = pairs.reduce((sum, count) => sum + count, 0);
      const accounts = await sessions.query(
        { name: `${schema}-check-accounts`, text: `SELECT workspace_id, balance FROM ${schema}.account` },
        [],
      );
      if (accounts.length !== population.workspaces.length) wrong(name, `${accounts.length} accounts`);
      const balances = new Map(accounts.map((row) => [row.workspace_id as string, Number(row.balance)]));
      for (const [index, workspace] of population.workspaces.entries()) {
        const expected = startBalance - creditsPerCharge * (pairs[index] ?? 0);
        const found = balances.get(workspace);
        if (found !== expected) wrong(name, `${workspace} has ${found}, not ${expected}`);
      }
      await checkCounts(name, schema, sessions, total + oldCharges);
    },
    async fillHistory(rows) {
      // Half charges, half ledger entries; half of them the hot workspace's, the rest over all of them.
      const charges = Math.ceil(rows / 2);
      await sessions.query({ name: `${schema}-history`, text: historySql(schema) }, [population.workspaces, charges]);
      // What autovacuum would have done by the time that so many rows had come in one by one.
      await sessions.script(`VACUUM ANALYZE ${schema}.charge`);
      await sessions.script(`VACUUM ANALYZE ${schema}.ledger`);
      oldCharges += charges;
    },
  };
}

async function checkCounts(name: string, schema: string, session: Session, expected: number): Promise<void> {
  const [found] = await session.query(
    {
      name: `${schema}-check-counts`,
      text: `SELECT (SELECT count(*) FROM ${schema}.charge WHERE state = 'settled' AND settled_amount = amount)::int AS settled,
                    (SELECT count(*) FROM ${schema}.charge)::int AS charges,
                    (SELECT count(*) FROM ${schema}.ledger)::int AS entries`,
    },
    [],
  );
  if (found?.settled !== expected) wrong(name, `${found?.settled} settled charges, not ${expected}`);
  if (found.charges !== expected) wrong(name, `${found.charges} charges, not ${expected}`);
  if (found.entries !== expected) wrong(name, `${found.entries} ledger entries, not ${expected}`);
}

/** As many columns as an honest application needs, and no more: fewer than Ducat's, to the advantage of the baseline. */
function definition(schema: string): string {
  return `
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.account (
      workspace_id text COLLATE "C" PRIMARY KEY,
      balance bigint NOT NULL CHECK (balance >= 0)
    ) WITH (fillfactor = 50);
    CREATE TABLE ${schema}.charge (
      workspace_id text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      member_id text COLLATE "C" NOT NULL,
      feature text NOT NULL,
      quantity integer NOT NULL,
      amount bigint NOT NULL,
      state text NOT NULL DEFAULT 'open',
      settled_amount bigint,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      PRIMARY KEY (workspace_id, id)
    ) WITH (fillfactor = 70);
    CREATE TABLE ${schema}.ledger (
      workspace_id text COLLATE "C" NOT NULL,
      charge_id text COLLATE "C" NOT NULL,
      kind text NOT NULL,
      amount bigint NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, charge_id, kind)
    );`;
}

function historySql(schema: string): string {
  return `
    WITH old AS MATERIALIZED (
      SELECT CASE WHEN n % 2 = 0 THEN ($1::text[])[1] ELSE ($1::text[])[1 + n % cardinality($1::text[])] END AS workspace_id,
             'history-' || lpad(n::text, 28, '0') AS id
      FROM generate_series(1, $2::int) AS n
    ), charges AS (
      INSERT INTO ${schema}.charge
        (workspace_id, id, member_id, feature, quantity, amount, state, settled_amount, ended_at)
      SELECT workspace_id, id, 'member-0000001', 'generate-component', 1, ${creditsPerCharge}, 'settled',
             ${creditsPerCharge}, now() FROM old
    )
    INSERT INTO ${schema}.ledger (workspace_id, charge_id, kind, amount)
    SELECT workspace_id, id, 'settle', ${creditsPerCharge} FROM old`;
}
