import {
  type Backend,
  type BulkContender,
  creditsPerCharge,
  hotWorkspace,
  type Population,
  wrong,
} from "../contender.ts";
import type { Sessions } from "../sessions.ts";

/** Pairs a statement: beyond a few thousand the rate no longer rises. */
const pairsPerStatement = 5_000;

/** Arrays as text literals, made once: this contender measures the database, not how fast Node writes arrays. */
interface Batch {
  parameters: string[];
}

/**
 * The limit: the rows that charges and settles leave behind (a charge and two ledger entries a pair), and nothing else: no lock,
 * no balance, no check, thousands of pairs a statement. Nothing that keeps these rows can be faster than this.
 */
export function bulkInsert(backend: Backend, sessions: Sessions): BulkContender {
  const name = backend === "pglite" ? "bulk-insert-pglite" : "bulk-insert";
  const schema = name.replaceAll("-", "_");
  const statement = { name: `${schema}-rows`, text: insertSql(schema) };
  let population: Population;
  const batches = new Map<"hot" | "spread", Batch>();
  let inserted = 0;

  return {
    kind: "bulk",
    name,
    backend,
    description: `one INSERT … unnest for the rows of ${pairsPerStatement.toLocaleString("en")} pairs: the limit`,
    async prepare(given) {
      population = given;
      await sessions.script(definition(schema));
      batches.set(
        "hot",
        makeBatch(population, () => hotWorkspace),
      );
      const others = population.workspaces.length - 1;
      batches.set(
        "spread",
        makeBatch(population, () => 1 + Math.floor(Math.random() * others)),
      );
    },
    async insert(shape) {
      const batch = batches.get(shape);
      if (!batch) throw new Error("not prepared");
      const number = inserted;
      inserted += 1;
      const prefix = `${String(number).padStart(8, "0")}-`;
      await sessions.query(statement, [prefix, number * pairsPerStatement * 2, ...batch.parameters]);
      return pairsPerStatement;
    },
    async check(pairs) {
      const [found] = await sessions.query(
        {
          name: `${schema}-check`,
          text: `SELECT (SELECT count(*) FROM ${schema}.charge)::int AS charges, (SELECT count(*) FROM ${schema}.entry)::int AS entries`,
        },
        [],
      );
      if (found?.charges !== pairs) wrong(name, `${found?.charges} charges, not ${pairs}`);
      if (found.entries !== pairs * 2) wrong(name, `${found.entries} entries, not ${pairs * 2}`);
    },
    close: sessions.close,
  };
}

function makeBatch(population: Population, pick: () => number): Batch {
  const charges = Array.from({ length: pairsPerStatement }, (_, index) => ({
    workspace: population.workspaces[pick()] as string,
    id: `charge-${String(index).padStart(20, "0")}`,
  }));
  const entries = charges.flatMap((charge) => [
    { ...charge, kind: "charge", amount: -creditsPerCharge },
    { ...charge, kind: "settle", amount: 0 },
  ]);
  const array = (values: (string | number)[]) => `{${values.join(",")}}`;
  return {
    parameters: [
      array(charges.map((charge) => charge.workspace)),
      array(charges.map((charge) => charge.id)),
      array(charges.map(() => population.member)),
      array(charges.map(() => creditsPerCharge)),
      array(entries.map((entry) => entry.workspace)),
      array(entries.map((entry) => entry.id)),
      array(entries.map((entry) => entry.kind)),
      array(entries.map(() => population.member)),
      array(entries.map((entry) => entry.amount)),
    ],
  };
}

/** The columns that the contract asks of a charge and of an entry. */
function definition(schema: string): string {
  return `
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.charge (
      workspace_id text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      member_id text COLLATE "C" NOT NULL,
      feature text NOT NULL,
      mode text NOT NULL,
      quantity integer NOT NULL,
      delivered integer NOT NULL,
      unit_price bigint,
      amount bigint NOT NULL,
      state text NOT NULL,
      settled_amount bigint NOT NULL,
      refunded_amount bigint NOT NULL,
      reason text,
      cancel_requested boolean NOT NULL,
      slices jsonb NOT NULL,
      attempt text NOT NULL,
      end_attempt text,
      fingerprint text NOT NULL,
      catalog_version text NOT NULL,
      metadata jsonb,
      created_at timestamptz NOT NULL,
      ended_at timestamptz,
      PRIMARY KEY (workspace_id, id)
    );
    CREATE TABLE ${schema}.entry (
      workspace_id text COLLATE "C" NOT NULL,
      seq bigint NOT NULL,
      kind text NOT NULL,
      holder text COLLATE "C" NOT NULL,
      member_id text COLLATE "C",
      grant_id text COLLATE "C" NOT NULL,
      charge_id text COLLATE "C",
      purchase text COLLATE "C",
      amount bigint NOT NULL,
      moved bigint NOT NULL,
      balance_after bigint NOT NULL,
      at timestamptz NOT NULL,
      recorded_at timestamptz NOT NULL,
      PRIMARY KEY (workspace_id, seq)
    );`;
}

function insertSql(schema: string): string {
  return `
    WITH charges AS (
      INSERT INTO ${schema}.charge
      SELECT workspace_id, $1::text || id, member_id, 'generate-component', 'standard', 1, 1, amount, amount, 'settled', amount, 0, NULL,
             false, '[{"grant":"monthly-2026-11-01-3000","amount":10,"returned":0}]', $1::text || id, $1::text || id,
             'a6b1c2d3e4f50718', 'c0ffee0123456789', NULL, now(), now()
      FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[]) AS row (workspace_id, id, member_id, amount)
    )
    INSERT INTO ${schema}.entry
    SELECT workspace_id, $2::bigint + number, kind, member_id, member_id, 'monthly-2026-11-01-3000', $1::text || charge_id, NULL, amount,
           ${creditsPerCharge}, 1000000000 - $2::bigint - number, now(), now()
    FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[]) WITH ORDINALITY
      AS row (workspace_id, charge_id, kind, member_id, amount, number)`;
}
