import type { defaultCatalog } from "ducat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommitProxy, startCommitProxy } from "../setup/commit-proxy.ts";
import { type TestCredits, testCredits } from "../setup/credits.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { connect, holdWorkspace, untilWaiting } from "../setup/hands.ts";

const schema = freshSchema();
const screen = { member: "ada", feature: "generate-screen" } as const;
let proxy: CommitProxy;
let engine: TestCredits<typeof defaultCatalog>;
let direct: TestCredits<typeof defaultCatalog>;

beforeAll(async () => {
  proxy = await startCommitProxy(testDatabaseUrl());
  engine = testCredits({ schema, lanes: 1, database: { connectionString: proxy.url, connectionTimeoutMs: 2_000 } });
  direct = testCredits({ schema });
  await direct.credits.ready();
  await engine.credits.ready();
});

afterAll(async () => await proxy.close());

async function freeWorkspace(workspace: string): Promise<void> {
  await direct.credits.workspaces.put({ workspace });
  await direct.credits.members.put({ workspace, member: "ada", role: "editor" });
}

async function entryKinds(workspace: string): Promise<string[]> {
  const { data } = await direct.credits.entries({ workspace });
  return data.map(({ kind }) => kind);
}

describe("a connection that breaks after COMMIT was sent and before its answer came", () => {
  it("gives the first answer to a charge, which is charged once", async () => {
    await freeWorkspace("charge");
    const lost = proxy.loseNextCommit();
    const answer = await engine.credits.charge({ workspace: "charge", id: "c", ...screen });
    await lost;
    expect(answer).toMatchObject({ outcome: "charged", replayed: false, balance: { available: 570, held: 30 } });
    expect(await entryKinds("charge")).toEqual(["grant", "charge"]);
  });

  it("gives the first answer to a settle and a refund, which happen once", async () => {
    await freeWorkspace("ends");
    const { credits } = engine;
    for (const id of ["a", "b"]) await credits.charge({ workspace: "ends", id, ...screen, quantity: 2 });
    const settleLost = proxy.loseNextCommit();
    expect(await credits.settle({ workspace: "ends", id: "a", delivered: 1 })).toMatchObject({
      outcome: "settled",
      charge: { settledAmount: 30, refundedAmount: 30 },
    });
    await settleLost;
    const refundLost = proxy.loseNextCommit();
    expect(await credits.refund({ workspace: "ends", id: "b", reason: "failed" })).toMatchObject({
      outcome: "refunded",
    });
    await refundLost;
    expect(await entryKinds("ends")).toEqual(["grant", "charge", "charge", "settle", "refund", "refund"]);
    expect(await direct.credits.verify({ workspaces: ["ends"] })).toMatchObject({ ok: true });
  });

  it("does every other kind of write once", async () => {
    await freeWorkspace("others");
    const { credits } = engine;
    const by = { actor: "test", note: "once" };
    const writes: (() => Promise<unknown>)[] = [
      () => credits.workspaces.put({ workspace: "made", plan: "pro" }),
      () => credits.members.put({ workspace: "made", member: "eve", role: "owner" }),
      () => credits.grant({ workspace: "made", id: "g", amount: 100, ...by }),
      () => credits.topUps.create({ workspace: "made", id: "t", pack: "small", recipients: ["eve"] }),
      () => credits.topUps.paid({ workspace: "made", id: "t", payment: "p" }),
      () => credits.topUps.refunded({ workspace: "made", id: "t", refunded: 500 }),
      () => credits.revokeGrant({ workspace: "made", id: "r", grant: "promo:g", amount: 40, ...by }),
      () => credits.subscriptions.update({ workspace: "made", plan: "business", newPeriod: "in-1" }),
    ];
    for (const write of writes) {
      const lost = proxy.loseNextCommit();
      await write();
      await lost;
    }
    const kinds = await entryKinds("made");
    // Eve's monthly credits, the promo and the top-up; and of the last two a part was taken back.
    expect(kinds).toEqual(["grant", "grant", "grant", "revoke", "revoke"]);
    expect(await direct.credits.verify({ workspaces: ["made"] })).toMatchObject({ ok: true });
  });
});

describe("a connection that breaks before COMMIT reached the database", () => {
  it("is followed by another, and the charge is charged once", async () => {
    await freeWorkspace("before");
    const stopped = proxy.stopNextCommit();
    const answer = await engine.credits.charge({ workspace: "before", id: "c", ...screen });
    await stopped;
    expect(answer).toMatchObject({ outcome: "charged", replayed: false });
    expect(await entryKinds("before")).toEqual(["grant", "charge"]);
  });
});

describe("a server process that is ended by somebody", () => {
  it("in the middle of a batch costs the batch another try", async () => {
    await freeWorkspace("ended");
    const held = await holdWorkspace(schema, "ended");
    const answers = ["a", "b", "c"].map((id) => engine.credits.charge({ workspace: "ended", id, ...screen }));
    await untilWaiting(held.client, 1);
    const hand = await connect();
    const { rows } = await hand.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where (select pg_backend_pid()) <> pid and $1::int = any(pg_blocking_pids(pid))",
      [(await held.client.query("select pg_backend_pid() as pid")).rows[0].pid],
    );
    expect(rows.length).toBe(1);
    await untilWaiting(held.client, 1);
    await held.release();
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ outcome: "charged", replayed: false });
    expect(await entryKinds("ended")).toEqual(["grant", "charge", "charge", "charge"]);
  });
});

describe("a database that is away", () => {
  it("is asked once a lane, told as database_unavailable, and used again when it is back", async () => {
    await freeWorkspace("away");
    proxy.goAway();
    const { credits } = engine;
    const charge = (id: string) => credits.charge({ workspace: "away", id, ...screen });
    const unavailable = { name: "DucatError", code: "database_unavailable", retryable: true };
    await expect(charge("first")).rejects.toMatchObject(unavailable);
    const untilKnown = proxy.triedWhileAway();
    expect(untilKnown).toBeLessThanOrEqual(5);

    const crowd = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => charge(`crowd-${n}`)));
    for (const one of crowd) expect(one).toMatchObject({ status: "rejected", reason: unavailable });
    // All fifty were one batch, and the database was asked once.
    expect(proxy.triedWhileAway() - untilKnown).toBe(1);
    await expect(credits.balance({ workspace: "away" })).rejects.toMatchObject(unavailable);
    await expect(credits.entries({ workspace: "away" })).rejects.toMatchObject(unavailable);
    await expect(credits.verify()).rejects.toMatchObject(unavailable);

    proxy.comeBack();
    expect(await charge("first")).toMatchObject({ outcome: "charged", replayed: false });
    expect(await entryKinds("away")).toEqual(["grant", "charge"]);
  });
});

it("nothing of this is a fault inside, and the ledger adds up", async () => {
  expect(engine.logged).toEqual([]);
  expect(await direct.credits.verify()).toMatchObject({ ok: true, differences: [] });
});
