import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshSchema, testDatabaseUrl } from "../../../../test/setup/database.ts";
import { pgliteTemplate } from "../../../../test/setup/pglite-template.ts";
import { pgDatabase } from "../../src/database/pg.ts";
import type { Param, Statement } from "../../src/database/port.ts";
import { type CallerTransaction, callerDatabase } from "../../src/database/transaction.ts";

/** Statements of every kind that the ledger uses, over every type that a driver might turn into something of its own. */
function samples(table: string): Statement[] {
  const params: Param[] = [[1, 2, null], ["a", 'b"\\', null], [true, false, null], '{"a":[1,null]}', null, 0.5];
  return [
    {
      name: "types",
      text: `select $1::int8[], $2::text[], $3::bool[], $4::jsonb, $5::text, $6::float8, 7::int8, 8.25::numeric, true,
        '2026-11-22'::date, '2026-11-22 10:00'::timestamp, '\\x01ff'::bytea, '6b9f2a3e-5c1d-4e8f-9a7b-0c1d2e3f4a5b'::uuid,
        '{"b":1}'::json, '1 day'::interval, array['2026-11-22 10:00'::timestamp], '{"{\\"a\\":1}"}'::jsonb[]`,
      params,
    },
    { text: `insert into ${table} select unnest($1::int[])`, params: [[1, 2, 3]] },
    { text: `update ${table} set id = id + 10 where id > $1::int returning id`, params: [1] },
    { text: `delete from ${table} where id = $1::int`, params: [1] },
    { text: `select id from ${table} where id = any($1::int[]) order by id for update`, params: [[12, 13]] },
    { text: "select 1 where false" },
  ];
}

type WithTransaction = (work: (transaction: CallerTransaction) => Promise<void>) => Promise<void>;

const url = testDatabaseUrl();
const schema = freshSchema();
const table = `${schema}.thing`;
let pool: pg.Pool;
let pglite: PGlite;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: url, max: 2 });
  pglite = await PGlite.create({ loadDataDir: new Blob([readFileSync(pgliteTemplate())]) });
  const script = `create schema ${schema}; create table ${table} (id int primary key);`;
  await pool.query(script);
  await pglite.exec(script);
}, 30_000);

afterAll(async () => {
  await pool.end();
  await pglite.close();
});

const onPg =
  (adapt: (client: pg.PoolClient) => CallerTransaction): WithTransaction =>
  async (work) => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      await work(adapt(client));
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  };

const callers: Record<string, WithTransaction> = {
  "a pg client": onPg((client) => client),
  "a wrapper that passes pg's configuration on": onPg((client) => ({ query: (query: string) => client.query(query) })),
  "a transaction of PGlite": async (work) => await pglite.transaction(async (transaction) => await work(transaction)),
};

async function expected(): Promise<unknown> {
  const database = pgDatabase({ connectionString: url });
  try {
    return await database.withSession(async (session) => {
      await session.run([{ text: "begin" }]);
      const results = await session.run(samples(table));
      await session.run([{ text: "rollback" }]);
      return results;
    });
  } finally {
    await database.close();
  }
}

async function idsIn(transaction: CallerTransaction): Promise<unknown> {
  return await callerDatabase(transaction).withSession(async (session) => {
    const [result] = await session.run([{ text: `select id from ${table} order by id` }]);
    return result?.rows;
  });
}

describe.each(Object.entries(callers))("%s", (_name, withTransaction) => {
  it("answers as the database's own adapter does", async () => {
    const wanted = await expected();
    const changedMind = new Error("roll back");
    const work = withTransaction(async (transaction) => {
      const results = await callerDatabase(transaction).withSession((session) => session.run(samples(table)));
      expect(results).toEqual(wanted);
      throw changedMind;
    });
    await expect(work).rejects.toBe(changedMind);
  });

  it("leaves commit and rollback to the caller", async () => {
    const insert = { text: `insert into ${table} values ($1::int)`, params: [50] };
    const failing = withTransaction(async (transaction) => {
      const database = callerDatabase(transaction);
      await database.withSession((session) => session.run([insert]));
      await database.close();
      await expect(idsIn(transaction)).resolves.toEqual([[50]]);
      await database.withSession((session) => session.run([insert, { text: "select 1" }]));
    });
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    await withTransaction(async (transaction) => {
      await expect(idsIn(transaction)).resolves.toEqual([]);
      await callerDatabase(transaction).withSession((session) => session.script(`select 1; truncate ${table}`));
    });
  });

  it("lets several use the transaction, one after another", async () => {
    await withTransaction(async (transaction) => {
      const database = callerDatabase(transaction);
      const sums = await Promise.all(
        [1, 2, 3].map(async (number) => {
          const statement = { name: "double", text: "select $1::int * 2", params: [number] };
          return (await database.withSession((session) => session.run([statement])))[0]?.rows;
        }),
      );
      expect(sums).toEqual([[[2]], [[4]], [[6]]]);
    });
  });
});

describe("what is no transaction", () => {
  const isRefused = expect.objectContaining({ code: "invalid_options" });

  it("refuses a pool, a whole PGlite, and what cannot query", () => {
    expect(() => callerDatabase(pool)).toThrow(isRefused);
    expect(() => callerDatabase(pglite)).toThrow(isRefused);
    expect(() => callerDatabase({} as CallerTransaction)).toThrow(isRefused);
  });

  it("refuses a client that has not begun", async () => {
    const client = await pool.connect();
    try {
      await client.query("select 1");
      await expect(idsIn(client)).rejects.toEqual(isRefused);
    } finally {
      client.release();
    }
  });

  it("refuses a wrapper that answers with objects of its own", async () => {
    const wrapper = { query: async () => ({ rows: [{ id: 1 }], fields: [], rowCount: 1 }) };
    await expect(idsIn(wrapper)).rejects.toEqual(isRefused);
  });
});
