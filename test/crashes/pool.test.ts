import { createCredits } from "ducat";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";

const direct = testCredits();
const screen = { member: "ada", feature: "generate-screen" } as const;
const pools: pg.Pool[] = [];

beforeAll(async () => await direct.credits.ready());

// The engines on the pools are closed by a hook that was set up before, and so runs after: they borrow nothing by then.
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
});

function engineOn(options: pg.PoolConfig, database: { connectionTimeoutMs?: number } = {}) {
  const pool = new pg.Pool({ connectionString: testDatabaseUrl(), ...options });
  pools.push(pool);
  const { credits } = testCredits({ schema: direct.schema, database: { pool, ...database } });
  return { pool, credits };
}

async function workspace(name: string): Promise<string> {
  await direct.credits.workspaces.put({ workspace: name });
  await direct.credits.members.put({ workspace: name, member: "ada", role: "editor" });
  return name;
}

describe("a host's pool of which the host holds every connection", () => {
  it("makes charges wait, and serves them all once a connection is free", async () => {
    const { pool, credits } = engineOn({ max: 2 });
    await credits.ready();
    const held = [await pool.connect(), await pool.connect()];
    const names = await Promise.all(["wait-a", "wait-b", "wait-c"].map(workspace));
    let answered = 0;
    const charges = Array.from({ length: 60 }, async (_, n) => {
      const answer = await credits.charge({ workspace: names[n % 3] as string, id: `c${n}`, ...screen });
      answered += 1;
      return answer.outcome;
    });
    // Every lane asks for a connection, and no more than one each: the host's own turn comes too.
    await expect.poll(() => pool.waitingCount, { timeout: 30_000 }).toBe(3);
    expect(answered).toBe(0);
    held.pop()?.release();
    const outcomes = await Promise.all(charges);
    // 600 credits a workspace are enough for all of them, and one connection was enough for all lanes.
    expect(new Set(outcomes)).toEqual(new Set(["charged"]));
    held.pop()?.release();
    expect(await credits.verify()).toMatchObject({ ok: true });
  });

  it("that gives up waiting is answered as database_unavailable, nothing was done, and the same call succeeds later", async () => {
    const { pool, credits } = engineOn({ max: 1, connectionTimeoutMillis: 50 });
    await credits.ready();
    const name = await workspace("gives-up");
    const held = await pool.connect();
    const charge = () => credits.charge({ workspace: name, id: "c", attempt: "first", ...screen });
    const unavailable = { name: "DucatError", code: "database_unavailable", retryable: true };
    await expect(charge()).rejects.toMatchObject(unavailable);
    await expect(credits.balance({ workspace: name })).rejects.toMatchObject(unavailable);
    expect((await direct.credits.charges.list({ workspace: name })).data).toEqual([]);
    held.release();
    expect(await charge()).toMatchObject({ outcome: "charged", replayed: false, balance: { held: 30 } });
  });

  it("does not make a host wait for itself for ever that charges while it holds the last one", async () => {
    // The pool itself would wait without an end.
    const { pool, credits } = engineOn({ max: 1 }, { connectionTimeoutMs: 30 });
    await credits.ready();
    const name = await workspace("itself");
    const held = await pool.connect();
    const charge = () => credits.charge({ workspace: name, id: "c", ...screen });
    await expect(charge()).rejects.toMatchObject({ code: "database_unavailable", retryable: true });
    held.release();
    expect(await charge()).toMatchObject({ outcome: "charged", replayed: false });
    // What came too late went back to the pool.
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
  });

  it("can charge inside the transaction that holds the last connection", async () => {
    const { pool, credits } = engineOn({ max: 1 });
    await credits.ready();
    const name = await workspace("inside");
    const held = await pool.connect();
    await held.query("begin");
    const charged = await credits.within(held).charge({ workspace: name, id: "c", ...screen });
    await held.query("commit");
    held.release();
    expect(charged).toMatchObject({ outcome: "charged" });
    expect(await credits.charges.get({ workspace: name, id: "c" })).toMatchObject({ state: "open" });
  });

  it("lets a caller go that no longer waits, and keeps nothing of its charge", async () => {
    const { pool, credits } = engineOn({ max: 1 });
    await credits.ready();
    const name = await workspace("gone");
    const held = await pool.connect();
    const gone = new AbortController();
    // The first is the batch that waits for the connection; the second is still in the queue when its caller goes.
    const first = credits.charge({ workspace: name, id: "first", ...screen });
    await expect.poll(() => pool.waitingCount, { timeout: 30_000 }).toBe(1);
    const second = credits.charge({ workspace: name, id: "second", ...screen }, { signal: gone.signal });
    second.catch(() => {});
    gone.abort(new Error("The user has left."));
    held.release();
    await expect(second).rejects.toThrow("The user has left.");
    expect(await first).toMatchObject({ outcome: "charged" });
    expect((await credits.charges.list({ workspace: name })).data.map(({ id }) => id)).toEqual(["first"]);
  });
});

it("connections that the server does not give are told as database_unavailable, and charges go on when it has some", async () => {
  const name = await workspace("too-many");
  const role = `crash_${direct.schema}`;
  const hand = new pg.Client({ connectionString: testDatabaseUrl() });
  await hand.connect();
  await hand.query(`create role ${role} login superuser connection limit 0`);
  try {
    // A superuser's connections are not limited, so its rights are taken once it is there.
    await hand.query(`alter role ${role} nosuperuser`);
    await hand.query(`grant all on schema ${direct.schema} to ${role}`);
    await hand.query(`grant all on all tables in schema ${direct.schema} to ${role}`);
    const url = new URL(testDatabaseUrl());
    url.username = role;
    const credits = createCredits({
      database: { connectionString: url.href },
      schema: direct.schema,
      background: false,
      log: () => {},
    });
    const charge = () => credits.charge({ workspace: name, id: "c", ...screen });
    await expect(charge()).rejects.toMatchObject({ code: "database_unavailable", retryable: true });
    await hand.query(`alter role ${role} connection limit 20`);
    expect(await charge()).toMatchObject({ outcome: "charged", replayed: false });
    await credits.close();
  } finally {
    await hand.query(`drop owned by ${role}; drop role ${role}`);
    await hand.end();
  }
});
