import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect, holdWorkspace, untilWaiting } from "../setup/hands.ts";

// One lane, so that everything here would stand behind everything else.
const { credits, schema, logged } = testCredits({ lanes: 1, lockTimeoutMs: 300 });
const patient = testCredits({ schema, lanes: 1, lockTimeoutMs: 60_000 });
const image = { member: "ada", feature: "generate-image" } as const;

beforeAll(async () => {
  await credits.ready();
  await patient.credits.ready();
});

async function freeWorkspaces(...workspaces: string[]): Promise<void> {
  for (const workspace of workspaces) {
    await credits.workspaces.put({ workspace });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
  }
}

/** Notes the order in which promises are kept. */
function inOrder() {
  const order: string[] = [];
  return {
    order,
    note<T>(name: string, promise: Promise<T>): Promise<T> {
      const noted = promise.finally(() => order.push(name));
      noted.catch(() => {});
      return noted;
    },
  };
}

describe("a workspace that a host's own transaction holds", () => {
  it("delays nobody else in its lane, and is answered in order afterwards", async () => {
    const { credits } = patient;
    await freeWorkspaces("held", "free-1", "free-2");
    const held = await holdWorkspace(schema, "held");
    const { order, note } = inOrder();
    const first = note("held 1", credits.charge({ workspace: "held", id: "1", ...image }));
    await untilWaiting(held.client, 1);
    const second = note("held 2", credits.charge({ workspace: "held", id: "2", ...image }));
    const settled = note("held settle", credits.settle({ workspace: "held", id: "2" }));
    // Each of these waits for the one before, so a lane that stood still would never come to the last.
    for (let n = 0; n < 20; n++) {
      const workspace = `free-${1 + (n % 2)}`;
      expect(await credits.charge({ workspace, id: `c${n}`, ...image })).toMatchObject({ outcome: "charged" });
    }
    expect(order).toEqual([]);
    await held.release();
    const answers = await Promise.all([first, second, settled]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["charged", "charged", "settled"]);
    expect(order).toEqual(["held 1", "held 2", "held settle"]);
  });

  it("waits beside the lane with any number of others", async () => {
    const { credits } = patient;
    const names = Array.from({ length: 7 }, (_, n) => `many-${n}`);
    await freeWorkspaces("other", ...names);
    const hand = await connect();
    await hand.query("begin");
    await hand.query(`select 1 from ${schema}.workspace where id like 'many-%' for update`);
    const waiting = names.map((workspace) => credits.charge({ workspace, id: "c", ...image }));
    await untilWaiting(hand, 4);
    for (let n = 0; n < 10; n++) await credits.charge({ workspace: "other", id: `c${n}`, ...image });
    await hand.query("commit");
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ outcome: "charged" });
  });

  it("answers overloaded when it is held for too long, and the next command goes through", async () => {
    await freeWorkspaces("long");
    const held = await holdWorkspace(schema, "long");
    const charge = credits.charge({ workspace: "long", id: "late", ...image });
    await expect(charge).rejects.toMatchObject({ name: "DucatError", code: "overloaded", retryable: true });
    await held.release();
    expect(await credits.charge({ workspace: "long", id: "late", ...image })).toMatchObject({
      outcome: "charged",
      replayed: false,
    });
  });

  it("is never told unknown", async () => {
    await freeWorkspaces("known");
    const held = await holdWorkspace(schema, "known");
    const answers = ["known", "not-there"].map((workspace) => credits.charge({ workspace, id: "c", ...image }));
    expect(await answers[1]).toEqual({ outcome: "unknown_workspace" });
    await held.release();
    expect(await answers[0]).toMatchObject({ outcome: "charged" });
  });
});

describe("a workspace that another transaction is making", () => {
  it("keeps only its own commands waiting", async () => {
    await freeWorkspaces("bystander");
    const host = await connect();
    await host.query("begin");
    await credits.within(host).workspaces.put({ workspace: "born", name: "theirs" });
    const put = credits.workspaces.put({ workspace: "born", name: "ours" });
    put.catch(() => {});
    // In the batch of the one that must wait for the other transaction's row.
    const answer = await credits.charge({ workspace: "bystander", id: "c", ...image });
    expect(answer).toMatchObject({ outcome: "charged" });
    await expect(put).rejects.toMatchObject({ code: "overloaded" });
    await host.query("commit");
    expect(await credits.workspaces.put({ workspace: "born", name: "ours" })).toMatchObject({ outcome: "updated" });
  });

  it("is updated by whoever waited for it", async () => {
    const { credits } = patient;
    const host = await connect();
    await host.query("begin");
    await credits.within(host).workspaces.put({ workspace: "twin", name: "theirs" });
    const put = credits.workspaces.put({ workspace: "twin", name: "ours" });
    await untilWaiting(host, 1);
    await host.query("commit");
    expect(await put).toMatchObject({ outcome: "updated", workspace: { name: "ours" } });
  });
});

it("is no fault inside", () => {
  expect([...logged, ...patient.logged]).toEqual([]);
});
