import { beforeAll, describe, expect, it } from "vitest";
import { createdForBoundaryAt } from "../setup/boundary.ts";
import { testCredits } from "../setup/credits.ts";
import { connect, holdWorkspace, until, untilWaiting } from "../setup/hands.ts";

const { credits, schema, logged } = testCredits();
const screen = { member: "ada", feature: "generate-screen" } as const;

beforeAll(async () => await credits.ready());

async function freeWorkspace(workspace: string, createdAt?: Date): Promise<void> {
  const { workspace: made } = await credits.workspaces.put({ workspace, ...(createdAt && { createdAt }) });
  expect(made.plan).toBe("starter");
  await credits.members.put({ workspace, member: "ada", role: "editor" });
}

/** A lease is 10 seconds at least; a hand in the database makes those of this workspace end in a moment. */
async function endLeaseInAMoment(workspace: string): Promise<Date> {
  const hand = await connect();
  const { rows } = await hand.query(
    `with at as (select date_trunc('milliseconds', clock_timestamp() + '1 second') as at),
      l as (update ${schema}.lease set expires_at = at.at from at where workspace_id = $1),
      w as (update ${schema}.workspace set lease_due = at.at from at where id = $1)
      update ${schema}.charge set lease_expires_at = at.at, version = version + 1 from at where workspace_id = $1
      returning lease_expires_at as at`,
    [workspace],
  );
  return rows[0].at;
}

// Each of these pins one mistake that a ledger can make with a lock it had to wait for.
describe.concurrent("a command that waited for the workspace's lock", () => {
  it("finds the grants as the holder of the lock left them, and spends nothing twice", async () => {
    const workspace = "grants";
    await freeWorkspace(workspace);
    const host = await connect();
    await host.query("begin");
    const first = await credits.within(host).charge({ workspace, id: "first", ...screen, quantity: 19 });
    expect(first).toMatchObject({ outcome: "charged", balance: { available: 30 } });

    const second = credits.charge({ workspace, id: "second", ...screen, quantity: 2 });
    await untilWaiting(host, 1);
    await host.query("commit");

    expect(await second).toMatchObject({ outcome: "insufficient", available: 30, required: 60 });
    expect(await credits.balance({ workspace })).toMatchObject({ available: 30, held: 570 });
    expect(await credits.verify({ workspaces: [workspace] })).toMatchObject({ ok: true });
  });

  it("finds the charge that was made meanwhile under its id, although nothing is left to charge it again", async () => {
    const workspace = "ids";
    await freeWorkspace(workspace);
    const host = await connect();
    await host.query("begin");
    const job = { workspace, id: "job", ...screen, quantity: 20 } as const;
    expect(await credits.within(host).charge({ ...job, attempt: "one" })).toMatchObject({ outcome: "charged" });

    const repeated = credits.charge({ ...job, attempt: "one" });
    const another = credits.charge({ ...job, attempt: "two" });
    await untilWaiting(host, 1);
    await host.query("commit");

    expect(await repeated).toMatchObject({ outcome: "charged", replayed: false, balance: { available: 0 } });
    expect(await another).toMatchObject({ outcome: "charged", replayed: true });
  });

  it("lives in the month that began while it waited", async () => {
    const workspace = "month";
    const boundary = Date.now() + 2_000;
    const { createdAt, allowance } = createdForBoundaryAt(boundary);
    await freeWorkspace(workspace, createdAt);
    const all = await credits.charge({ workspace, id: "all", ...screen, quantity: allowance / 30 });
    expect(all).toMatchObject({ outcome: "charged", balance: { available: 0 } });
    const held = await holdWorkspace(schema, workspace);
    expect(Date.now(), "this machine is too slow for this test").toBeLessThan(boundary);

    const waited = credits.charge({ workspace, id: "waited", ...screen });
    await untilWaiting(held.client, 1);
    await until(held.client, "clock_timestamp() >= to_timestamp($1::float8 / 1000)", [boundary]);
    await held.release();

    expect(await waited).toMatchObject({ outcome: "charged", balance: { available: 270 } });
    expect(await credits.verify({ workspaces: [workspace] })).toMatchObject({ ok: true });
  });

  it("comes after the end of a lease that ran out while it waited", async () => {
    const workspace = "lease";
    await freeWorkspace(workspace);
    await credits.charge({ workspace, id: "slow", ...screen, leaseSeconds: 10 });
    const endsAt = await endLeaseInAMoment(workspace);
    const held = await holdWorkspace(schema, workspace);

    const waited = credits.settle({ workspace, id: "slow" });
    await untilWaiting(held.client, 1);
    await until(held.client, "clock_timestamp() >= $1::timestamptz", [endsAt]);
    await held.release();

    const endedAt = endsAt.toISOString();
    expect(await waited).toMatchObject({ outcome: "already_refunded", charge: { reason: "timed_out", endedAt } });
    expect(await credits.verify({ workspaces: [workspace] })).toMatchObject({ ok: true });
  });

  it("leaves a charge alone that the holder of the lock has ended, although its lease would have run out meanwhile", async () => {
    const workspace = "ended";
    await freeWorkspace(workspace);
    for (const id of ["slow", "other"]) await credits.charge({ workspace, id, ...screen, leaseSeconds: 10 });
    await credits.settle({ workspace, id: "other" });
    const endsAt = await endLeaseInAMoment(workspace);
    const host = await connect();
    await host.query("begin");
    expect(await credits.within(host).settle({ workspace, id: "slow" })).toMatchObject({ outcome: "settled" });

    const waited = credits.charge({ workspace, id: "next", ...screen });
    await untilWaiting(host, 1);
    await until(host, "clock_timestamp() >= $1::timestamptz", [endsAt]);
    await host.query("commit");

    expect(await waited).toMatchObject({ outcome: "charged", balance: { available: 510, held: 30 } });
    expect(await credits.charges.get({ workspace, id: "slow" })).toMatchObject({ state: "settled", settledAmount: 30 });
    expect(await credits.verify({ workspaces: [workspace] })).toMatchObject({ ok: true });
  });

  it("goes by the plan that the holder of the lock has brought into force", async () => {
    const workspace = "plan";
    await freeWorkspace(workspace);
    await credits.charge({ workspace, id: "all", ...screen, quantity: 20 });
    const host = await connect();
    await host.query("begin");
    await credits.within(host).subscriptions.update({ workspace, plan: "pro", effective: "now" });

    const waited = credits.charge({ workspace, id: "more", ...screen });
    await untilWaiting(host, 1);
    await host.query("commit");

    expect(await waited).toMatchObject({ outcome: "charged", balance: { available: 2970 } });
    expect(await credits.verify({ workspaces: [workspace] })).toMatchObject({ ok: true });
  });
});

it("says nothing of any of this", () => {
  expect(logged).toEqual([]);
});
