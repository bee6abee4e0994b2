import type { WritingVerbs } from "ducat";
import type pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect, untilWaiting } from "../setup/hands.ts";

const { credits, schema, logged } = testCredits();
const screen = { member: "ada", feature: "generate-screen" } as const;

beforeAll(async () => await credits.ready());

async function freeWorkspace(workspace: string): Promise<void> {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
}

async function begun(how = "begin"): Promise<pg.Client> {
  const client = await connect();
  await client.query(how);
  return client;
}

describe("inside the caller's own transaction", () => {
  it("nothing is visible until the caller commits", async () => {
    await freeWorkspace("commit");
    const host = await begun();
    await host.query(`create table ${schema}.host_job (id text primary key)`);
    await host.query(`insert into ${schema}.host_job values ('job')`);
    const answer = await credits.within(host).charge({ workspace: "commit", id: "job", ...screen });
    expect(answer).toMatchObject({ outcome: "charged", replayed: false, balance: { available: 570, held: 30 } });
    expect(await credits.balance({ workspace: "commit" })).toMatchObject({ available: 600, held: 0 });
    await expect(credits.charges.get({ workspace: "commit", id: "job" })).rejects.toMatchObject({
      code: "unknown_charge",
    });
    await host.query("commit");
    expect(await credits.balance({ workspace: "commit" })).toMatchObject({ available: 570, held: 30 });
  });

  it("everything goes back with the caller's rollback", async () => {
    await freeWorkspace("rollback");
    const before = await credits.entries({ workspace: "rollback" });
    const host = await begun();
    await credits.within(host).charge({ workspace: "rollback", id: "job", ...screen });
    await credits.within(host).settle({ workspace: "rollback", id: "job" });
    await host.query("rollback");
    expect(await credits.entries({ workspace: "rollback" })).toEqual(before);
    expect(await credits.balance({ workspace: "rollback" })).toMatchObject({ available: 600, held: 0 });
    expect(await credits.charge({ workspace: "rollback", id: "job", ...screen })).toMatchObject({
      outcome: "charged",
      replayed: false,
    });
  });

  it("a charge that was rolled back is forgotten, also when somebody else makes another under its id", async () => {
    await freeWorkspace("forgotten");
    const other = testCredits({ schema });
    const host = await begun();
    await credits.within(host).charge({ workspace: "forgotten", id: "job", ...screen, quantity: 1 });
    await host.query("rollback");
    await other.credits.charge({ workspace: "forgotten", id: "job", ...screen, quantity: 5 });
    expect(await credits.settle({ workspace: "forgotten", id: "job" })).toMatchObject({
      outcome: "settled",
      charge: { quantity: 5, settledAmount: 150 },
    });
    expect(await credits.verify({ workspaces: ["forgotten"] })).toMatchObject({ ok: true });
  });

  it("a refusal leaves the transaction as it was", async () => {
    await freeWorkspace("refusal");
    const host = await begun();
    const inside = credits.within(host);
    expect(await inside.charge({ workspace: "refusal", id: "a", ...screen, quantity: 21 })).toMatchObject({
      outcome: "insufficient",
    });
    expect(await inside.charge({ workspace: "nowhere", id: "a", ...screen })).toEqual({ outcome: "unknown_workspace" });
    await expect(inside.settle({ workspace: "refusal", id: "a" })).rejects.toMatchObject({ code: "unknown_charge" });
    await expect(inside.charge({ workspace: "refusal" } as never)).rejects.toMatchObject({ code: "invalid_input" });
    expect(await inside.charge({ workspace: "refusal", id: "a", ...screen })).toMatchObject({ outcome: "charged" });
    await host.query("commit");
    expect(await credits.balance({ workspace: "refusal" })).toMatchObject({ held: 30 });
  });

  it("several workspaces are charged together or not at all", async () => {
    await freeWorkspace("both-1");
    await freeWorkspace("both-2");
    for (const end of ["rollback", "commit"]) {
      const host = await begun();
      const inside = credits.within(host);
      for (const workspace of ["both-1", "both-2"]) await inside.charge({ workspace, id: `by-${end}`, ...screen });
      await host.query(end);
    }
    for (const workspace of ["both-1", "both-2"]) {
      const { data } = await credits.charges.list({ workspace });
      expect(data.map(({ id }) => id)).toEqual(["by-commit"]);
    }
    expect(await credits.verify({ workspaces: ["both-1", "both-2"] })).toMatchObject({ ok: true });
  });

  it("commands at once follow one another, whoever asked for them", async () => {
    await freeWorkspace("at-once");
    const host = await begun();
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, n) =>
        credits.within(host).charge({ workspace: "at-once", id: `c${n}`, ...screen }),
      ),
    );
    await host.query("commit");
    expect(answers.filter(({ outcome }) => outcome === "charged").length).toBe(20);
    expect(answers.filter(({ outcome }) => outcome === "insufficient").length).toBe(5);
    expect(await credits.verify({ workspaces: ["at-once"] })).toMatchObject({ ok: true });
  });

  it("every writing verb is there", async () => {
    const host = await begun();
    const inside = credits.within(host);
    const workspace = "all-verbs";
    const by = { actor: "test", note: "inside" };
    const answers = [
      await inside.workspaces.put({ workspace, plan: "pro" }),
      await inside.members.put({ workspace, member: "ada", role: "owner" }),
      await inside.members.sync({
        workspace,
        members: [
          { id: "ada", role: "owner" },
          { id: "bob", role: "editor" },
        ],
      }),
      await inside.members.remove({ workspace, member: "bob" }),
      await inside.subscriptions.update({ workspace, plan: "business", effective: "now" }),
      await inside.grant({ workspace, id: "g", amount: 100, ...by }),
      await inside.revokeGrant({ workspace, id: "r", grant: "promo:g", amount: 10, ...by }),
      await inside.topUps.create({ workspace, id: "t", pack: "small", recipients: ["ada"] }),
      await inside.topUps.paid({ workspace, id: "t" }),
      await inside.topUps.refunded({ workspace, id: "t", refunded: 100 }),
      await inside.members.put({ workspace, member: "cy", role: "editor" }),
      await inside.topUpRequests.create({ workspace, id: "q1", member: "cy", pack: "small" }),
      await inside.topUpRequests.approve({ workspace, id: "q1", buyer: "ada" }),
      await inside.topUpRequests.create({ workspace, id: "q2", member: "cy", pack: "small" }),
      await inside.topUpRequests.decline({ workspace, id: "q2", buyer: "ada" }),
      await inside.topUpRequests.create({ workspace, id: "q3", member: "cy", pack: "small" }),
      await inside.topUpRequests.withdraw({ workspace, id: "q3", member: "cy" }),
      await inside.charge({ workspace, id: "c1", ...screen, quantity: 2 }),
      await inside.heartbeat({ workspace, id: "c1", delivered: 1 }),
      await inside.cancel({ workspace, id: "c1" }),
      await inside.settle({ workspace, id: "c1", delivered: 1 }),
      await inside.supportRefund({ workspace, charge: "c1", id: "s", ...by }),
      await inside.charge({ workspace, id: "c2", ...screen }),
      await inside.refund({ workspace, id: "c2", reason: "failed" }),
      await inside.workspaces.archive({ workspace }),
    ];
    await expect(inside.extend({ workspace, id: "c2", usage: { input: 1 } })).rejects.toMatchObject({
      code: "archived",
    });
    await host.query("commit");
    expect(answers.every((answer) => answer !== undefined)).toBe(true);
    const { data } = await credits.entries({ workspace, limit: 200 });
    expect(data.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["grant", "charge", "settle", "refund"]));
    expect(await credits.workspaces.get({ workspace })).toMatchObject({ plan: "business" });
    expect(await credits.verify({ workspaces: [workspace] })).toMatchObject({ ok: true });
  });
});

describe("a transaction that is not fit for it", () => {
  it.each(["repeatable read", "serializable"])("is refused: %s", async (level) => {
    await freeWorkspace(`level-${level.replace(" ", "-")}`);
    const host = await begun(`begin isolation level ${level}`);
    const charge = credits.within(host).charge({ workspace: `level-${level.replace(" ", "-")}`, id: "c", ...screen });
    await expect(charge).rejects.toMatchObject({
      name: "DucatError",
      code: "invalid_options",
      message: expect.stringContaining("READ COMMITTED"),
    });
    await host.query("rollback");
  });

  it("is refused when it has not begun, or is none", async () => {
    const client = await connect();
    await client.query("select 1");
    const charge = credits.within(client).charge({ workspace: "x", id: "c", ...screen });
    await expect(charge).rejects.toMatchObject({ code: "invalid_options" });
    for (const none of [{}, null, undefined, "begin"]) {
      expect(() => credits.within(none)).toThrow(expect.objectContaining({ code: "invalid_options" }));
    }
  });

  it("that has failed before fails on, and touches nothing", async () => {
    await freeWorkspace("failed");
    const host = await begun();
    await host.query("select 1 / 0").catch(() => {});
    const charge = credits.within(host).charge({ workspace: "failed", id: "c", ...screen });
    await expect(charge).rejects.toMatchObject({ name: "DucatError" });
    await host.query("rollback");
    logged.splice(0);
    expect(await credits.balance({ workspace: "failed" })).toMatchObject({ held: 0 });
  });

  it("that meets another one making the same workspace is told to try again", async () => {
    const [first, second] = [await begun(), await begun()];
    await credits.within(first).workspaces.put({ workspace: "raced" });
    const late = credits.within(second).workspaces.put({ workspace: "raced" });
    late.catch(() => {});
    await untilWaiting(first, 1);
    await first.query("commit");
    await expect(late).rejects.toMatchObject({ code: "overloaded", retryable: true });
    await second.query("rollback");
  });
});

it("the type names the writing verbs and no others", () => {
  const inside: WritingVerbs = credits.within({ query() {} }) as WritingVerbs;
  const named = Object.entries(inside).flatMap(([name, verb]) =>
    typeof verb === "function" ? [name] : Object.keys(verb).map((inner) => `${name}.${inner}`),
  );
  expect(named.length).toBe(22);
  expect(logged).toEqual([]);
});
