import { creditsPerCharge, type Population, wrong } from "../contender.ts";
import type { Sessions } from "../sessions.ts";

/** What Ducat has stored for one workspace: the member's credits, and how many rows stand behind them. */
interface WorkspaceState {
  seq: number;
  available: number;
  held: number;
  charges: number;
  settled: number;
  entries: number;
}

export type DucatState = ReadonlyMap<string, WorkspaceState>;

/** The grant that the benchmark gives; old charges are taken from it. */
const benchGrant = "promo:bench";

/** The real charge that old ones are copied from; all its credits come from `benchGrant`. */
export const templateCharge = "template";

export async function readDucatState(tables: Sessions, schema: string, member: string): Promise<DucatState> {
  const rows = await tables.query({ name: `${schema}-state`, text: stateSql(schema) }, [member]);
  return new Map(
    rows.map((row) => [
      row.id as string,
      {
        seq: Number(row.seq),
        available: Number(row.available),
        held: Number(row.held),
        charges: Number(row.charges),
        settled: Number(row.settled),
        entries: Number(row.entries),
      },
    ]),
  );
}

/** What autovacuum does within a minute of a table being filled; empty tables are left as nobody has counted them. */
export async function analyzeDucatTables(tables: Sessions, schema: string): Promise<void> {
  for (const table of ["workspace", "terms", "holder", "credit_grant"]) {
    await tables.script(`ANALYZE ${schema}.${table}`);
  }
}

/** Looks past Ducat's own answers at its tables: nothing lost, nothing twice, nothing left open. */
export async function checkDucatTables(
  tables: Sessions,
  run: { name: string; schema: string; population: Population; start: DucatState; pairs: Uint32Array },
): Promise<void> {
  const { name, schema, population, start } = run;
  const found = await readDucatState(tables, schema, population.member);
  for (const [index, workspace] of population.workspaces.entries()) {
    const pairs = run.pairs[index] ?? 0;
    const before = start.get(workspace);
    const now = found.get(workspace);
    if (!before || !now) wrong(name, `${workspace} is missing`);
    const expected = before.available - creditsPerCharge * pairs;
    if (now.available !== expected) wrong(name, `${workspace} has ${now.available}, not ${expected}`);
    if (now.held !== 0) wrong(name, `${workspace} holds ${now.held} with no charge open`);
    if (now.charges !== before.charges + pairs)
      wrong(name, `${workspace} has ${now.charges} charges, not ${before.charges + pairs}`);
    if (now.settled !== now.charges)
      wrong(name, `${workspace}: ${now.charges - now.settled} charges did not settle in full`);
    if (now.entries !== now.seq) wrong(name, `${workspace} has ${now.entries} entries and seq ${now.seq}`);
  }
  const [leases] = await tables.query(
    { name: `${schema}-leases`, text: `SELECT count(*)::int AS count FROM ${schema}.lease` },
    [],
  );
  if (leases?.count !== 0) wrong(name, `${leases?.count} leases with no charge open`);
}

/**
 * Makes the ledger old: settled charges, their entries, and the balances that follow from them, as the engine would have left
 * them. Half belong to the hot workspace, the rest to all others. Their member must have made one charge, `templateCharge`.
 */
export async function fillDucatHistory(
  tables: Sessions,
  { schema, population, pairs }: { schema: string; population: Population; pairs: number },
): Promise<void> {
  await tables.query({ name: `${schema}-history`, text: historySql(schema) }, [
    population.workspaces,
    pairs,
    population.member,
  ]);
  for (const table of ["charge", "entry", "workspace", "holder", "credit_grant"]) {
    // What autovacuum would have done by the time that so many rows had come in one by one.
    await tables.script(`VACUUM ANALYZE ${schema}.${table}`);
  }
}

function stateSql(schema: string): string {
  return `
    SELECT w.id, w.seq, g.available, g.held, coalesce(c.charges, 0) AS charges, coalesce(c.settled, 0) AS settled,
           coalesce(e.entries, 0) AS entries
    FROM ${schema}.workspace w
    JOIN (SELECT workspace_id, sum(available) AS available, sum(held) AS held
          FROM ${schema}.credit_grant WHERE holder = $1::text GROUP BY workspace_id) g ON g.workspace_id = w.id
    LEFT JOIN (SELECT workspace_id, count(*) AS charges,
                      count(*) FILTER (WHERE state = 'settled' AND settled_amount = amount) AS settled
               FROM ${schema}.charge GROUP BY workspace_id) c ON c.workspace_id = w.id
    LEFT JOIN (SELECT workspace_id, count(*) AS entries FROM ${schema}.entry GROUP BY workspace_id) e
      ON e.workspace_id = w.id`;
}

function historySql(schema: string): string {
  return `
    WITH share AS MATERIALIZED (
      SELECT s.workspace_id, s.pairs, w.seq, h.balance, h.last_at, h.cycle_starts_at
      FROM (
        SELECT id AS workspace_id,
               CASE WHEN n = 1 THEN $2::bigint - $2::bigint / 2
                    ELSE ($2::bigint / 2) * (n - 1) / others - ($2::bigint / 2) * (n - 2) / others END AS pairs
        FROM unnest($1::text[]) WITH ORDINALITY AS u (id, n), (SELECT cardinality($1::text[]) - 1 AS others) o
      ) s
      JOIN ${schema}.workspace w ON w.id = s.workspace_id
      JOIN ${schema}.holder h ON h.workspace_id = s.workspace_id AND h.id = $3::text
      WHERE s.pairs > 0
    ), old AS MATERIALIZED (
      SELECT share.*, n, 'history-' || lpad(n::text, 28, '0') AS id
      FROM share CROSS JOIN LATERAL generate_series(1, share.pairs) AS n
    ), charges AS (
      INSERT INTO ${schema}.charge
      SELECT filled.* FROM old CROSS JOIN LATERAL jsonb_populate_record(
        (SELECT c FROM ${schema}.charge c WHERE c.workspace_id = ($1::text[])[1] AND c.id = '${templateCharge}'),
        jsonb_build_object(
          'workspace_id', old.workspace_id, 'id', old.id, 'cycle_starts_at', old.cycle_starts_at,
          'created_at', old.last_at, 'ended_at', old.last_at,
          'entries', jsonb_build_array(old.seq + 2 * n - 1, old.seq + 2 * n)
        )) AS filled
    ), entries AS (
      INSERT INTO ${schema}.entry (workspace_id, seq, kind, holder, member, grant_id, charge_id, amount, moved,
                                   balance_after, at, recorded_at)
      SELECT old.workspace_id, old.seq + 2 * (n - 1) + half.number, half.kind, $3::text, $3::text, '${benchGrant}', old.id,
             half.amount, ${creditsPerCharge}, old.balance - ${creditsPerCharge} * n, old.last_at, old.last_at
      FROM old CROSS JOIN (VALUES (1, 'charge', -${creditsPerCharge}), (2, 'settle', 0)) AS half (number, kind, amount)
    ), grants AS (
      UPDATE ${schema}.credit_grant g
      SET available = g.available - ${creditsPerCharge} * share.pairs, spent = g.spent + ${creditsPerCharge} * share.pairs
      FROM share WHERE g.workspace_id = share.workspace_id AND g.id = '${benchGrant}'
    ), holders AS (
      UPDATE ${schema}.holder h
      SET balance = h.balance - ${creditsPerCharge} * share.pairs, cap_used = h.cap_used + ${creditsPerCharge} * share.pairs
      FROM share WHERE h.workspace_id = share.workspace_id AND h.id = $3::text
    )
    UPDATE ${schema}.workspace w SET seq = w.seq + 2 * share.pairs
    FROM share WHERE w.id = share.workspace_id`;
}
