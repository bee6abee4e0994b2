import { printMigrations } from "ducat";
import {
  type Backend,
  type BulkContender,
  creditsPerCharge,
  hotWorkspace,
  type Population,
  wrong,
} from "../contender.ts";
import type { Sessions } from "../sessions.ts";
import { schemaOf } from "./account-tables.ts";

/** Pairs a statement: beyond a few thousand the rate no longer rises. */
const pairsPerStatement = 5_000;

/** Arrays as text literals, made once: this contender measures the database, not how fast Node writes arrays. */
interface Batch {
  parameters: string[];
}

/**
 * The limit: the rows that charges and settles leave behind (a charge and two ledger entries a pair) in Ducat's own tables, and
 * nothing else: no lock, no balance, no check, thousands of pairs a statement. Nothing that keeps these rows can be faster.
 */
export function bulkInsert(name: string, backend: Backend, sessions: Sessions): BulkContender {
  const schema = schemaOf(name);
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
      // The lines with a backslash are for psql, which this is not.
      await sessions.script(printMigrations(schema).replaceAll(/^\\.*$/gm, ""));
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
  // In the order of the primary key, which is the order that an index likes best.
  const workspaces = Array.from({ length: pairsPerStatement }, () => population.workspaces[pick()] as string).sort();
  const charges = workspaces.map((workspace, index) => ({
    workspace,
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

/** A charge that ended as it began and its two entries, every column as the engine leaves it; catalog and grant are examples. */
function insertSql(schema: string): string {
  const grant = "monthly:member-0000001:e1:1795378470975:3000";
  const slices = JSON.stringify([[grant, "monthly", "member-0000001", creditsPerCharge, 0]]);
  return `
    WITH charges AS (
      INSERT INTO ${schema}.charge (workspace_id, id, member, feature, mode, quantity, delivered, unit_price, estimated, settles,
        unlimited, amount, state, settled_amount, refunded_amount, refunded_units, uncollected, cancel_requested, slices, entries,
        catalog_version, attempt, ended_by, ended_attempt, lease_ms, lease_expires_at, created_at, ended_at, metadata, epoch,
        cycle_starts_at)
      SELECT workspace_id, $1::text || id, member, 'generate-component', 'standard', 1, 1, amount, false, 'unit',
        false, amount, 'settled', amount, 0, 0, 0, false, '${slices}', ARRAY[$2::bigint + number * 2 - 1, $2::bigint + number * 2],
        '88785c394c6caa5e', $1::text || id, 'settle', $1::text || id, 600000, now(), now(), now(), '{}', 'e1',
        date_trunc('day', now())
      FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY
        AS row (workspace_id, id, member, amount, number)
    )
    INSERT INTO ${schema}.entry (workspace_id, seq, kind, holder, member, grant_id, charge_id, amount, moved, balance_after, at,
      recorded_at)
    SELECT workspace_id, $2::bigint + number, kind, member, member, '${grant}', $1::text || charge_id, amount,
      ${creditsPerCharge}, 1000000000000 - $2::bigint - number, now(), now()
    FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[]) WITH ORDINALITY
      AS row (workspace_id, charge_id, kind, member, amount, number)`;
}
