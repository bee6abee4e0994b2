import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";

/** A process remembers the open charges that it made; another one may have done something to them since. */
describe("a charge that one process made and another one", () => {
  const { credits, schema } = testCredits();
  const { credits: other } = testCredits({ schema });
  const screen = { workspace: "w", member: "ada", feature: "generate-screen" } as const;

  beforeAll(async () => {
    await credits.workspaces.put({ workspace: "w", plan: "pro" });
    await credits.members.put({ workspace: "w", member: "ada", role: "editor" });
  });

  it("settled is settled, whatever its maker remembers", async () => {
    await credits.charge({ ...screen, id: "settled" });
    expect(await other.settle({ workspace: "w", id: "settled" })).toMatchObject({ outcome: "settled" });
    expect(await credits.refund({ workspace: "w", id: "settled", reason: "failed" })).toMatchObject({
      outcome: "already_settled",
    });
    expect(await credits.verify()).toMatchObject({ ok: true });
  });

  it("extended with a heartbeat, or asked to cancel, ends as it is now", async () => {
    await credits.charge({ ...screen, id: "alive", leaseSeconds: 60 });
    await other.heartbeat({ workspace: "w", id: "alive", leaseSeconds: 3600 });
    await other.cancel({ workspace: "w", id: "alive" });
    expect(await credits.charges.get({ workspace: "w", id: "alive" })).toMatchObject({ cancelRequested: true });
    const { charge } = await credits.settle({ workspace: "w", id: "alive" });
    expect(charge).toMatchObject({ state: "settled", cancelRequested: true });
    // Its lease has gone with it: verify would name one that was left.
    expect(await credits.verify()).toMatchObject({ ok: true });
  });

  it("changed twice is known by its last version to both", async () => {
    await credits.charge({ ...screen, id: "twice" });
    await credits.heartbeat({ workspace: "w", id: "twice", leaseSeconds: 600 });
    await other.heartbeat({ workspace: "w", id: "twice", leaseSeconds: 700 });
    await credits.heartbeat({ workspace: "w", id: "twice", leaseSeconds: 800 });
    expect(await other.refund({ workspace: "w", id: "twice", reason: "failed" })).toMatchObject({
      outcome: "refunded",
    });
    expect(await credits.settle({ workspace: "w", id: "twice" })).toMatchObject({ outcome: "already_refunded" });
    expect(await credits.verify()).toMatchObject({ ok: true });
  });
});
