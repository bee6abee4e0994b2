import type { TestLedger } from "./test-ledger.ts";

/** A workspace to which about everything has happened that can happen to one. */
export async function tellStory(t: TestLedger, workspace: string): Promise<void> {
  const run = (verb: Parameters<TestLedger["run"]>[0], input: Record<string, unknown>) =>
    t.run(verb, { workspace, ...input });
  const deep = { feature: "generate-screen", mode: "deep-design", leaseSeconds: 3600 };
  await run("workspacePut", { plan: "pro", createdAt: "2026-01-31T10:00:00Z", testClock: "2026-03-10T12:00:00Z" });
  await run("memberPut", { member: "ada", role: "editor" });
  await run("memberPut", { member: "bob", role: "guest-editor" });
  await run("memberPut", { member: "cy", role: "editor" });
  await run("grant", {
    id: "welcome",
    member: "ada",
    amount: 500,
    expiresAt: "2026-03-20T00:00:00Z",
    actor: "eve",
    note: "hello",
  });
  await run("grant", { id: "pool", amount: 200, actor: "eve", note: "for all" });
  await run("revokeGrant", { id: "back", grant: "promo:pool", amount: 50, actor: "eve", note: "too much" });
  await run("topUp", { id: "o1", pack: "small", recipients: ["ada", "workspace"], paid: true, payment: "p1" });
  // 3,600 credits: the promo's 500, 3,000 monthly ones, and then the pool's promo.
  await run("charge", { id: "big", member: "ada", quantity: 40, ...deep });
  await run("settle", { id: "big", delivered: 39 });
  await run("charge", { id: "top", member: "ada", quantity: 8, ...deep });
  await run("settle", { id: "top" });
  await run("charge", { id: "whole", member: "bob", feature: "generate-theme" });
  await run("refund", { id: "whole", reason: "failed" });
  await run("charge", { id: "free", member: "cy", feature: "generate-image", quantity: 3 });
  await run("settle", { id: "free", delivered: 0, reason: "failed" });
  // Half of the money goes back, then all of it, then a part comes again.
  for (const refunded of [1000, 2000]) await run("topUpRefunded", { id: "o1", refunded });
  await run("topUp", { id: "o2", pack: "small", recipients: ["ada"], paid: true, payment: "p2" });
  await run("topUpRefunded", { id: "o1", refunded: 500 });
  await run("topUpRefunded", { id: "o1", refunded: 1900 });
  await run("topUp", { id: "o3", pack: "small", recipients: ["bob"] });
  await run("charge", { id: "late", member: "bob", feature: "generate-image", quantity: 5 });
  await run("charge", { id: "over", member: "cy", quantity: 10, ...deep, leaseSeconds: 86_400 });
  await run("advanceClock", { now: "2026-03-10T18:00:00Z" });
  await run("memberRemove", { member: "bob" });
  await run("subscription", { plan: "business" });
  await run("advanceClock", { now: "2026-03-21T00:00:00Z" });
  await run("supportRefund", { charge: "big", id: "sorry", actor: "eve", note: "blurred", quantity: 10 });
  await run("advanceClock", { now: "2026-04-11T00:00:00Z" });
  await run("supportRefund", { charge: "big", id: "sorry-2", actor: "eve", note: "blurred again" });
  await run("charge", { id: "open", member: "ada", quantity: 2, ...deep });
  await run("charge", { id: "open-2", member: "cy", feature: "generate-screen", quantity: 4 });
  await run("heartbeat", { id: "open-2", delivered: 1 });
}
