import type { defaultCatalog } from "ducat";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { type TestCredits, testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";
import { holdWorkspace, untilWaiting } from "../setup/hands.ts";

const image = { member: "ada", feature: "generate-image" } as const;

type Engine = TestCredits<typeof defaultCatalog>;

async function withWorkspaces(engine: Engine, ...workspaces: string[]): Promise<Engine["credits"]> {
  const { credits } = engine;
  for (const workspace of workspaces) {
    await credits.workspaces.put({ workspace });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
  }
  return credits;
}

function codes(answers: readonly PromiseSettledResult<{ outcome: string }>[]): string[] {
  return answers.map((answer) => (answer.status === "fulfilled" ? answer.value.outcome : answer.reason.code));
}

describe("a queue with bounds", () => {
  it("takes so many commands, and answers overloaded to the rest", async () => {
    const credits = await withWorkspaces(testCredits({ lanes: 1, maxQueued: 8 }), "a", "b", "c", "d", "e");
    // Nothing leaves the queue before this turn of the event loop ends.
    const names = ["a", "b", "c", "d", "a", "b", "c", "d", "e"];
    const answers = names.map((workspace, n) => credits.charge({ workspace, id: `c${n}`, ...image }));
    expect(codes(await Promise.allSettled(answers))).toEqual([...names.slice(1).map(() => "charged"), "overloaded"]);
    await expect(answers[8]).rejects.toMatchObject({ name: "DucatError", status: 503, retryable: true });
    // The same call, with the same id, may simply be made again.
    expect(await credits.charge({ workspace: "e", id: "c8", ...image })).toMatchObject({ outcome: "charged" });
  });

  it("gives one workspace a quarter of itself at most", async () => {
    const credits = await withWorkspaces(testCredits({ lanes: 1, maxQueued: 8 }), "busy", "quiet");
    const calls = ["busy", "busy", "busy", "quiet"];
    const answers = calls.map((workspace, n) => credits.charge({ workspace, id: `c${n}`, ...image }));
    expect(codes(await Promise.allSettled(answers))).toEqual(["charged", "charged", "overloaded", "charged"]);
  });
});

describe("a caller who has gone", () => {
  it("before a command left the queue takes it along, and nothing is written", async () => {
    const engine = testCredits({ lanes: 1, lockTimeoutMs: 60_000 });
    const credits = await withWorkspaces(engine, "gone");
    const held = await holdWorkspace(engine.schema, "gone");
    const first = credits.charge({ workspace: "gone", id: "stays", ...image });
    await untilWaiting(held.client, 1);
    const caller = new AbortController();
    const dropped = credits.charge({ workspace: "gone", id: "goes", ...image }, { signal: caller.signal });
    const last = credits.charge({ workspace: "gone", id: "stays-too", ...image });
    const reason = new Error("the page was closed");
    caller.abort(reason);
    await held.release();
    await expect(dropped).rejects.toBe(reason);
    expect(await Promise.all([first, last])).toMatchObject([{ outcome: "charged" }, { outcome: "charged" }]);
    await expect(credits.charges.get({ workspace: "gone", id: "goes" })).rejects.toMatchObject({
      code: "unknown_charge",
    });
    expect(engine.logged).toEqual([]);
  });

  it("before the call was made is not charged", async () => {
    const credits = await withWorkspaces(testCredits(), "never");
    const charge = credits.charge({ workspace: "never", id: "c", ...image }, { signal: AbortSignal.abort() });
    await expect(charge).rejects.toMatchObject({ name: "AbortError" });
    expect(await credits.balance({ workspace: "never" })).toMatchObject({ held: 0 });
  });

  it("after the answer was written changes nothing", async () => {
    const credits = await withWorkspaces(testCredits(), "late");
    const caller = new AbortController();
    const charge = await credits.charge({ workspace: "late", id: "c", ...image }, { signal: caller.signal });
    caller.abort();
    expect(charge).toMatchObject({ outcome: "charged" });
    expect(await credits.charges.get({ workspace: "late", id: "c" })).toMatchObject({ state: "open" });
  });
});

describe("the commands of one workspace", () => {
  it("are decided in the order in which they were made, through batches of any size", async () => {
    const credits = await withWorkspaces(testCredits(), "order", "noise");
    await credits.grant({ workspace: "order", id: "g", amount: 100_000, actor: "test", note: "enough" });
    const answers: Promise<{ outcome: string }>[] = [];
    for (let n = 0; n < 1_200; n++) {
      if (n % 3 === 0) answers.push(credits.charge({ workspace: "order", id: `c${n}`, ...image }));
      if (n % 3 === 1) answers.push(credits.settle({ workspace: "order", id: `c${n - 1}` }));
      if (n % 3 === 2) answers.push(credits.charge({ workspace: "noise", id: `c${n}`, ...image }));
      if (n % 100 === 0) await new Promise(setImmediate);
    }
    const outcomes = (await Promise.all(answers)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "settled").length).toBe(400);
    const seqs = (await Promise.all(answers.filter((_, n) => n % 3 === 0))) as unknown as { seq: number }[];
    expect(seqs.map(({ seq }) => seq)).toEqual(seqs.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(await credits.verify()).toMatchObject({ ok: true });
  });

  it("take turns with those of other workspaces", async () => {
    const credits = await withWorkspaces(testCredits({ lanes: 1 }), "crowded", "single");
    const order: string[] = [];
    const charge = (workspace: string, id: string) =>
      credits.charge({ workspace, id, ...image }).then(() => order.push(workspace));
    const crowd = Array.from({ length: 1_200 }, (_, n) => charge("crowded", `c${n}`));
    await Promise.all([...crowd, charge("single", "c")]);
    // Made last of 1,201, and in the first batch of 500 all the same.
    expect(order.indexOf("single")).toBeLessThan(500);
  });
});

describe("close", () => {
  it("answers everything that was asked before, and nothing after", async () => {
    const credits = await withWorkspaces(testCredits(), "last");
    const answers = Array.from({ length: 60 }, (_, n) => credits.charge({ workspace: "last", id: `c${n}`, ...image }));
    const closed = credits.close();
    await expect(credits.charge({ workspace: "last", id: "after", ...image })).rejects.toMatchObject({
      code: "closed",
    });
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ outcome: "charged" });
    await closed;
    await credits.close();
    await expect(credits.balance({ workspace: "last" })).rejects.toMatchObject({ code: "closed", retryable: false });
  });

  it("waits for commands that wait for somebody else's lock", async () => {
    const engine = testCredits({ lockTimeoutMs: 60_000 });
    const credits = await withWorkspaces(engine, "locked");
    const held = await holdWorkspace(engine.schema, "locked");
    const charge = credits.charge({ workspace: "locked", id: "c", ...image });
    await untilWaiting(held.client, 1);
    const closed = credits.close();
    await held.release();
    expect(await charge).toMatchObject({ outcome: "charged" });
    await closed;
  });
});

describe("a host's own pool", () => {
  it("gives its last connection to a caller who waits for an answer, and the answer does not wait for a connection", async () => {
    const pool = new pg.Pool({ connectionString: testDatabaseUrl(), max: 2 });
    const credits = await withWorkspaces(testCredits({ database: { pool }, lanes: 1 }), "tight");
    const charge = (id: string) => credits.charge({ workspace: "tight", id, ...image });
    // One connection is with the first caller, the other with the first batch and promised to the second caller.
    const first = await pool.connect();
    const answered = charge("first").finally(() => first.release());
    await new Promise(setImmediate);
    const second = pool.connect().then((client) => charge("second").finally(() => client.release()));
    // The next batch has no connection before the first caller has its answer.
    const others = Array.from({ length: 5 }, (_, n) => charge(`other-${n}`));
    for (const answer of await Promise.all([answered, second, ...others])) {
      expect(answer).toMatchObject({ outcome: "charged" });
    }
    await credits.close();
    await pool.end();
  });
});
