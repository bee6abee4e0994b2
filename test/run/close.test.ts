import { once } from "node:events";
import type { NotEnded } from "ducat";
import { beforeAll, describe, expect, it } from "vitest";
import { startCommitProxy } from "../setup/commit-proxy.ts";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";

const { credits, schema } = testCredits();
const screens = { member: "ada", feature: "generate-screen", quantity: 3 } as const;
let workspaces = 0;

beforeAll(async () => await credits.ready());

async function fresh(): Promise<{ workspace: string; id: string }> {
  workspaces += 1;
  const workspace = `close-${workspaces}`;
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  return { workspace, id: "job" };
}

/** A work that is over when the test says so. */
function slowWork() {
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let started = () => {};
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  const work = async () => {
    started();
    await over;
    return "a picture";
  };
  return { work, running, finish };
}

describe("close", () => {
  it("waits for a run that works, and takes no new charge meanwhile", async () => {
    const engine = testCredits({ schema }).credits;
    const key = await fresh();
    const { work, running, finish } = slowWork();
    const run = engine.run({ ...key, ...screens }, work);
    await running;
    const closed = engine.close({ waitMs: 60_000 });
    await expect(engine.charge({ ...key, ...screens, id: "late" })).rejects.toMatchObject({ code: "closed" });
    await expect(engine.run({ ...key, ...screens, id: "late" }, work)).rejects.toMatchObject({ code: "closed" });
    // What runs may still need the other verbs.
    expect(await engine.heartbeat({ ...key, delivered: 1 })).toMatchObject({ outcome: "open" });
    finish();
    expect(await run).toMatchObject({ outcome: "settled", value: "a picture", charge: { settledAmount: 90 } });
    await closed;
    await expect(engine.balance({ workspace: key.workspace })).rejects.toMatchObject({ code: "closed" });
  });

  it("waits for a run whose charge is still being made", async () => {
    const engine = testCredits({ schema }).credits;
    const key = await fresh();
    const { work, running, finish } = slowWork();
    const run = engine.run({ ...key, ...screens }, work);
    const closed = engine.close({ waitMs: 60_000 });
    await running;
    finish();
    expect(await run).toMatchObject({ outcome: "settled" });
    await closed;
  });

  it("aborts what takes longer, and its end is written", async () => {
    const { credits: engine, logged } = testCredits({ schema });
    const key = await fresh();
    const started = slowWork();
    const run = engine.run({ ...key, ...screens }, async ({ signal, deliver }) => {
      deliver(1);
      void started.work();
      await once(signal, "abort");
      throw signal.reason;
    });
    run.catch(() => {});
    await started.running;
    await engine.close({ waitMs: 0 });
    await expect(run).rejects.toThrow("The credits engine is closing.");
    expect(await credits.charges.get(key)).toMatchObject({ state: "settled", settledAmount: 30, reason: "cancelled" });
    expect(logged).toEqual([]);
  });

  it("does not wait for ever for what never ends: that is left to the lease", async () => {
    const { credits: engine, logged } = testCredits({ schema });
    const key = await fresh();
    const { work, running, finish } = slowWork();
    const run = engine.run({ ...key, ...screens }, work);
    await running;
    await engine.close({ waitMs: 10 });
    expect(logged).toMatchObject([
      { message: expect.stringContaining("closed while 1 of run and begin had not ended") },
    ]);
    finish();
    await expect(run).rejects.toMatchObject({ code: "not_ended", details: { value: "a picture", verb: "refund" } });
    expect(await credits.charges.get(key)).toMatchObject({ state: "open" });
  });

  it("waits for the end of begin, and not for a refused or ended one", async () => {
    const engine = testCredits({ schema }).credits;
    const key = await fresh();
    expect(await engine.begin({ ...key, ...screens, quantity: 900 })).toMatchObject({ outcome: "insufficient" });
    const ended = await engine.begin({ ...key, ...screens, id: "ended" });
    if (!("done" in ended)) throw new Error(ended.outcome);
    await ended.done();
    const begun = await engine.begin({ ...key, ...screens });
    if (!("done" in begun)) throw new Error(begun.outcome);
    const closed = engine.close({ waitMs: 60_000 });
    expect(await begun.done()).toMatchObject({ outcome: "settled" });
    await closed;
  });

  it("refuses a time that is none", async () => {
    await expect(credits.close({ waitMs: -1 })).rejects.toMatchObject({ code: "invalid_options" });
  });
});

describe("a run whose end cannot be written", () => {
  it("rejects with the work's value and with the end, which can be repeated", async () => {
    const proxy = await startCommitProxy(testDatabaseUrl());
    const far = testCredits({ schema, database: { connectionString: proxy.url } });
    const key = await fresh();
    const run = far.credits.run({ ...key, ...screens }, ({ deliver }) => {
      deliver(2);
      proxy.goAway();
      return "a picture";
    });
    const error = await run.catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "not_ended",
      message: expect.stringContaining("Its lease returns the credits"),
      details: { value: "a picture", ...key, verb: "settle", input: { ...key, delivered: 2 } },
      cause: { code: "database_unavailable" },
    });
    proxy.comeBack();
    expect(await credits.charges.get(key)).toMatchObject({ state: "open" });
    const details = (error as { details: unknown }).details as NotEnded<string>;
    const end = details.verb === "settle" ? far.credits.settle(details.input) : far.credits.refund(details.input);
    expect(await end).toMatchObject({ outcome: "settled", charge: { settledAmount: 60, refundedAmount: 30 } });
    await far.credits.close();
    await proxy.close();
  });

  it("says so in the log when the work failed too, and rethrows the work's own error", async () => {
    const proxy = await startCommitProxy(testDatabaseUrl());
    const far = testCredits({ schema, database: { connectionString: proxy.url } });
    const key = await fresh();
    const failure = new Error("the model is overloaded");
    const run = far.credits.run({ ...key, ...screens }, () => {
      proxy.goAway();
      throw failure;
    });
    await expect(run).rejects.toBe(failure);
    expect(far.logged).toContainEqual({
      message: expect.stringContaining("could not be written; its lease ends it"),
      error: expect.objectContaining({ code: "database_unavailable" }),
    });
    await far.credits.close();
    await proxy.close();
  });
});
