import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../ledger/every-verb.ts";
import { startCommitProxy } from "../setup/commit-proxy.ts";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";
import { holdWorkspace, untilWaiting } from "../setup/hands.ts";

const { credits, schema, logged } = testCredits({ catalog });
const screens = { member: "ada", feature: "generate-screen", quantity: 3 } as const;
let workspaces = 0;

beforeAll(async () => await credits.ready());

async function fresh(): Promise<{ workspace: string; id: string }> {
  workspaces += 1;
  const workspace = `begin-${workspaces}`;
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  return { workspace, id: "job" };
}

/** The first half, which must have gone through. */
async function begun(engine: typeof credits, input: Parameters<typeof credits.begin>[0], options = {}) {
  const answer = await engine.begin(input, options);
  if (answer.outcome !== "charged" || answer.replayed) throw new Error(`begin came to ${answer.outcome}`);
  return answer;
}

describe("begin", () => {
  it("answers refusals and replays as charge does", async () => {
    const key = await fresh();
    expect(await credits.begin({ ...key, ...screens, quantity: 21 })).toMatchObject({ outcome: "insufficient" });
    await begun(credits, { ...key, ...screens });
    const replay = await credits.begin({ ...key, ...screens });
    expect(replay).toMatchObject({ outcome: "charged", replayed: true, charge: { state: "open" } });
    expect(replay).not.toHaveProperty("done");
    await credits.refund({ ...key, reason: "failed" });
    expect(await credits.begin({ ...key, ...screens })).toMatchObject({ outcome: "already_refunded" });
  });

  it("tells a browser the charge, its amount and what is left, in headers", async () => {
    const { headers, balance } = await begun(credits, { ...(await fresh()), ...screens });
    expect(headers).toEqual({
      "x-credits-charge": "job",
      "x-credits-amount": "90",
      "x-credits-available": String(balance.available),
    });
    expect(new Headers(headers).get("x-credits-available")).toBe("510");
  });

  it("carries a stream to its end, and what was handed over is in the database meanwhile", async () => {
    const key = await fresh();
    const { done, deliver } = await begun(credits, { ...key, ...screens });
    deliver(2);
    // The story is told within a look or two, without anybody waiting for it.
    while ((await credits.charges.get(key)).delivered !== 2) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await done()).toMatchObject({ outcome: "settled", charge: { settledAmount: 60, refundedAmount: 30 } });
  });
});

describe("the second half", () => {
  it("gives one answer, however often and however differently it is asked", async () => {
    const { done, fail } = await begun(credits, { ...(await fresh()), ...screens });
    const [first, second] = await Promise.all([done({ delivered: 1 }), done({ delivered: 2 })]);
    expect(first).toMatchObject({ outcome: "settled", charge: { settledAmount: 30 } });
    expect(second).toBe(first);
    expect(await fail(new Error("too late"))).toBe(first);
    expect(await done()).toBe(first);
  });

  it("fail first is fail for good", async () => {
    const { done, fail } = await begun(credits, { ...(await fresh()), ...screens });
    const failed = await fail();
    expect(failed).toMatchObject({ outcome: "refunded", charge: { reason: "failed" } });
    expect(await done()).toBe(failed);
  });

  it("takes the real usage of a metered feature", async () => {
    const usage = { input: 100_000, output: 100_000 };
    const measured = await begun(credits, { ...(await fresh()), member: "ada", feature: "assistant", usage });
    expect(await measured.done({ usage: { input: 400_000, output: 50_000 } })).toMatchObject({
      outcome: "settled",
      charge: { amount: 125, settledAmount: 125, uncollected: 25, estimated: false },
    });
    const aborted = await begun(credits, { ...(await fresh()), member: "ada", feature: "assistant", usage });
    aborted.usage({ output: 5_000 }, { estimated: true });
    expect(await aborted.fail()).toMatchObject({ outcome: "settled", charge: { settledAmount: 5, estimated: true } });
  });

  it("refuses a usage that is none, and keeps what was told before", async () => {
    const usage = { input: 100_000, output: 100_000 };
    const key = await fresh();
    const begin = await begun(credits, { ...key, member: "ada", feature: "assistant", usage });
    begin.usage({ output: 5_000 }, { estimated: true });
    const refused = { code: "invalid_input", errors: [expect.objectContaining({ path: "usage.input" })] };
    await expect(begin.done({ usage: { input: -1 } })).rejects.toMatchObject(refused);
    expect(await begin.fail()).toMatchObject({ outcome: "settled", charge: { settledAmount: 5, estimated: true } });
  });

  it("refuses more than was charged, and can then be asked again", async () => {
    const { done } = await begun(credits, { ...(await fresh()), ...screens });
    await expect(done({ delivered: 4 })).rejects.toMatchObject({ code: "invalid_input" });
    expect(await done({ delivered: 3 })).toMatchObject({ outcome: "settled", charge: { settledAmount: 90 } });
  });
});

describe("an end that cannot be stored", () => {
  const ends = [{ delivered: 4 }, { usage: { input: -1 } }, null];
  it.each(ends)("(%j) keeps the lease no longer: the work is over", async (end) => {
    const [over, other] = [await fresh(), await fresh()];
    const failing = await begun(credits, { ...over, ...screens });
    await expect(failing.done(end as never)).rejects.toMatchObject({ code: "invalid_input" });
    const { leaseExpiresAt } = await credits.charges.get(over);
    // What is told of it would be told by the next look, and so before what a later charge tells in that look.
    failing.deliver(1);
    const running = await begun(credits, { ...other, ...screens });
    running.deliver(1);
    while ((await credits.charges.get(other)).delivered !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
    await running.done();
    expect(await credits.charges.get(over)).toMatchObject({ state: "open", delivered: 0, leaseExpiresAt });
  });
});

describe("an end that meets a database in trouble", () => {
  it("is told once although the answer was lost, and waits for a database that is away", async () => {
    const proxy = await startCommitProxy(testDatabaseUrl());
    const far = testCredits({ schema, catalog, database: { connectionString: proxy.url } });
    const lost = await begun(far.credits, { ...(await fresh()), ...screens });
    const answerLost = proxy.loseNextCommit();
    expect(await lost.done()).toMatchObject({ outcome: "settled", charge: { settledAmount: 90 } });
    await answerLost;

    const away = await begun(far.credits, { ...(await fresh()), ...screens });
    proxy.goAway();
    const ended = away.fail();
    // The ledger has given up by now, and the end has not.
    await expect(far.credits.balance({ workspace: "begin-1" })).rejects.toMatchObject({ code: "database_unavailable" });
    while (proxy.triedWhileAway() < 7) await new Promise((resolve) => setTimeout(resolve, 10));
    proxy.comeBack();
    expect(await ended).toMatchObject({ outcome: "refunded" });
    await far.credits.close();
    await proxy.close();
  }, 20_000);
});

describe("a workspace that somebody holds", () => {
  it("keeps nobody in another workspace from being told of a cancel", async () => {
    const patient = testCredits({ schema, catalog, lockTimeoutMs: 60_000 }).credits;
    const [here, there] = [await fresh(), await fresh()];
    const stuck = await begun(patient, { ...here, ...screens });
    const other = await begun(patient, { ...there, ...screens });
    const held = await holdWorkspace(schema, here.workspace);
    stuck.deliver(1);
    // Its heartbeat waits for the workspace.
    await untilWaiting(held.client, 1);
    await credits.cancel(there);
    if (!other.signal.aborted) await once(other.signal, "abort");
    expect(await other.fail()).toMatchObject({ outcome: "refunded", charge: { reason: "cancelled" } });
    await held.release();
    expect(await stuck.done()).toMatchObject({ outcome: "settled", charge: { settledAmount: 30 } });
  });
});

it("nothing of this is a fault inside", async () => {
  expect(logged).toEqual([]);
  expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
});
