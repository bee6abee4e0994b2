import { once } from "node:events";
import { DucatError } from "ducat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";

process.env.DATABASE_URL = testDatabaseUrl();
const schema = freshSchema();
process.env.CREDITS_SCHEMA = schema;
const embed = await import("../../examples/embed.ts");
const { credits, pool } = embed;

const provider = { screen: async (prompt: string) => `<${prompt}>` };
const broken = {
  async screen(prompt: string) {
    if (prompt === "fails") throw new Error("the provider is down");
    return prompt;
  },
};
const balance = async (member: string) => (await credits.balance({ workspace: "team", member })).available;

beforeAll(async () => {
  await credits.workspaces.put({ workspace: "team" });
  await embed.userJoined("team", { id: "ada", role: "billing", email: "ada@example.com" });
  await embed.userJoined("team", { id: "ben", role: "member", email: "ben@example.com" });
}, 30_000);

afterAll(async () => {
  await embed.stop();
});

test("run: what came out is paid for, a failure keeps what was handed over", async () => {
  const done = await embed.generateScreens(provider, { team: "team", user: "ada", job: "r1", prompts: ["a", "b"] });
  expect(done).toEqual({ status: 200, body: { screens: ["<a>", "<b>"], balance: 540 } });
  const job = { team: "team", user: "ada", job: "r2", prompts: ["a", "fails", "c"] };
  await expect(embed.generateScreens(broken, job)).rejects.toThrow("the provider is down");
  expect(await balance("ada")).toBe(510);
  expect(await credits.charges.get({ workspace: "team", id: "r2" })).toMatchObject({
    settledAmount: 30,
    refundedAmount: 60,
    reason: "failed",
  });
  const again = await embed.generateScreens(provider, { team: "team", user: "ada", job: "r1", prompts: ["a", "b"] });
  expect(again.status).toBe(409);
  const much = { team: "team", user: "ada", job: "r3", prompts: Array.from({ length: 18 }, () => "x") };
  expect((await embed.generateScreens(provider, much)).status).toBe(402);
});

test("run: what was made is delivered although its end was lost, and the end is repeated", async () => {
  const key = { workspace: "team", id: "lost" };
  await credits.charge({ ...key, member: "ada", feature: "generate-image" });
  const details = { value: "a picture", ...key, verb: "settle", input: key };
  const ends: (() => Promise<unknown>)[] = [];
  expect(embed.deliverAnyway(new DucatError("not_ended", "lost", { details }), (end) => ends.push(end))).toBe(
    "a picture",
  );
  expect(await ends[0]?.()).toMatchObject({ outcome: "settled" });
  expect(() => embed.deliverAnyway(new Error("another"), () => {})).toThrow("another");
});

test("begin: a stream that breaks off is charged for what went out", async () => {
  async function* screens() {
    yield "one";
    throw new Error("broken off");
  }
  const response = await embed.streamScreens(screens, { team: "team", user: "ada", job: "s1", count: 3 });
  expect(response.headers.get("x-credits-amount")).toBe("90");
  await expect(response.text()).rejects.toThrow("broken off");
  expect((await credits.charges.get({ workspace: "team", id: "s1" })).settledAmount).toBe(30);
  async function* two() {
    yield "one";
    yield "two";
  }
  const whole = await embed.streamScreens(two, { team: "team", user: "ada", job: "s2", count: 2 });
  expect(await whole.text()).toBe("one\ntwo\n");
  expect((await credits.charges.get({ workspace: "team", id: "s2" })).settledAmount).toBe(60);
});

test("begin: a reader that goes away stops the provider and pays for what went out", async () => {
  let stopped: AbortSignal | undefined;
  async function* endless(signal: AbortSignal) {
    stopped = signal;
    yield "one";
    await once(signal, "abort");
    signal.throwIfAborted();
  }
  const response = await embed.streamScreens(endless, { team: "team", user: "ada", job: "s3", count: 3 });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await reader.cancel(new Error("the tab was closed"));
  expect(stopped?.aborted).toBe(true);
  expect(await credits.charges.get({ workspace: "team", id: "s3" })).toMatchObject({
    settledAmount: 30,
    refundedAmount: 60,
    reason: "cancelled",
  });
});

test("within: the job and its charge, or neither", async () => {
  const client = await pool.connect();
  await client.query(`set search_path to ${schema}`);
  await client.query("create table job (id text primary key, team text not null)");
  client.release();
  expect(await embed.chargeWithJob("team", "ben", "w1")).toBe(true);
  await embed.userLeft("team", "ben");
  expect(await embed.chargeWithJob("team", "ben", "w2")).toBe(false);
  const { rows } = await pool.query(`select id from ${schema}.job`);
  expect(rows).toEqual([{ id: "w1" }]);
});

test("queues: the retry of a crashed worker takes the charge over", async () => {
  const job = { team: "team", user: "ada", job: "q1", prompt: "p" };
  const input = { workspace: "team", member: "ada", id: "q1", feature: "generate-screen" } as const;
  expect(await credits.charge(input)).toMatchObject({ outcome: "charged" });
  expect(await embed.work(provider, job)).toMatchObject({ outcome: "settled", value: "<p>" });
});

test("billing and top-ups: every event has its call", async () => {
  const day = 86_400_000;
  const billedSince = new Date();
  const paidUntil = new Date(billedSince.getTime() + 300 * day);
  const plan = async () => await credits.workspaces.get({ workspace: "team" });
  await embed.onBillingEvent("team", { kind: "started", plan: "pro", billedSince, paidUntil, invoice: "in_1" });
  expect(await plan()).toMatchObject({ plan: "pro", status: "active" });
  await embed.onBillingEvent("team", { kind: "payment failed" });
  expect((await plan()).status).toBe("past_due");
  await embed.onBillingEvent("team", { kind: "payment recovered" });
  await embed.onBillingEvent("team", { kind: "renewed", plan: "pro", billedSince, paidUntil, invoice: "in_2" });
  await embed.onBillingEvent("team", { kind: "changed", plan: "business" });
  expect((await plan()).plan).toBe("business");

  expect(await embed.orderPack("team", "ada", "o1")).toMatchObject({ outcome: "ordered" });
  expect(await embed.paymentArrived("team", "o1", "pay_1")).toMatchObject({ outcome: "paid", replayed: false });
  expect(await embed.paymentArrived("team", "o1", "pay_1")).toMatchObject({ outcome: "paid", replayed: true });
  expect((await credits.balance({ workspace: "team", member: "ada" })).topUp.available).toBe(1000);
  await embed.moneyWentBack("team", "o1", 500);
  expect((await credits.balance({ workspace: "team", member: "ada" })).topUp.available).toBe(500);

  await embed.onBillingEvent("team", { kind: "will end", paidUntil });
  expect((await plan()).pending).toEqual({ plan: "starter", at: paidUntil.toISOString() });
  await embed.onBillingEvent("team", { kind: "ended" });
  expect(await plan()).toMatchObject({ plan: "starter", pending: null });
});

test("serverless: the schedule sweeps", async () => {
  const serverless = embed.serverlessCredits({ pool }, schema);
  await embed.onSchedule(serverless);
  // Nothing is left: what had ended is written down.
  expect(await embed.onSchedule(serverless)).toEqual({ workspaces: 0, written: 0 });
  await serverless.close();
});
