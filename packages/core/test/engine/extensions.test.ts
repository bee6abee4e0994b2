import { describe, expect, test } from "vitest";
import { story } from "./story.ts";

const begin = () =>
  story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor", olga: "owner", otto: "owner" } });
type Story = ReturnType<typeof begin>;

const ask = (t: Story, id = "m") =>
  t.tell("charge", { id, member: "ada", feature: "assistant", usage: { output: 9000 }, attempt: "a" });
const extend = (t: Story, output: number, more: object = {}) =>
  t.tell("extend", { id: "m", usage: { output }, ...more });
const what = { renewsAt: "2026-02-10T00:00:00.000Z", remedies: ["wait", "request"] };

describe("an extension", () => {
  test("raises a charge to a new total and says all of it", () => {
    const t = begin();
    ask(t);
    expect(extend(t, 20_000)).toMatchObject({
      outcome: "charged",
      replayed: false,
      charge: { amount: 20, usage: { output: 20_000 }, slices: [{ amount: 9 }, { amount: 11 }] },
      balance: { available: 2980, held: 20 },
      seq: t.ledger.workspace(0).seq,
    });
    const writes = t.ledger.writes();
    expect(extend(t, 20_000)).toMatchObject({ outcome: "charged", replayed: true, charge: { amount: 20 } });
    expect(extend(t, 100)).toMatchObject({
      outcome: "charged",
      replayed: true,
      charge: { amount: 20, usage: { output: 20_000 } },
    });
    expect(extend(t, 0, { attempt: "a" })).toMatchObject({ outcome: "charged", replayed: true });
    expect(t.ledger.writes()).toBe(writes);
    expect(t.tell("settle", { id: "m", usage: { output: 12_000 } })).toMatchObject({
      charge: {
        settledAmount: 12,
        slices: [
          { amount: 9, returned: 0 },
          { amount: 11, returned: 8 },
        ],
      },
      balance: { available: 2988, held: 0 },
    });
    expect(extend(t, 30_000)).toMatchObject({ outcome: "already_settled", charge: { amount: 20 } });
  });

  test("is refused for what is not there, not open, not metered or not one's own any more", () => {
    const t = begin();
    expect(extend(t, 1)).toStrictEqual({ outcome: "unknown_charge" });
    t.screens("unit", "ada", 1);
    expect(t.tell("extend", { id: "unit", usage: { output: 1 } })).toStrictEqual({ outcome: "not_metered" });
    ask(t);
    t.tell("charge", {
      id: "m",
      member: "ada",
      feature: "assistant",
      usage: { output: 9000 },
      attempt: "b",
      resume: true,
    });
    expect(extend(t, 20_000, { attempt: "a" })).toStrictEqual({ outcome: "superseded" });
    expect(extend(t, 20_000, { attempt: "b" })).toMatchObject({ outcome: "charged" });
    t.tell("refund", { id: "m", reason: "failed", attempt: "b" });
    expect(extend(t, 30_000)).toMatchObject({ outcome: "already_refunded", balance: { available: 2970, held: 30 } });
  });

  test("is checked as a charge is, by what it adds", () => {
    const t = begin();
    ask(t);
    const seated = (role: string, cap: number | null = null) => t.tell("memberPut", { member: "ada", role, cap });
    seated("editor", 15);
    expect(extend(t, 16_000)).toStrictEqual({
      outcome: "cap_reached",
      cap: { limit: 15, used: 9 },
      required: 7,
      available: 2991,
      ...what,
    });
    expect(extend(t, 15_000)).toMatchObject({ outcome: "charged" });
    expect(t.balance("ada").cap).toEqual({ limit: 15, used: 15 });
    seated("viewer");
    expect(extend(t, 16_000)).toStrictEqual({
      outcome: "not_allowed",
      reason: "role",
      required: 1,
      available: 0,
      renewsAt: null,
      remedies: [],
    });
    seated("editor");
    expect(extend(t, 3_001_000)).toStrictEqual({
      outcome: "insufficient",
      required: 2986,
      available: 2985,
      ...what,
    });
    t.tell("memberRemove", { member: "ada" });
    expect(extend(t, 16_000)).toMatchObject({ outcome: "not_allowed", reason: "removed", required: 1, available: 0 });
    seated("editor");
    expect(extend(t, 3_000_000)).toMatchObject({ outcome: "charged", balance: { available: 0, held: 3000 } });
  });

  test("counts for the cycle of its charge, and takes from the present one", () => {
    const t = begin();
    t.at("2026-02-09T23:55:00Z");
    ask(t);
    t.tell("memberPut", { member: "ada", role: "editor", cap: 5 });
    t.at("2026-02-10T00:00:00Z");
    expect(extend(t, 14_000)).toMatchObject({ outcome: "charged", charge: { amount: 14 } });
    expect(t.balance("ada")).toMatchObject({ available: 2995, held: 14, cap: { limit: 5, used: 0 } });
    expect(t.tell("refund", { id: "m", reason: "failed" })).toMatchObject({ balance: { available: 3000, held: 0 } });
  });
});

describe("requests", () => {
  const request = (t: Story, id: string) => t.tell("topUpRequest", { id, member: "ada", pack: "small" });
  const decide = (t: Story, verb: "approve" | "decline", id: string, buyer = "olga") => t.tell(verb, { id, buyer });

  test("may be made by who has a seat on a plan that takes top-ups, and by nobody else", () => {
    const t = begin();
    t.tell("memberPut", { member: "vera", role: "viewer" });
    const asked = (id: string, member: string) => t.tell("topUpRequest", { id, member, pack: "small" });
    expect(asked("v", "vera")).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    t.tell("memberRemove", { member: "vera" });
    expect(asked("v", "vera")).toStrictEqual({ outcome: "not_allowed", reason: "removed" });
    t.tell("subscription", { status: "past_due" });
    expect(asked("r", "ada")).toStrictEqual({ outcome: "not_allowed", reason: "past_due" });
    t.tell("subscription", { plan: "starter", effective: "now" });
    expect(asked("r", "ada")).toStrictEqual({ outcome: "not_allowed", reason: "plan" });
    t.tell("subscription", { plan: "pro", status: "active" });
    expect(asked("r", "ada")).toMatchObject({ outcome: "requested", replayed: false });
    expect(() => asked("z", "zoe")).toThrow(expect.objectContaining({ code: "unknown_member" }));
    expect(() => t.tell("topUpRequest", { id: "z", member: "ada", pack: "none" })).toThrow(
      expect.objectContaining({ code: "unknown_pack" }),
    );
  });

  test("are approved only while an order may be made; declining needs a buyer only", () => {
    const t = begin();
    for (const id of ["a", "b", "c"]) request(t, id);
    t.tell("subscription", { status: "past_due" });
    expect(decide(t, "approve", "a")).toStrictEqual({ outcome: "not_allowed", reason: "past_due" });
    expect(decide(t, "decline", "a")).toMatchObject({ outcome: "declined" });
    t.tell("subscription", { plan: "starter", effective: "now" });
    expect(decide(t, "approve", "b")).toStrictEqual({ outcome: "not_allowed", reason: "plan" });
    t.tell("subscription", { plan: "pro", status: "active" });
    t.tell("memberPut", { member: "ada", role: "viewer" });
    expect(decide(t, "approve", "b")).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    t.tell("memberPut", { member: "ada", role: "editor" });
    t.tell("memberRemove", { member: "otto" });
    for (const verb of ["approve", "decline"] as const) {
      expect(decide(t, verb, "b", "otto")).toStrictEqual({ outcome: "not_allowed", reason: "removed" });
      expect(decide(t, verb, "b", "ada")).toStrictEqual({ outcome: "not_allowed", reason: "role" });
      expect(() => decide(t, verb, "b", "zoe")).toThrow(expect.objectContaining({ code: "unknown_member" }));
    }
    expect(decide(t, "approve", "b")).toMatchObject({ outcome: "approved" });
    t.tell("memberRemove", { member: "ada" });
    expect(t.tell("withdraw", { id: "c", member: "ada" })).toStrictEqual({ outcome: "not_allowed", reason: "removed" });
    expect(decide(t, "approve", "c")).toStrictEqual({ outcome: "not_allowed", reason: "removed" });
  });

  test("orders are refused to who may not buy, and for who has no seat or is gone", () => {
    const t = begin();
    const order = (buyer: string | null, recipients: string[]) =>
      t.tell("topUp", { id: "o", pack: "small", recipients, ...(buyer !== null && { buyer }) });
    t.tell("memberPut", { member: "vera", role: "viewer" });
    expect(order("ada", ["ada"])).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    expect(order("olga", ["vera"])).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    expect(order(null, ["vera"])).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    t.tell("memberRemove", { member: "otto" });
    expect(order("otto", ["ada"])).toStrictEqual({ outcome: "not_allowed", reason: "removed" });
    expect(order("ada", ["otto"])).toStrictEqual({ outcome: "not_allowed", reason: "removed" });
    t.tell("subscription", { plan: "starter", effective: "now" });
    expect(order("olga", ["ada"])).toStrictEqual({ outcome: "not_allowed", reason: "plan" });
    expect(order("ada", ["ada"])).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    t.tell("subscription", { plan: "pro" });
    expect(order("olga", ["ada", "workspace"])).toMatchObject({ outcome: "ordered" });
    for (const other of [["ada"], ["workspace", "ada"], ["ada", "olga"]]) {
      expect(() => order("olga", other)).toThrow(expect.objectContaining({ code: "id_reused" }));
    }
    expect(() => order(null, ["ada", "workspace"])).toThrow(expect.objectContaining({ code: "id_reused" }));
  });
});
