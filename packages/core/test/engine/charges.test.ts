import { describe, expect, test } from "vitest";
import { ms, story } from "./story.ts";

const begin = (plan?: string) =>
  story({ at: "2026-01-10T00:00:00Z", members: { ada: "editor", bob: "editor" }, ...(plan ? { plan } : {}) });

describe("charges", () => {
  test("a repeat ignores maxAmount, lease and metadata, and nothing else", () => {
    const t = begin();
    t.screens("c", "ada", 2, { attempt: "a" });
    const same = { attempt: "b", maxAmount: 1, leaseSeconds: 60, metadata: { page: 7 } };
    expect(t.screens("c", "ada", 2, same)).toMatchObject({ outcome: "charged", replayed: true });
    for (const [member, quantity, more] of [
      ["bob", 2, {}],
      ["ada", 3, {}],
      ["ada", 2, { mode: "deep-design" }],
      ["ada", 2, { feature: "generate-image" }],
    ] as const) {
      expect(() => t.screens("c", member, quantity, more)).toThrow(expect.objectContaining({ code: "id_reused" }));
    }
  });

  test("what settles whole takes nothing or all", () => {
    const t = begin();
    t.tell("charge", { id: "c", member: "ada", feature: "generate-prototype", quantity: 2 });
    expect(() => t.tell("settle", { id: "c", delivered: 1 })).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
    expect(t.tell("settle", { id: "c", delivered: 2 })).toMatchObject({
      outcome: "settled",
      charge: { settledAmount: 20 },
    });
  });

  test("what is free and was not delivered is refunded, not settled", () => {
    const t = begin();
    t.tell("charge", { id: "c", member: "ada", feature: "free", quantity: 2 });
    expect(t.tell("settle", { id: "c", delivered: 0 })).toMatchObject({ outcome: "refunded" });
    expect(t.tell("settle", { id: "c" })).toMatchObject({ outcome: "already_refunded" });
    expect(t.ledger.entries().filter(({ charge }) => charge !== null)).toEqual([]);
  });

  test("a real usage that the caller counted is marked as estimated", () => {
    const t = begin();
    t.tell("charge", { id: "c", member: "ada", feature: "assistant", usage: { output: 9000 } });
    expect(t.tell("settle", { id: "c", usage: { output: 1001 }, estimated: true })).toMatchObject({
      charge: { estimated: true, settledAmount: 2, usage: { output: 1001 } },
    });
  });

  test("a support refund without id, actor or note is refused", () => {
    const t = begin();
    const whole = { charge: "c", id: "s", actor: "eve", note: "blurred" };
    for (const missing of ["id", "actor", "note"] as const) {
      const { [missing]: _, ...rest } = whole;
      expect(() => t.tell("supportRefund", rest)).toThrow(
        expect.objectContaining({ code: "invalid_input", message: expect.stringContaining(missing) }),
      );
    }
  });

  test("a quote obeys the cap, and a cap of 0 blocks", () => {
    const t = begin();
    const quote = () =>
      t.ledger.quote(0, {
        member: "ada",
        items: [{ feature: "generate-screen", mode: "standard", quantity: 2, usage: null }],
      }).data[0];
    t.tell("memberPut", { member: "ada", role: "editor", cap: 50 });
    expect(quote()).toMatchObject({ amount: 60, affordable: false, affordableQuantity: 1, reason: "cap_reached" });
    t.tell("memberPut", { member: "ada", role: "editor", cap: 0 });
    expect(quote()).toMatchObject({ affordable: false, affordableQuantity: 0 });
    expect(t.screens("c", "ada", 1)).toMatchObject({ outcome: "cap_reached", cap: { limit: 0, used: 0 } });
    expect(t.balance("ada").available).toBe(600);
  });

  test("the same id may be used once for each kind of thing", () => {
    const t = begin("pro");
    t.promo("x", 100, { member: "ada" });
    t.screens("x", "ada", 1);
    t.tell("settle", { id: "x" });
    expect(t.tell("revokeGrant", { id: "x", grant: "promo:x", amount: 10, actor: "eve", note: "oops" })).toMatchObject({
      replayed: false,
      amount: 10,
    });
    expect(t.tell("supportRefund", { id: "x", charge: "x", actor: "eve", note: "blurred" })).toMatchObject({
      replayed: false,
    });
    expect(t.buy("x", ["ada"])).toMatchObject({ outcome: "paid", replayed: false });
    expect(t.promo("x", 100, { member: "ada" })).toMatchObject({ replayed: true });
    expect(() => t.promo("x", 100, { member: "bob" })).toThrow(expect.objectContaining({ code: "id_reused" }));
  });

  test("a trial takes top-ups, a payment that is due does not", () => {
    const t = begin("pro");
    t.tell("subscription", { status: "trialing" });
    expect(t.buy("o1", ["ada"])).toMatchObject({ outcome: "paid" });
    t.tell("subscription", { status: "past_due" });
    expect(t.buy("o2", ["ada"])).toMatchObject({ outcome: "not_allowed", reason: "past_due" });
  });
});

describe("entries", () => {
  test("each kind is one transition, one entry for each slice, with everything it must carry", () => {
    const t = begin("bare");
    t.promo("p", 20, { member: "ada" });
    t.promo("q", 50);
    t.screens("c", "ada", 2);
    t.tell("settle", { id: "c", delivered: 1 });
    const entry = (
      seq: number,
      kind: string,
      holder: string,
      grant: string,
      amount: number,
      moved: number,
      after: number,
    ) => ({
      seq,
      kind,
      holder,
      member: kind === "grant" && holder === "workspace" ? null : "ada",
      grant,
      charge: kind === "grant" ? null : "c",
      purchase: null,
      amount,
      moved,
      balanceAfter: after,
      at: ms("2026-01-10"),
    });
    expect(t.ledger.entries()).toEqual([
      entry(1, "grant", "ada", "promo:p", 20, 20, 20),
      entry(2, "grant", "workspace", "promo:q", 50, 50, 50),
      entry(3, "charge", "ada", "promo:p", -20, 20, 0),
      entry(4, "charge", "workspace", "promo:q", -40, 40, 10),
      entry(5, "settle", "ada", "promo:p", 0, 20, 0),
      entry(6, "settle", "workspace", "promo:q", 0, 10, 10),
      entry(7, "refund", "workspace", "promo:q", 30, 30, 40),
    ]);
    expect(t.ledger.grants().map(({ available, held, spent }) => [available, held, spent])).toEqual([
      [0, 0, 20],
      [40, 0, 10],
    ]);
  });

  test("revoke, debt, repay, forgive and restore carry their purchase", () => {
    const t = begin("bare");
    t.buy("o1", ["ada"]);
    t.screens("c", "ada", 20);
    t.tell("settle", { id: "c" });
    t.tell("topUpRefunded", { id: "o1", refunded: 1000 });
    t.buy("o2", ["ada"]);
    t.tell("topUpRefunded", { id: "o1", refunded: 0 });
    t.screens("d", "ada", 46);
    t.tell("topUpRefunded", { id: "o2", refunded: 1000 });
    t.tell("settle", { id: "d" });
    t.tell("topUpRefunded", { id: "o2", refunded: 900 });
    const about = t.ledger
      .entries()
      .filter(({ kind }) => ["revoke", "debt", "repay", "forgive", "restore"].includes(kind))
      .map(({ kind, grant, purchase, moved }) => [kind, grant, purchase, moved]);
    expect(about).toEqual([
      ["revoke", "top-up:o1:ada", "o1", 400],
      ["debt", "top-up:o1:ada", "o1", 600],
      ["repay", "top-up:o2:ada", "o1", 600],
      ["restore", "top-up:o1:ada", "o1", 400],
      ["restore", "top-up:o2:ada", "o1", 600],
      ["revoke", "top-up:o2:ada", "o2", 20],
      ["debt", "top-up:o2:ada", "o2", 980],
      ["forgive", "top-up:o2:ada", "o2", 100],
    ]);
    expect(t.ledger.verify()).toEqual([]);
  });
});

describe("people and workspaces", () => {
  test("a person is erased without changing a number", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro" });
    t.tell("memberPut", { member: "ada", role: "editor", name: "Ada", email: "ada@example.com" });
    t.screens("c", "ada", 1);
    const { entries, grants } = { entries: t.ledger.entries(), grants: t.ledger.grants() };
    expect(t.tell("memberRemove", { member: "ada", erase: true })).toMatchObject({
      member: { id: "ada", name: null, email: null },
    });
    expect(t.ledger.entries()).toEqual(entries);
    expect(t.ledger.grants()).toEqual(grants);
    expect(JSON.stringify(t.ledger.entries())).not.toContain("Ada");
  });

  test("an archived workspace ends what is open and takes nothing new", () => {
    const t = begin();
    t.screens("c", "ada", 1);
    t.tell("workspaceArchive");
    expect(() => t.screens("d", "ada", 1)).toThrow(expect.objectContaining({ code: "archived" }));
    expect(t.tell("settle", { id: "c" })).toMatchObject({ outcome: "settled" });
    expect(t.balance("ada").available).toBe(570);
  });
});
