import { describe, expect, test } from "vitest";
import { hasClawback } from "../../src/engine/clawback.ts";
import { first, isFrozen, monthlyHolder, topUpGrantId } from "../../src/engine/grants.ts";
import { proportion } from "../../src/engine/proportion.ts";
import type { Clawback, GrantRow } from "../../src/engine/state.ts";
import { requestOrderId } from "../../src/engine/top-up.ts";
import { ms, story } from "./story.ts";

const most = Number.MAX_SAFE_INTEGER;
const by = { actor: "eve", note: "because" };
const tooLarge = expect.objectContaining({ code: "amount_too_large" });
const begin = (plan = "bare") => story({ at: "2026-01-10T00:00:00Z", plan, members: { ada: "editor" } });

describe("the largest number", () => {
  test("may be had by each holder, and is never exceeded by what a member can spend", () => {
    const t = begin();
    t.promo("own", most, { member: "ada" });
    t.promo("shared", most);
    expect(t.balance("ada")).toMatchObject({ available: most, pool: { available: most } });
    expect(t.balance(null).available).toBe(most);
    // Nor by what the two have together of any kind.
    expect(t.balance("ada").promo).toEqual({ available: most });
    t.tell("charge", { id: "c", member: "ada", feature: "generate-screen" });
    expect(t.balance("ada").held).toBe(30);
    expect(() => t.promo("more", 1)).toThrow(tooLarge);
    expect(() => t.promo("more", 1, { member: "ada" })).toThrow(
      expect.objectContaining({ message: "ada would hold more than 9007199254740991 credits, the most there can be." }),
    );
  });

  test("counts what is held, which may come back", () => {
    const t = begin();
    t.promo("p", 60, { member: "ada" });
    t.screens("c", "ada", 2);
    expect(() => t.promo("q", most - 59, { member: "ada" })).toThrow(tooLarge);
    t.promo("q", most - 60, { member: "ada" });
    t.tell("refund", { id: "c", reason: "failed" });
    expect(t.balance("ada").available).toBe(most);
  });

  test("fills up with a rise as far as it fits", () => {
    const t = begin("pro");
    t.promo("p", most - 3010, { member: "ada" });
    t.tell("subscription", { plan: "business" });
    t.tell("charge", { id: "touch", member: "ada", feature: "free" });
    expect(t.balance("ada")).toMatchObject({ available: most, monthly: { allowance: 10_000, available: 3010 } });
    expect(t.ledger.grants().map(({ amount }) => amount)).toEqual([3000, most - 3010, 10]);
    const u = begin("pro");
    u.promo("p", most - 3000, { member: "ada" });
    u.tell("subscription", { plan: "business" });
    u.tell("charge", { id: "touch", member: "ada", feature: "free" });
    expect(u.balance("ada")).toMatchObject({ available: most, monthly: { allowance: 10_000, available: 3000 } });
    expect(u.ledger.grants()).toHaveLength(2);
    expect(u.ledger.holders().find(({ id }) => id === "ada")).toMatchObject({ mark: 10_000, allotted: 3000 });
  });

  test("refuses a support refund that would give credits anew to who has as many as there can be", () => {
    const t = begin();
    t.promo("p", 60, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.screens("c", "ada", 2);
    t.tell("settle", { id: "c" });
    t.at("2026-01-20T00:00:00Z");
    t.promo("q", most - 59, { member: "ada" });
    expect(() => t.tell("supportRefund", { id: "s", charge: "c", ...by })).toThrow(
      expect.objectContaining({ code: "amount_too_large", message: "ada cannot hold 60 more credits." }),
    );
    expect(t.tell("supportRefund", { id: "s", charge: "c", reissue: false, ...by })).toMatchObject({
      restored: 0,
      expired: 60,
      reissued: 0,
    });
    const u = begin();
    u.promo("p", 60, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    u.screens("c", "ada", 2);
    u.tell("settle", { id: "c" });
    u.at("2026-01-20T00:00:00Z");
    u.promo("q", most - 60, { member: "ada" });
    expect(u.tell("supportRefund", { id: "s", charge: "c", ...by })).toMatchObject({ reissued: 60 });
  });

  test("is divided exactly", () => {
    expect(proportion(most, 1, 3)).toBe(3_002_399_751_580_331);
    expect(proportion(most, 3, 3)).toBe(most);
    expect(proportion(10, 1, 3)).toBe(4);
    expect(proportion(9, 1, 3)).toBe(3);
    expect(proportion(0, 5, 7)).toBe(0);
    expect(proportion(most - 1, most - 1, most)).toBe(most - 1);
  });
});

describe("composed ids", () => {
  test("double the colons of what comes first, so that no two pairs make one", () => {
    expect([first("a"), first("a:b"), first("a:b:c")]).toEqual(["a", "a::b", "a::b::c"]);
    expect(topUpGrantId("o:1", "ada:b")).toBe("top-up:o::1:ada:b");
    expect(requestOrderId("r")).toBe("request:r");
  });

  test("of monthly grants name their holder, whatever it is called", () => {
    expect(monthlyHolder("monthly:ada:e1:123:600")).toBe("ada");
    expect(monthlyHolder("monthly:ada:b:e12:1234:6000")).toBe("ada:b");
    const others = [
      "promo:ada",
      "monthly:ada:e1:123",
      "xmonthly:ada:e1:123:600",
      "monthly::e1:1",
      "monthly:ada:e1:123:",
      "monthly:ada:e1:123:600:",
    ];
    for (const other of [...others, "monthly:ada:e1::600", "monthly:ada::1:600"]) {
      expect(monthlyHolder(other), other).toBeNull();
    }
  });
});

describe("frozen", () => {
  test("is what belongs to nobody who is there, and what was bought while the plan is free", () => {
    const t = begin();
    t.promo("p", 10, { member: "ada" });
    t.promo("q", 10);
    t.buy("o", ["ada", "workspace"]);
    const frozen = () =>
      t.ledger.read(0, (state, now) =>
        [...state.grants.values()].filter((one) => isFrozen(state, one, now)).map(({ id }) => id),
      );
    expect(frozen()).toEqual([]);
    t.ledger.read(0, (state, now) => {
      const stray = { ...(state.grants.get("promo:p") as GrantRow), holder: "zoe" };
      expect(isFrozen(state, stray, now)).toBe(true);
    });
    t.tell("memberRemove", { member: "ada" });
    expect(frozen()).toEqual(["promo:p", "top-up:o:ada"]);
    t.tell("memberPut", { member: "ada", role: "editor" });
    t.tell("subscription", { plan: "starter", effective: "now" });
    expect(frozen()).toEqual(["top-up:o:ada", "top-up:o:workspace"]);
    expect(t.balance("ada")).toMatchObject({ topUp: { available: 0, frozen: 2000 }, promo: { available: 20 } });
  });

  test("does not stop a date", () => {
    const t = begin();
    t.promo("p", 10, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.tell("memberRemove", { member: "ada" });
    t.at("2026-01-20T00:00:00Z");
    expect(t.ledger.grants()[0]).toMatchObject({ id: "promo:p", expired: 10 });
    expect(t.ledger.entries().at(-1)).toMatchObject({ kind: "expire", at: ms("2026-01-20") });
  });
});

test("a grant takes part in a clawback while anything of it is asked for, repaid, or owed back", () => {
  const none: Clawback = { target: 0, revoked: 0, repaid: 0, debt: 0, repayments: [] };
  const has = (clawback: Clawback | null) => hasClawback({ clawback } as GrantRow);
  expect([has(null), has(none)]).toEqual([false, false]);
  expect(has({ ...none, target: 1 })).toBe(true);
  expect(has({ ...none, repaid: 1 })).toBe(true);
  expect(has({ ...none, repayments: [{ grant: "g", amount: 1 }] })).toBe(true);
});
