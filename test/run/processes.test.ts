import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";
import { connect, until } from "../setup/hands.ts";
import type { Job } from "./runner.ts";

const program = fileURLToPath(new URL("./runner.ts", import.meta.url));
const { credits, schema, logged } = testCredits();
const screens = { member: "ada", feature: "generate-screen", quantity: 3 } as const;
const children: ChildProcess[] = [];

beforeAll(async () => await credits.ready());

afterAll(async () => {
  await Promise.all(children.map(end));
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function fresh(workspace: string): Promise<{ workspace: string; id: string }> {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  return { workspace, id: "job" };
}

interface Said {
  said: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a run came to, which each test knows
  result?: any;
}

/** A process whose work on the charge has begun. */
async function working(input: Job["input"]) {
  const child = fork(program, [], { execArgv: ["--conditions=ducat-source"] });
  children.push(child);
  const heard: Said[] = [];
  child.on("message", (message: Said) => heard.push(message));
  const hears = async (said: string): Promise<Said> => {
    for (;;) {
      const found = heard.find((message) => message.said === said);
      if (found !== undefined) return found;
      await Promise.race([
        once(child, "message"),
        once(child, "exit").then(() => {
          throw new Error(`the process ended before it was ${said}`);
        }),
      ]);
    }
  };
  child.send({ url: testDatabaseUrl(), schema, input } satisfies Job);
  await hears("working");
  return { child, hears, finish: () => child.send("finish") };
}

describe.concurrent("a run in a process of its own", () => {
  it("is told to stop when another process cancels the charge", async () => {
    const key = await fresh("cancelled");
    const { hears, finish } = await working({ ...key, ...screens });
    expect(await credits.cancel(key)).toMatchObject({ outcome: "open", charge: { cancelRequested: true } });
    await hears("aborted");
    finish();
    // One screen had been handed over when the user cancelled.
    expect((await hears("done")).result).toMatchObject({
      outcome: "settled",
      value: "a picture",
      charge: { reason: "cancelled", settledAmount: 30, refundedAmount: 60 },
    });
  }, 30_000);

  it("that was killed leaves an open charge, which a retry adopts only when it says so", async () => {
    const key = await fresh("killed");
    const { child } = await working({ ...key, ...screens, attempt: "first" });
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;

    const forbidden = () => {
      throw new Error("the work was called");
    };
    expect(await credits.run({ ...key, ...screens }, forbidden)).toMatchObject({ outcome: "charged", replayed: true });
    const adopted = await credits.run({ ...key, ...screens, resume: true, attempt: "second" }, async ({ charge }) => {
      expect(charge).toMatchObject({ state: "open", amount: 90 });
      expect(await credits.heartbeat({ ...key, attempt: "first" })).toMatchObject({ outcome: "superseded" });
      expect(await credits.settle({ ...key, attempt: "first" })).toMatchObject({ outcome: "superseded" });
      return "made again";
    });
    expect(adopted).toMatchObject({ outcome: "settled", value: "made again", charge: { settledAmount: 90 } });
    expect(await credits.balance({ workspace: key.workspace })).toMatchObject({ available: 510, held: 0 });
    expect(await credits.verify({ workspaces: [key.workspace] })).toMatchObject({ ok: true });
  }, 30_000);

  it("that slept through its lease delivers its work and is told that it was refunded", async () => {
    const key = await fresh("suspended");
    const { child, hears, finish } = await working({ ...key, ...screens });
    child.kill("SIGSTOP");
    // Nobody waits ten minutes here: a hand in the database lets the lease end now, and time does the rest.
    const hand = await connect();
    await hand.query(
      `with at as (select date_trunc('milliseconds', clock_timestamp()) as at),
        l as (update ${schema}.lease set expires_at = at.at from at where workspace_id = $1),
        w as (update ${schema}.workspace set lease_due = at.at from at where id = $1)
        update ${schema}.charge set lease_expires_at = at.at, version = version + 1 from at where workspace_id = $1`,
      [key.workspace],
    );
    expect(await credits.charges.get(key)).toMatchObject({ state: "refunded", reason: "timed_out" });
    child.kill("SIGCONT");
    await hears("aborted");
    finish();
    expect((await hears("done")).result).toMatchObject({
      outcome: "already_refunded",
      value: "a picture",
      charge: { state: "refunded", reason: "timed_out", refundedAmount: 90 },
    });
    expect(await credits.verify({ workspaces: [key.workspace] })).toMatchObject({ ok: true });
  }, 30_000);

  it("keeps a lease of ten seconds for as long as it works", async () => {
    const key = await fresh("long");
    const { hears, finish } = await working({ ...key, ...screens, leaseSeconds: 10 });
    const hand = await connect();
    const begun = `(select created_at from ${schema}.charge where workspace_id = $1)`;
    await until(hand, `clock_timestamp() > ${begun} + interval '12 seconds'`, [key.workspace]);
    // Somebody else's touch would end the lease, if it had run out.
    await credits.grant({ workspace: key.workspace, id: "g", amount: 1, actor: "test", note: "a touch" });
    expect(await credits.charges.get(key)).toMatchObject({ state: "open", delivered: 1 });
    finish();
    expect((await hears("done")).result).toMatchObject({ outcome: "settled", value: "a picture" });
  }, 40_000);

  it("and keeps it when it took over a charge that was begun long before", async () => {
    const key = await fresh("old");
    // Longer than a process needs to start on a busy machine.
    await credits.charge({ ...key, ...screens, leaseSeconds: 25, attempt: "first" });
    const hand = await connect();
    // Begun an hour ago, and kept by heartbeats since.
    await hand.query(
      `update ${schema}.charge set created_at = created_at - interval '1 hour', version = version + 1 where workspace_id = $1`,
      [key.workspace],
    );
    const { hears, finish } = await working({ ...key, ...screens, leaseSeconds: 10, resume: true });
    const lease = `(select expires_at from ${schema}.lease where workspace_id = $1)`;
    const { rows } = await hand.query(`select ${lease} as "endsAt"`, [key.workspace]);
    await until(hand, "clock_timestamp() > $1::timestamptz", [rows[0].endsAt]);
    await credits.grant({ workspace: key.workspace, id: "g", amount: 1, actor: "test", note: "a touch" });
    expect(await credits.charges.get(key)).toMatchObject({ state: "open" });
    finish();
    expect((await hears("done")).result).toMatchObject({ outcome: "settled" });
  }, 90_000);
});

it("nothing of this is a fault inside", () => {
  expect(logged).toEqual([]);
});
