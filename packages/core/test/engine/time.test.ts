import { describe, expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { commandOf, ms, story, wideCatalog } from "./story.ts";

describe("cycles and epochs", () => {
  test("a cycle that began before 1970 is told like any other", () => {
    const t = story({ at: "1970-01-01T00:00:00Z", members: { ada: "editor" } });
    t.tell("subscription", { plan: "pro", anchor: "1970-01-15T00:00:00Z" });
    expect(t.ledger.workspace(0).cycle.startsAt).toBe("1969-12-15T00:00:00.000Z");
  });

  test("the first touch in a cycle pins the catalog version for all its holders", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    const generous = { ...defaultCatalogInput.plans.pro, allowance: { editor: 5000, guest: 1000 } };
    t.ledger.publish(defineCatalog({ ...defaultCatalogInput, plans: { ...defaultCatalogInput.plans, pro: generous } }));
    t.tell("memberPut", { member: "bob", role: "editor" });
    expect(t.balance("bob")).toMatchObject({ available: 3000 });
    t.at("2026-02-10T00:00:00Z");
    expect(t.balance("bob")).toMatchObject({ available: 5000 });
    expect(t.balance("ada")).toMatchObject({ available: 5000 });
  });

  test("free to a paid pool is a new epoch, and the pool starts with its full allowance", () => {
    const t = story({ at: "2026-01-01T00:00:00Z", members: { ada: "editor" } });
    t.at("2026-01-16T12:00:00Z");
    t.tell("subscription", { plan: "team", anchor: "2026-01-16T12:00:00Z" });
    expect(t.balance(null)).toMatchObject({ available: 1000, monthly: { renewsAt: "2026-02-16T12:00:00.000Z" } });
  });

  test("a rise after the month of the creation goes by the later months, also in a cycle that began in the first", () => {
    const t = story({ at: "2026-01-19T00:00:00Z", members: { ada: "editor" } });
    const paid = { paid: true, holder: "workspace" } as const;
    const plans = {
      ...defaultCatalogInput.plans,
      vast: { name: "Vast", ...paid, anchor: "subscription", allowance: "unlimited" },
      club: { name: "Club", ...paid, anchor: "workspace", allowance: { first: 900, then: 400 } },
    } as const;
    t.ledger.publish(defineCatalog({ ...defaultCatalogInput, plans }));
    t.at("2026-02-15T00:00:00Z");
    t.tell("subscription", { plan: "vast" });
    t.at("2026-02-25T00:00:00Z");
    t.tell("subscription", { plan: "club", effective: "now" });
    expect(t.ledger.workspace(0).cycle.startsAt).toBe("2026-02-15T00:00:00.000Z");
    expect(t.balance(null)).toMatchObject({ available: 400, monthly: { allowance: 400 } });
  });

  test("an anchor that has a boundary exactly at the cycle's end stretches nothing", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.tell("subscription", { anchor: "2025-11-10T00:00:00Z" });
    expect(t.ledger.workspace(0).cycle.endsAt).toBe("2026-02-10T00:00:00.000Z");
  });

  test("a sweep expires and ends, and opens no cycle: who sleeps costs nothing", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.at("2026-04-15T00:00:00Z");
    t.sweep();
    expect(t.ledger.grants().map(({ id, expired }) => [id, expired])).toEqual([
      [`monthly:ada:e1:${ms("2026-01-10")}:3000`, 3000],
    ]);
    const { seq } = t.ledger.workspace(0);
    expect(t.sweep().answer).toEqual({ written: 0 });
    expect(t.ledger.workspace(0).seq).toBe(seq);
    expect(t.balance("ada").available).toBe(3000);
  });

  test("a sweep keeps what leaves no entry: the end of a free charge, and a notice", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
    t.promo("p", 100, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.tell("charge", { id: "c", member: "ada", feature: "free" });
    t.ledger.letTimePass(ms("2026-01-10T01:00:00Z"));
    expect(t.sweep().answer).toEqual({ written: 1 });
    expect(t.ledger.stored()?.charges.get("c")).toMatchObject({ state: "refunded", reason: "timed_out" });
    t.ledger.letTimePass(ms("2026-01-13T00:00:00Z"));
    expect(t.sweep().answer).toEqual({ written: 1 });
    expect(t.ledger.events()).toMatchObject([{ kind: "notice.expiry" }]);
    expect(t.sweep().answer).toEqual({ written: 0 });
  });

  test("a lease that ends first applies what was due in every holder of its slices", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
    t.promo("p", 100, { member: "ada", expiresAt: "2026-01-10T00:05:00Z" });
    t.screens("c", "ada", 2);
    t.at("2026-01-11T00:00:00Z");
    expect(
      t.ledger
        .entries()
        .slice(-3)
        .map(({ kind, moved, at }) => [kind, moved, new Date(at).toISOString()]),
    ).toEqual([
      ["expire", 40, "2026-01-10T00:05:00.000Z"],
      ["refund", 60, "2026-01-10T00:10:00.000Z"],
      ["expire", 60, "2026-01-10T00:10:00.000Z"],
    ]);
  });

  test("a grant may be spent up to its last millisecond and not at its end", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
    t.promo("p", 60, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.at("2026-01-19T23:59:59.999Z");
    expect(t.screens("c1", "ada", 1)).toMatchObject({ outcome: "charged" });
    t.at("2026-01-20T00:00:00Z");
    expect(t.screens("c2", "ada", 1)).toMatchObject({ outcome: "insufficient", available: 0 });
    expect(t.ledger.grants().find(({ id }) => id === "promo:p")).toMatchObject({ expired: 30, held: 30 });
  });

  test("what returns to a grant that has ended expires in the same command, both visible", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
    t.promo("p", 60, { member: "ada", expiresAt: "2026-01-10T00:05:00Z" });
    t.screens("c", "ada", 2);
    t.at("2026-01-10T00:06:00Z");
    t.tell("refund", { id: "c", reason: "failed" });
    const last = t.ledger.entries().slice(-2);
    expect(last.map(({ kind, moved, balanceAfter }) => [kind, moved, balanceAfter])).toEqual([
      ["refund", 60, 60],
      ["expire", 60, 0],
    ]);
  });

  test("an entry is never earlier than the holder's entry before it", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.at("2026-02-09T23:55:00Z");
    t.screens("c", "ada", 2);
    t.at("2026-02-11T00:00:00Z");
    t.promo("q", 10, { member: "ada" });
    // The renewal of midnight is written after the lease's end of five past, because nobody came before.
    expect(
      t.ledger
        .entries()
        .slice(-3)
        .map(({ kind, moved, at }) => [kind, moved, new Date(at).toISOString()]),
    ).toEqual([
      ["expire", 60, "2026-02-10T00:05:00.000Z"],
      ["grant", 3000, "2026-02-10T00:05:00.000Z"],
      ["grant", 10, "2026-02-11T00:00:00.000Z"],
    ]);
    expect(t.ledger.verify()).toEqual([]);
  });

  test("time never runs backwards, whatever the clock says", () => {
    const ledger = memoryLedger(wideCatalog);
    const later = ms("2026-01-10T12:00:00Z");
    ledger.tell(later - 60_000, commandOf("workspacePut", {}));
    ledger.tell(later, commandOf("memberPut", { member: "ada", role: "editor" }));
    const charge = commandOf("charge", { id: "c", member: "ada", feature: "generate-screen" });
    expect(ledger.tell(later - 5000, charge).answer).toMatchObject({
      charge: { createdAt: "2026-01-10T12:00:00.000Z" },
    });
    expect(ledger.verify()).toEqual([]);
  });
});

describe("what only looks", () => {
  test("reads, quotes and refused charges write nothing", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor", bob: "viewer" } });
    t.at("2026-02-15T00:00:00Z");
    const before = t.ledger.stored();
    expect(t.balance("ada").available).toBe(3000);
    t.ledger.quote(0, { member: "ada", items: [{ feature: "free", mode: "standard", quantity: 1, usage: null }] });
    expect(t.screens("c", "ada", 101)).toMatchObject({ outcome: "insufficient" });
    expect(t.screens("c", "bob", 1)).toMatchObject({ outcome: "not_allowed" });
    expect(t.ledger.stored()).toEqual(before);
  });

  test("a refused charge leaves no trace in a batch that writes", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor", bob: "editor" } });
    t.at("2026-02-15T00:00:00Z");
    const charge = (id: string, member: string, quantity: number) =>
      commandOf("charge", { id, member, feature: "generate-screen", quantity });
    const [refused, charged, later] = t.ledger.batch(0, [
      charge("c", "bob", 101),
      charge("d", "ada", 1),
      charge("c", "ada", 1),
    ]);
    expect(refused?.answer).toMatchObject({ outcome: "insufficient" });
    expect(charged?.answer).toMatchObject({ outcome: "charged" });
    expect(later?.answer).toMatchObject({ outcome: "charged", replayed: false });
    expect(t.ledger.grants().filter(({ holder, available }) => holder === "bob" && available > 0)).toEqual([]);
    expect(t.ledger.verify()).toEqual([]);
  });

  test("a read shows what the next write finds", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.screens("c", "ada", 20);
    t.at("2026-02-15T00:00:00Z");
    const read = t.balance("ada");
    expect(t.screens("d", "ada", 1).balance.available).toBe(read.available - 30);
  });
});
