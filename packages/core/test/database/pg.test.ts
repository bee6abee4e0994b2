import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testDatabaseUrl } from "../../../../test/setup/database.ts";
import { classify } from "../../src/database/errors.ts";
import { type PgOptions, pgDatabase } from "../../src/database/pg.ts";
import type { Database, Session, Statement } from "../../src/database/port.ts";
import { type BreakableProxy, startProxy } from "./proxy.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open(options: PgOptions): Database {
  const database = pgDatabase(options);
  closing.push(() => database.close());
  return database;
}

function hostPool(config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: testDatabaseUrl(), max: 2, ...config });
  pool.on("error", () => {});
  closing.push(() => pool.end());
  return pool;
}

const run = (database: Database, ...statements: Statement[]) =>
  database.withSession((session) => session.run(statements));

const five: Statement[] = [
  { name: "begin", text: "begin" },
  { name: "one", text: "select $1::int", params: [1] },
  { name: "two", text: "select $1::text, $2::int[]", params: ["two", [1, 2]] },
  { name: "three", text: "select 3" },
  { name: "commit", text: "commit" },
];

async function backend(session: Session): Promise<number> {
  const [result] = await session.run([{ text: "select pg_backend_pid()" }]);
  return result?.rows[0]?.[0];
}

describe("through a proxy", () => {
  let proxy: BreakableProxy;

  beforeEach(async () => {
    proxy = await startProxy(testDatabaseUrl());
    closing.push(() => proxy.close());
  });

  it("sends five statements in one piece and one round trip, also the first time", async () => {
    const database = open({ connectionString: proxy.url });
    await run(database, { text: "select 1" });
    for (let turn = 0; turn < 2; turn++) {
      proxy.restart();
      const results = await run(database, ...five);
      expect(results.map(({ rows }) => rows)).toEqual([[], [[1]], [["two", [1, 2]]], [[3]], []]);
      expect(proxy.pieces()).toBe(1);
      expect(proxy.roundTrips()).toBe(1);
    }
  });

  it("says that the database is unavailable when the connection breaks under a statement, and connects anew", async () => {
    const database = open({ connectionString: proxy.url });
    await run(database, { text: "select 1" });
    proxy.cut("after the next piece");
    const error = await run(database, { text: "select pg_sleep(30)" }).catch((error) => error);
    expect(error).toMatchObject({ code: "database_unavailable", retryable: true });
    expect(classify(error)).toBe("unavailable");
    expect(await run(database, ...five)).toHaveLength(5);
  });

  it("notices a connection that broke between two statements", async () => {
    const database = open({ connectionString: proxy.url });
    const work = database.withSession(async (session) => {
      await session.run([{ text: "begin" }]);
      proxy.cut("now");
      await session.run([{ text: "select 1" }]);
    });
    await expect(work).rejects.toMatchObject({ code: "database_unavailable" });
    expect(await run(database, ...five)).toHaveLength(5);
  });

  it("is unavailable when nobody answers", async () => {
    const { url } = proxy;
    await proxy.close();
    closing.splice(0);
    const error = await run(open({ connectionString: url }), ...five).catch((error) => error);
    expect(error).toMatchObject({ code: "database_unavailable", cause: { code: "ECONNREFUSED" } });
  });
});

describe("when the server ends the connection", () => {
  it("passes on why it did so under a statement", async () => {
    const database = open({ connectionString: testDatabaseUrl() });
    const other = open({ connectionString: testDatabaseUrl() });
    const error = await database
      .withSession(async (session) => {
        const pid = await backend(session);
        const sleeping = session.run([{ text: "select pg_sleep(30)" }]);
        await Promise.all([sleeping, run(other, { text: "select pg_terminate_backend($1::int)", params: [pid] })]);
      })
      .catch((error) => error);
    expect(error).toMatchObject({ code: "57P01" });
    expect(classify(error)).toBe("unavailable");
    expect(await run(database, ...five)).toHaveLength(5);
  });

  it("passes on why it did so while nothing was asked of it", async () => {
    const database = open({ connectionString: testDatabaseUrl() });
    const error = await database
      .withSession(async (session) => {
        const pid = await backend(session);
        await session.run([{ text: "begin" }, { text: "set local idle_in_transaction_session_timeout = '1ms'" }]);
        const other = open({ connectionString: testDatabaseUrl() });
        const gone: Statement = { text: "select from pg_stat_activity where pid = $1::int", params: [pid] };
        while ((await run(other, gone))[0]?.count !== 0);
        await session.run([{ text: "commit" }]);
      })
      .catch((error) => error);
    expect(error).toMatchObject({ code: "25P03" });
    expect(classify(error)).toBe("transient");
    expect(await run(database, ...five)).toHaveLength(5);
  });
});

describe("a host's own pool", () => {
  it("is borrowed and not closed", async () => {
    const pool = hostPool({ max: 1 });
    const database = open({ pool });
    expect(await run(database, ...five)).toHaveLength(5);
    await database.close();
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("gets its connection back outside any transaction, whatever the work did", async () => {
    const pool = hostPool({ max: 1 });
    const database = open({ pool });
    await expect(run(database, { text: "begin" })).rejects.toThrow("inside a transaction");
    await expect(run(database, { text: "begin" }, { text: "select 1/0" })).rejects.toMatchObject({ code: "22012" });
    await expect(pool.query("vacuum pg_catalog.pg_am")).resolves.toBeDefined();
    expect(pool.totalCount).toBe(1);
  });

  it("gets no connection back that is still running something", async () => {
    const pool = hostPool({ max: 1 });
    const database = open({ pool });
    let forgotten: Promise<unknown> | undefined;
    const work = database.withSession(async (session) => {
      forgotten = session.run([{ text: "select pg_sleep(30)" }]);
      forgotten.catch(() => {});
    });
    await expect(work).rejects.toThrow();
    await expect(forgotten).rejects.toMatchObject({ code: "database_unavailable" });
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("may use its own parsers, and statements of its own between ours", async () => {
    const pool = hostPool({ max: 1, types: { getTypeParser: () => () => "spoiled" } });
    const database = open({ pool });
    for (let turn = 0; turn < 2; turn++) {
      expect((await pool.query("select 1 as one")).rows).toEqual([{ one: "spoiled" }]);
      expect((await run(database, ...five))[1]?.rows).toEqual([[1]]);
    }
  });

  it("may forget what was prepared: the retry heals it", async () => {
    const pool = hostPool({ max: 1 });
    const database = open({ pool });
    await run(database, ...five);
    await pool.query("discard all");
    const error = await run(database, ...five).catch((error) => error);
    expect(classify(error)).toBe("transient");
    expect(await run(database, ...five)).toHaveLength(5);
  });

  it("may change a table under a prepared statement: the retry heals it", async () => {
    const pool = hostPool({ max: 1 });
    const database = open({ pool });
    const all: Statement = { name: "all", text: "select * from pg_temp.changing" };
    await pool.query("create temp table changing (id int); insert into changing values (1)");
    expect((await run(database, all))[0]?.rows).toEqual([[1]]);
    await pool.query("alter table changing add column more jsonb default '{}'");
    const error = await run(database, all).catch((error) => error);
    expect(classify(error)).toBe("transient");
    expect((await run(database, all))[0]?.rows).toEqual([[1, {}]]);
  });

  it("may have a query timeout, which spoils no later borrowing", async () => {
    const pool = hostPool({ max: 1, query_timeout: 200 });
    const database = open({ pool });
    await expect(run(database, { text: "select pg_sleep(30)" })).rejects.toMatchObject({
      code: "database_unavailable",
    });
    expect(await run(database, ...five)).toHaveLength(5);
    const slower = database.withSession(async (session) => {
      for (let turn = 0; turn < 4; turn++) await session.run([{ text: "select pg_sleep(0.07)" }]);
    });
    await expect(slower).resolves.toBeUndefined();
  });

  it("may be in pg's pipeline mode, which takes no messages of ours: one statement after another then", async () => {
    const pool = hostPool({ max: 1, pipeline: true } as pg.PoolConfig);
    const database = open({ pool });
    const results = await run(database, ...five, { text: "select '{\"a\":9}'::jsonb, 9::int8, null" });
    expect(results.map(({ rows }) => rows)).toEqual([[], [[1]], [["two", [1, 2]]], [[3]], [], [[{ a: 9 }, 9, null]]]);
    await expect(run(database, { text: "begin" })).rejects.toThrow("inside a transaction");
    await expect(run(database, { text: "begin" }, { text: "select 1/0" }, { text: "commit" })).rejects.toMatchObject({
      code: "22012",
    });
    await database.withSession((session) => session.script("select 1; select 2"));
    await expect(pool.query("vacuum pg_catalog.pg_am")).resolves.toBeDefined();
  });
});

it("prepares nothing where it must not", async () => {
  const pool = hostPool({ max: 1 });
  const database = open({ pool, preparedStatements: false });
  for (let turn = 0; turn < 2; turn++) expect((await run(database, ...five))[1]?.rows).toEqual([[1]]);
  expect((await pool.query("select * from pg_prepared_statements")).rows).toEqual([]);
});

it("prepares each text once a connection", async () => {
  const pool = hostPool({ max: 1 });
  const database = open({ pool });
  for (let turn = 0; turn < 3; turn++) await run(database, ...five, ...five);
  expect((await pool.query("select * from pg_prepared_statements")).rowCount).toBe(5);
});

it("refuses to work after close", async () => {
  const database = open({ connectionString: testDatabaseUrl() });
  await run(database, ...five);
  await database.close();
  await database.close();
  await expect(run(database, ...five)).rejects.toMatchObject({ code: "closed" });
});

it("passes on what the server has against the connection", async () => {
  const url = new URL(testDatabaseUrl());
  url.pathname = "/no_such_database";
  await expect(run(open({ connectionString: url.href }), ...five)).rejects.toMatchObject({ code: "3D000" });
});

it("refuses a connection string that is none, and does not repeat its password", async () => {
  const error = await run(open({ connectionString: "postgres://user:secret@[host" }), ...five).catch((error) => error);
  expect(error).toMatchObject({ code: "invalid_options" });
  expect(error.cause).toBeUndefined();
  expect(error.message).not.toContain("secret");
});

it("refuses an empty address, which would be some other server", () => {
  expect(() => pgDatabase({ connectionString: "" })).toThrow(
    expect.objectContaining({ code: "invalid_options", message: expect.stringContaining("connectionString is empty") }),
  );
});
