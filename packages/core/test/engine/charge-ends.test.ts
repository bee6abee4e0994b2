import { describe, expect, test } from "vitest";
import { toCommand } from "../../src/inputs/index.ts";
import { ms, story } from "./story.ts";

const day = "2026-01-10T00:00:00.000Z";
const everybody = { ada: "editor", olga: "owner", vera: "viewer" };
const begin = (plan = "pro") => story({ at: day, plan, members: everybody });

describe("the end of a charge", () => {
  const metered = (t: ReturnType<typeof begin>, id: string) =>
    t.tell("charge", { id, member: "ada", feature: "assistant", usage: { input: 4000, output: 9000 } });

  test("of what is metered is by usage; nothing delivered is nothing paid", () => {
    const t = begin();
    metered(t, "none");
    expect(t.tell("settle", { id: "none", delivered: 0 })).toMatchObject({
      outcome: "refunded",
      charge: { delivered: 0, settledAmount: 0, refundedAmount: 10, uncollected: 0 },
    });
    metered(t, "one");
    expect(t.tell("settle", { id: "one", delivered: 1, usage: { output: 5000 } })).toMatchObject({
      outcome: "settled",
      charge: { delivered: 1, settledAmount: 5, usage: { output: 5000 }, estimated: false },
    });
    metered(t, "as-estimated");
    expect(t.tell("settle", { id: "as-estimated" })).toMatchObject({
      charge: { settledAmount: 10, usage: { input: 4000, output: 9000 }, uncollected: 0 },
    });
    metered(t, "more");
    expect(t.tell("settle", { id: "more", usage: { output: 12_000 } })).toMatchObject({
      charge: { settledAmount: 10, uncollected: 2 },
    });
  });

  test("is the same answer to the same attempt, and another word to anybody else", () => {
    const t = begin();
    t.screens("c", "ada", 1, { attempt: "a" });
    const first = t.tell("refund", { id: "c", reason: "cancelled", attempt: "a" });
    expect(first).toMatchObject({ outcome: "refunded", charge: { reason: "cancelled" } });
    const writes = t.ledger.writes();
    expect(t.tell("refund", { id: "c", reason: "failed", attempt: "a" })).toStrictEqual(first);
    expect(t.tell("refund", { id: "c", reason: "failed", attempt: "b" })).toMatchObject({
      outcome: "already_refunded",
      charge: { reason: "cancelled" },
    });
    expect(t.tell("settle", { id: "c", attempt: "a" })).toMatchObject({ outcome: "already_refunded" });
    expect(t.ledger.writes()).toBe(writes);
    t.screens("d", "ada", 1, { attempt: "a" });
    expect(t.tell("settle", { id: "d", attempt: "a" })).toMatchObject({ outcome: "settled" });
    expect(t.tell("settle", { id: "d", attempt: "a" })).toMatchObject({ outcome: "settled" });
    expect(t.tell("settle", { id: "d", attempt: "b" })).toMatchObject({ outcome: "already_settled" });
    expect(t.tell("refund", { id: "d", reason: "failed", attempt: "a" })).toMatchObject({
      outcome: "already_settled",
    });
  });

  test("belongs to the attempt that has taken over", () => {
    const t = begin();
    t.screens("c", "ada", 1, { attempt: "a" });
    t.at("2026-01-10T00:05:00Z");
    expect(t.screens("c", "ada", 1, { attempt: "b" })).toMatchObject({ replayed: true });
    expect(t.screens("c", "ada", 1, { attempt: "b", resume: true, leaseSeconds: 600 })).toMatchObject({
      replayed: false,
      charge: { leaseExpiresAt: "2026-01-10T00:15:00.000Z" },
    });
    // The old one may not take it back.
    const writes = t.ledger.writes();
    expect(t.screens("c", "ada", 1, { attempt: "a", resume: true })).toMatchObject({ replayed: true });
    expect(t.tell("heartbeat", { id: "c", attempt: "a" })).toMatchObject({
      outcome: "superseded",
      charge: { id: "c" },
    });
    expect(t.tell("settle", { id: "c", attempt: "a" })).toMatchObject({ outcome: "superseded" });
    expect(t.tell("refund", { id: "c", reason: "failed", attempt: "a" })).toMatchObject({ outcome: "superseded" });
    expect(t.ledger.writes()).toBe(writes);
    expect(t.tell("heartbeat", { id: "c", attempt: "b" })).toMatchObject({ outcome: "open" });
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "open" });
    expect(t.tell("settle", { id: "c", attempt: "b" })).toMatchObject({ outcome: "settled" });
  });

  test("a lease taken over is never shorter than it was, nor the charge older than a day", () => {
    const t = begin();
    t.screens("c", "ada", 1, { attempt: "a", leaseSeconds: 7200 });
    expect(t.screens("c", "ada", 1, { attempt: "b", resume: true, leaseSeconds: 60 })).toMatchObject({
      charge: { leaseExpiresAt: "2026-01-10T02:00:00.000Z" },
    });
    t.at("2026-01-10T01:00:00Z");
    expect(t.screens("c", "ada", 1, { attempt: "c", resume: true, leaseSeconds: 86_400 })).toMatchObject({
      charge: { leaseExpiresAt: "2026-01-11T00:00:00.000Z" },
    });
  });

  test("remembers twenty attempts that were overtaken", () => {
    const t = begin();
    const resumed = (attempt: string) => t.screens("c", "ada", 1, { attempt, resume: true });
    t.screens("c", "ada", 1, { attempt: "t0" });
    for (let i = 1; i <= 21; i++) resumed(`t${i}`);
    // The oldest is forgotten, and may take over once more.
    expect(resumed("t1")).toMatchObject({ replayed: true });
    expect(resumed("t0")).toMatchObject({ replayed: false });
  });
});

describe("heartbeats and cancelling", () => {
  test("a heartbeat counts what was handed over, up to all of it, and is a touch", () => {
    const t = begin();
    t.at("2026-02-09T23:00:00Z");
    t.screens("c", "ada", 3, { leaseSeconds: 7200 });
    expect(t.tell("heartbeat", { id: "c", delivered: 3 })).toMatchObject({ outcome: "open", charge: { delivered: 3 } });
    expect(t.tell("heartbeat", { id: "c", delivered: 1 })).toMatchObject({ charge: { delivered: 3 } });
    t.at("2026-02-10T00:00:00Z");
    t.tell("heartbeat", { id: "c" });
    expect(t.ledger.stored()?.grants.has(`monthly:ada:e1:${ms("2026-02-10")}:3000`)).toBe(true);
    expect(t.ledger.charge(0, "c")).toMatchObject({ delivered: 3, leaseExpiresAt: "2026-02-10T02:00:00.000Z" });
  });

  test("a heartbeat keeps the lease as long as it says, or as the charge said, and for a day at most", () => {
    const t = begin();
    t.screens("c", "ada", 1, { leaseSeconds: 3600 });
    const until = (more: object = {}) => t.tell("heartbeat", { id: "c", ...more }).charge.leaseExpiresAt;
    t.at("2026-01-10T00:30:00Z");
    expect(until({ leaseSeconds: 60 })).toBe("2026-01-10T01:00:00.000Z");
    expect(until({ leaseSeconds: 7200 })).toBe("2026-01-10T02:30:00.000Z");
    expect(until()).toBe("2026-01-10T02:30:00.000Z");
    t.at("2026-01-10T02:00:00Z");
    expect(until()).toBe("2026-01-10T03:00:00.000Z");
    expect(until({ leaseSeconds: 86_400 })).toBe("2026-01-11T00:00:00.000Z");
    t.tell("settle", { id: "c" });
    const writes = t.ledger.writes();
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "not_open", charge: { state: "settled" } });
    expect(t.tell("cancel", { id: "c" })).toMatchObject({ outcome: "not_open", charge: { state: "settled" } });
    expect(t.ledger.writes()).toBe(writes);
  });

  test("only the member who made a charge, or the operator, asks for it to be cancelled; once is enough", () => {
    const t = begin();
    t.screens("c", "ada", 1);
    const cancel = (who: string | null) =>
      t.ledger.tell(0, toCommand.cancel({ workspace: "acme", id: "c" }, who)) as {
        answer: unknown;
        error?: { code: string; message: string };
      };
    expect(cancel("olga").error).toMatchObject({
      code: "forbidden",
      message: "Only the member who made a charge, or the operator, may cancel it.",
    });
    expect(t.ledger.charge(0, "c").cancelRequested).toBe(false);
    expect(cancel("ada").answer).toMatchObject({ outcome: "open", charge: { cancelRequested: true } });
    expect(t.ledger.charge(0, "c").cancelRequested).toBe(true);
    const writes = t.ledger.writes();
    expect(cancel(null).answer).toMatchObject({ outcome: "open", charge: { id: "c", cancelRequested: true } });
    expect(t.ledger.writes()).toBe(writes);
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "open", charge: { cancelRequested: true } });
  });
});
