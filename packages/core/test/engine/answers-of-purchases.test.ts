import { describe, expect, test } from "vitest";
import { ms, story } from "./story.ts";

const day = "2026-01-10T00:00:00.000Z";
const everybody = { ada: "editor", olga: "owner" };
const begin = (plan = "pro") => story({ at: day, plan, members: everybody });

const by = { actor: "eve", note: "because" };

describe("an answer carries everything", () => {
  test("of an order, its payment and its money back", () => {
    const t = begin();
    const order = {
      id: "o",
      state: "awaiting_payment",
      buyer: "olga",
      pack: "small",
      credits: 1000,
      price: { amount: 1000, currency: "usd" },
      recipients: ["ada", "workspace"],
      payment: null,
      refunded: 0,
      checkoutUrl: null,
      createdAt: day,
      paidAt: null,
    };
    const input = { id: "o", pack: "small", buyer: "olga", recipients: ["ada", "workspace"] };
    expect(t.tell("topUp", input)).toStrictEqual({ outcome: "ordered", replayed: false, topUp: order });
    const writes = t.ledger.writes();
    expect(t.tell("topUp", input)).toStrictEqual({ outcome: "ordered", replayed: true, topUp: order });
    expect(t.ledger.writes()).toBe(writes);
    t.at("2026-01-11T00:00:00Z");
    const paid = { ...order, state: "paid", payment: "p", paidAt: "2026-01-11T00:00:00.000Z" };
    expect(t.tell("topUpPaid", { id: "o", payment: "p" })).toStrictEqual({
      outcome: "paid",
      replayed: false,
      topUp: paid,
    });
    const done = t.ledger.writes();
    expect(t.tell("topUpPaid", { id: "o", payment: "p" })).toStrictEqual({
      outcome: "paid",
      replayed: true,
      topUp: paid,
    });
    expect(t.tell("topUpPaid", { id: "o" })).toMatchObject({ outcome: "paid", replayed: true });
    expect(t.tell("topUp", input)).toMatchObject({ outcome: "paid", replayed: true });
    expect(t.tell("topUpRefunded", { id: "o", refunded: 0 })).toMatchObject({ outcome: "paid", replayed: true });
    expect(t.ledger.writes()).toBe(done);
    expect(t.tell("topUpRefunded", { id: "o", refunded: 2000 })).toStrictEqual({
      outcome: "paid",
      replayed: false,
      topUp: { ...paid, refunded: 2000 },
    });
    expect(t.balance("ada").topUp.available).toBe(0);
    expect(t.ledger.stored()?.operations.get("payment:p")).toMatchObject({
      kind: "payment",
      id: "p",
      fingerprint: "o",
      actor: null,
      note: null,
      result: {},
      at: ms("2026-01-11"),
    });
  });

  test("of a request and its decision", () => {
    const t = begin();
    const request = {
      id: "r",
      state: "open",
      member: "ada",
      pack: "small",
      note: "please",
      decidedBy: null,
      topUp: null,
      createdAt: day,
      decidedAt: null,
    };
    const input = { id: "r", member: "ada", pack: "small", note: "please" };
    expect(t.tell("topUpRequest", input)).toStrictEqual({ outcome: "requested", replayed: false, request });
    const asked = t.ledger.writes();
    expect(t.tell("topUpRequest", input)).toStrictEqual({ outcome: "requested", replayed: true, request });
    expect(t.tell("approve", { id: "r", buyer: "ada" })).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    expect(t.ledger.writes()).toBe(asked);
    t.at("2026-01-11T00:00:00Z");
    const decided = { decidedBy: "olga", decidedAt: "2026-01-11T00:00:00.000Z" };
    const approved = t.tell("approve", { id: "r", buyer: "olga" });
    expect(approved).toStrictEqual({
      outcome: "approved",
      replayed: false,
      request: { ...request, ...decided, state: "approved", topUp: "request:r" },
      topUp: {
        id: "request:r",
        state: "awaiting_payment",
        buyer: "olga",
        pack: "small",
        credits: 1000,
        price: { amount: 1000, currency: "usd" },
        recipients: ["ada"],
        payment: null,
        refunded: 0,
        checkoutUrl: null,
        createdAt: "2026-01-11T00:00:00.000Z",
        paidAt: null,
      },
    });
    const done = t.ledger.writes();
    expect(t.tell("approve", { id: "r", buyer: "olga" })).toStrictEqual({ ...approved, replayed: true });
    expect(t.ledger.writes()).toBe(done);
    for (const id of ["d", "w"]) t.tell("topUpRequest", { id, member: "ada", pack: "small" });
    const declined = { ...request, ...decided, createdAt: decided.decidedAt, note: null };
    expect(t.tell("decline", { id: "d", buyer: "olga" })).toStrictEqual({
      outcome: "declined",
      replayed: false,
      request: { ...declined, id: "d", state: "declined" },
    });
    expect(t.tell("withdraw", { id: "w", member: "ada" })).toStrictEqual({
      outcome: "withdrawn",
      replayed: false,
      request: { ...declined, id: "w", state: "withdrawn", decidedBy: "ada" },
    });
    expect(t.tell("withdraw", { id: "w", member: "ada" })).toMatchObject({ outcome: "withdrawn", replayed: true });
  });

  test("of a promo and what is revoked of it", () => {
    const t = begin("bare");
    const grant = {
      id: "promo:g",
      holder: "workspace",
      source: "promo",
      amount: 100,
      available: 100,
      held: 0,
      spent: 0,
      expired: 0,
      revoked: 0,
      at: day,
      expiresAt: "2026-03-01T00:00:00.000Z",
      frozen: false,
      purchase: null,
    };
    const input = { id: "g", amount: 100, expiresAt: "2026-03-01T00:00:00Z", ...by };
    const granted = { outcome: "granted", replayed: false, amount: 100, grant, seq: 1 };
    expect(t.tell("grant", input)).toStrictEqual(granted);
    const writes = t.ledger.writes();
    expect(t.tell("grant", input)).toStrictEqual({ ...granted, replayed: true });
    expect(t.ledger.writes()).toBe(writes);
    for (const other of [{ amount: 99 }, { member: "ada" }, { expiresAt: "2026-03-02T00:00:00Z" }]) {
      expect(() => t.tell("grant", { ...input, ...other })).toThrow(expect.objectContaining({ code: "id_reused" }));
    }
    const left = { ...grant, available: 60, revoked: 40 };
    const revoked = { outcome: "revoked", replayed: false, amount: 40, grant: left, seq: 2 };
    const back = { id: "v", grant: "promo:g", amount: 40, ...by };
    expect(t.tell("revokeGrant", back)).toStrictEqual(revoked);
    expect(t.tell("revokeGrant", back)).toStrictEqual({ ...revoked, replayed: true });
    for (const other of [{ amount: 41 }, { grant: "promo:h" }]) {
      expect(() => t.tell("revokeGrant", { ...back, ...other })).toThrow(
        expect.objectContaining({ code: "id_reused" }),
      );
    }
    expect(t.tell("revokeGrant", { id: "all", grant: "promo:g", ...by })).toMatchObject({ amount: 60 });
    const operation = (kind: string, id: string) => t.ledger.stored()?.operations.get(`${kind}:${id}`);
    expect(operation("promo", "g")).toMatchObject({ ...by, kind: "promo", id: "g", result: { grant: "promo:g" } });
    expect(operation("revoke", "v")).toMatchObject({ ...by, result: { grant: "promo:g", amount: 40 } });
  });

  test("of a support refund", () => {
    const t = begin();
    t.promo("p", 30, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.screens("c", "ada", 3);
    t.tell("settle", { id: "c" });
    t.at("2026-01-21T00:00:00Z");
    const input = { id: "s", charge: "c", quantity: 1, ...by };
    const answer = t.tell("supportRefund", input);
    expect(answer).toMatchObject({
      outcome: "refunded",
      replayed: false,
      restored: 30,
      expired: 0,
      reissued: 0,
      charge: { id: "c", settledAmount: 90, refundedAmount: 30 },
      balance: { available: 2970, held: 0 },
      seq: t.ledger.workspace(0).seq,
    });
    expect(t.tell("supportRefund", input)).toStrictEqual({ ...answer, replayed: true });
    for (const other of [{ quantity: 2 }, { reissue: false }]) {
      expect(() => t.tell("supportRefund", { ...input, ...other })).toThrow(
        expect.objectContaining({ code: "id_reused" }),
      );
    }
    expect(t.tell("supportRefund", { id: "all", charge: "c", ...by })).toMatchObject({
      restored: 30,
      expired: 30,
      reissued: 30,
      charge: { refundedAmount: 90, slices: [{ returned: 30 }, { returned: 60 }] },
    });
    expect(t.ledger.grants().find(({ id }) => id === "reissue:all:ada")).toMatchObject({
      source: "promo",
      amount: 30,
      at: ms("2026-01-21"),
      expiresAt: ms("2026-02-10"),
    });
    expect(t.ledger.stored()?.operations.get("support-refund:all")).toMatchObject({
      ...by,
      result: { restored: 30, expired: 30, reissued: 30, charge: "c", amount: 60 },
      at: ms("2026-01-21"),
    });
  });

  test("of what was free is by its units, and once", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
    t.tell("charge", { id: "c", member: "ada", feature: "free", quantity: 2 });
    t.tell("settle", { id: "c" });
    const beyond = (left: number) =>
      expect.objectContaining({ code: "exceeds_settled", details: { left: 0, unitsLeft: left } });
    expect(() => t.tell("supportRefund", { id: "s", charge: "c", quantity: 3, ...by })).toThrow(beyond(2));
    expect(t.tell("supportRefund", { id: "s", charge: "c", ...by })).toMatchObject({
      outcome: "refunded",
      restored: 0,
    });
    expect(() => t.tell("supportRefund", { id: "again", charge: "c", ...by })).toThrow(beyond(0));
  });
});
