import { describe, expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { ms, story } from "./story.ts";

const begin = (plan = "pro", members: Record<string, string> = { ada: "editor" }) =>
  story({ at: "2026-01-10T00:00:00Z", plan, members });
type Story = ReturnType<typeof begin>;
const pending = (t: Story) => t.ledger.workspace(0).pending;
const change = (t: Story, input: object) => t.tell("subscription", { ...input });
const stored = (t: Story) => t.ledger.stored()?.workspace;

/** Whether anything was kept of what was done. */
function writes(t: Story, act: () => unknown): boolean {
  const before = t.ledger.writes();
  act();
  return t.ledger.writes() > before;
}

describe("a change of plan", () => {
  test("that lowers an allowance waits for the end of what is paid for, and is asked for once", () => {
    const t = begin("business");
    change(t, { periodEndsAt: "2026-06-10T00:00:00Z" });
    expect(writes(t, () => change(t, { plan: "pro" }))).toBe(true);
    expect(pending(t)).toEqual({ plan: "pro", at: "2026-06-10T00:00:00.000Z" });
    expect(writes(t, () => change(t, { plan: "pro" }))).toBe(false);
    // The instant was fixed when it was asked for.
    expect(writes(t, () => change(t, { periodEndsAt: "2026-07-10T00:00:00Z" }))).toBe(true);
    expect(writes(t, () => change(t, { periodEndsAt: "2026-07-10T00:00:00Z" }))).toBe(false);
    expect(writes(t, () => change(t, { plan: "pro" }))).toBe(false);
    expect(pending(t)).toEqual({ plan: "pro", at: "2026-06-10T00:00:00.000Z" });
    expect(writes(t, () => change(t, { plan: "starter" }))).toBe(true);
    expect(pending(t)).toEqual({ plan: "starter", at: "2026-07-10T00:00:00.000Z" });
    expect(writes(t, () => change(t, { plan: "business" }))).toBe(true);
    expect(pending(t)).toBeNull();
    expect(writes(t, () => change(t, { plan: "business" }))).toBe(false);
    expect(writes(t, () => change(t, { periodEndsAt: null }))).toBe(true);
    change(t, { plan: "pro" });
    expect(pending(t)).toEqual({ plan: "pro", at: "2026-02-10T00:00:00.000Z" });
  });

  test("waits for the cycle's end when what was paid for is over already", () => {
    const t = begin("business");
    change(t, { periodEndsAt: "2026-01-10T00:00:00Z" });
    change(t, { plan: "pro" });
    expect(pending(t)).toEqual({ plan: "pro", at: "2026-02-10T00:00:00.000Z" });
    expect(stored(t)?.pending).toEqual({ plan: "pro", at: ms("2026-02-10"), byPeriod: true, anchor: null });
  });

  test("takes effect at the instant it names, if that is still to come", () => {
    const t = begin();
    change(t, { plan: "business", effective: "2026-01-15T00:00:00Z" });
    expect(t.ledger.workspace(0)).toMatchObject({
      plan: "pro",
      pending: { plan: "business", at: "2026-01-15T00:00:00.000Z" },
    });
    expect(stored(t)?.pending).toMatchObject({ byPeriod: false });
    expect(writes(t, () => change(t, { plan: "business", effective: "2026-01-15T00:00:00Z" }))).toBe(false);
    expect(writes(t, () => change(t, { plan: "business", effective: "2026-01-16T00:00:00Z" }))).toBe(true);
    t.at("2026-01-16T00:00:00Z");
    expect(t.ledger.workspace(0)).toMatchObject({ plan: "business", pending: null });
    change(t, { plan: "pro", effective: "2026-01-16T00:00:00Z" });
    expect(t.ledger.workspace(0)).toMatchObject({ plan: "pro", pending: null });
    change(t, { plan: "business", effective: "period_end" });
    expect(pending(t)).toEqual({ plan: "business", at: "2026-02-10T00:00:00.000Z" });
    change(t, { plan: "starter", effective: "now" });
    expect(t.ledger.workspace(0)).toMatchObject({ plan: "starter", pending: null });
  });

  test("from free to paid takes the anchor it brings along, also when it waits", () => {
    const t = begin("starter");
    change(t, { plan: "pro", effective: "2026-01-15T00:00:00Z", anchor: "2026-01-05T00:00:00Z" });
    expect(stored(t)?.pending).toEqual({
      plan: "pro",
      at: ms("2026-01-15"),
      byPeriod: false,
      anchor: ms("2026-01-05"),
    });
    expect(t.balance("ada").monthly.renewsAt).toBe("2026-01-15T00:00:00.000Z");
    t.at("2026-01-15T00:00:00Z");
    expect(t.ledger.workspace(0).cycle).toEqual({
      index: 0,
      startsAt: "2026-01-05T00:00:00.000Z",
      endsAt: "2026-02-05T00:00:00.000Z",
    });
  });

  test("that waits for the period keeps the anchor it was first asked for with", () => {
    const t = begin("starter");
    change(t, { plan: "pro", effective: "period_end", anchor: "2026-02-05T00:00:00Z" });
    expect(writes(t, () => change(t, { plan: "pro", effective: "period_end" }))).toBe(false);
    expect(stored(t)?.pending).toMatchObject({ anchor: ms("2026-02-05"), byPeriod: true });
    expect(writes(t, () => change(t, { plan: "pro", effective: "period_end", anchor: "2026-02-06T00:00:00Z" }))).toBe(
      true,
    );
    expect(stored(t)?.pending).toMatchObject({ anchor: ms("2026-02-06") });
    // On a free plan there is nothing else that an anchor could move.
    expect(t.ledger.workspace(0).cycle.endsAt).toBe("2026-02-10T00:00:00.000Z");
  });

  test("with another anchor on a paid plan moves the anchor at once, whatever waits", () => {
    const t = begin("business");
    change(t, { plan: "pro", anchor: "2026-01-15T00:00:00Z" });
    expect(stored(t)?.pending).toMatchObject({ plan: "pro", anchor: null });
    expect(t.ledger.workspace(0).cycle.endsAt).toBe("2026-02-15T00:00:00.000Z");
    expect(writes(t, () => change(t, { anchor: "2026-01-15T00:00:00Z" }))).toBe(false);
  });

  test("of status alone is a term once, and leaves what waits", () => {
    const t = begin("business");
    change(t, { plan: "pro" });
    expect(writes(t, () => change(t, { status: "active" }))).toBe(false);
    expect(writes(t, () => change(t, { status: "past_due" }))).toBe(true);
    expect(writes(t, () => change(t, { status: "past_due" }))).toBe(false);
    expect(pending(t)).toMatchObject({ plan: "pro" });
    t.at("2026-01-12T00:00:00Z");
    change(t, { anchor: "2026-01-12T00:00:00Z" });
    expect(t.ledger.stored()?.terms.at(-1)).toMatchObject({ status: "past_due", pastDueFrom: ms("2026-01-10") });
    change(t, { status: "trialing" });
    expect(t.ledger.stored()?.terms.at(-1)).toMatchObject({ status: "trialing", pastDueFrom: null });
  });

  test("to the end goes to the free plan now, clears what waits, and is the same the second time", () => {
    const t = begin("business");
    change(t, { plan: "pro" });
    change(t, { status: "ended" });
    expect(t.ledger.workspace(0)).toMatchObject({ plan: "starter", status: "active", pending: null });
    expect(writes(t, () => change(t, { status: "ended" }))).toBe(false);
    expect(writes(t, () => change(t, { status: "ended", plan: "starter" }))).toBe(false);
    change(t, { status: "past_due" });
    expect(writes(t, () => change(t, { status: "ended" }))).toBe(true);
    expect(t.ledger.workspace(0)).toMatchObject({ plan: "starter", status: "active" });
    change(t, { plan: "pro", effective: "2026-03-01T00:00:00Z" });
    expect(writes(t, () => change(t, { status: "ended" }))).toBe(true);
    expect(pending(t)).toBeNull();
  });

  test("by a new period begins an epoch on a paid plan only, and is remembered on every plan", () => {
    const t = begin("starter");
    expect(writes(t, () => change(t, { newPeriod: "in_1" }))).toBe(true);
    expect(t.ledger.stored()?.terms).toHaveLength(1);
    expect(writes(t, () => change(t, { newPeriod: "in_1" }))).toBe(false);
    change(t, { plan: "pro", newPeriod: "in_2" });
    expect(t.ledger.stored()?.terms.at(-1)).toMatchObject({ epoch: "e1", run: 2 });
    expect(writes(t, () => change(t, { newPeriod: "in_2" }))).toBe(false);
    change(t, { newPeriod: "in_3", status: "past_due" });
    expect(t.ledger.stored()?.terms.at(-1)).toMatchObject({ epoch: "e2", run: 3, status: "past_due" });
    expect(t.ledger.stored()?.operations.get("period:in_3")).toMatchObject({
      kind: "period",
      id: "in_3",
      fingerprint: "",
      actor: null,
      note: null,
      result: {},
    });
  });
});

describe("allowances", () => {
  const { plans } = defaultCatalogInput;
  const perSeat = { paid: true, anchor: "subscription", holder: "workspace" } as const;
  const catalog = defineCatalog({
    ...defaultCatalogInput,
    pastDueGraceDays: 3,
    plans: {
      ...plans,
      endless: { ...perSeat, name: "Endless", allowance: "unlimited" },
      open: { ...perSeat, name: "Open", allowance: { editor: "unlimited", guest: 100 } },
      crew: { ...perSeat, name: "Crew", allowance: { editor: 1000, guest: 100 } },
    },
  });
  const on = (plan: string, members: Record<string, string> = { ada: "editor" }) =>
    story({ catalog, at: "2026-01-10T00:00:00Z", plan, members });

  test("of a pool without limit, for all or by the seat of one", () => {
    for (const [plan, members] of [
      ["endless", { vera: "viewer", gina: "guest-editor" }],
      ["open", { ada: "editor", gina: "guest-editor" }],
    ] as const) {
      const t = on(plan, members);
      expect(t.balance("gina")).toMatchObject({
        unlimited: true,
        available: 0,
        monthly: { allowance: null, renewsAt: "2026-02-10T00:00:00.000Z" },
      });
      expect(t.screens("c", "gina", 1000)).toMatchObject({
        outcome: "charged",
        charge: { amount: 30_000, slices: [] },
      });
      expect(
        t.ledger.quote(0, {
          member: "gina",
          items: [{ feature: "generate-screen", mode: "standard", quantity: 1000, usage: null }],
        }).data[0],
      ).toMatchObject({ affordable: true, affordableQuantity: 1000 });
    }
    const t = on("open", { gina: "guest-editor" });
    expect(t.balance("gina")).toMatchObject({ unlimited: false, available: 100 });
    t.tell("memberPut", { member: "ada", role: "editor" });
    expect(t.balance("gina")).toMatchObject({ unlimited: true });
    t.tell("memberRemove", { member: "ada" });
    expect(t.balance("gina")).toMatchObject({ unlimited: false, available: 100 });
  });

  test("of a pool of seats are the sum over those who are present, and rise once by a list", () => {
    const t = on("crew", { ada: "editor", gina: "guest-editor", vera: "viewer" });
    expect(t.balance(null)).toMatchObject({ available: 1100, monthly: { allowance: 1100 } });
    t.tell("memberRemove", { member: "ada" });
    t.tell("memberPut", { member: "gina", role: "editor" });
    // 1,000 now, which is not above what there has been.
    expect(t.balance(null)).toMatchObject({ available: 1100, monthly: { allowance: 1100 } });
    t.at("2026-01-25T12:00:00Z");
    t.tell("membersSync", { members: ["ada", "bob", "gina"].map((id) => ({ id, role: "editor" })) });
    // 3,000 − 1,100, of which half the month is left.
    expect(t.balance(null)).toMatchObject({ available: 2050, monthly: { allowance: 3000 } });
    expect(t.ledger.grants().map(({ amount }) => amount)).toEqual([1000, 100, 950]);
  });

  test("are withheld when a payment is due for longer than the grace", () => {
    const t = on("pro");
    t.at("2026-02-07T00:00:00Z");
    t.tell("subscription", { status: "past_due" });
    t.at("2026-02-10T00:00:00Z");
    expect(t.balance("ada")).toMatchObject({ available: 0, monthly: { allowance: 0, renewsAt: null } });
    const u = on("pro");
    u.at("2026-02-07T00:00:00.001Z");
    u.tell("subscription", { status: "past_due" });
    u.at("2026-02-10T00:00:00Z");
    expect(u.balance("ada")).toMatchObject({ available: 3000 });
  });

  test("of the free pool are more in the month of the creation", () => {
    const t = on("starter");
    expect(t.balance(null).monthly.allowance).toBe(600);
    t.at("2026-02-09T23:59:59.999Z");
    expect(t.balance(null).monthly.allowance).toBe(600);
    t.at("2026-02-10T00:00:00Z");
    expect(t.balance(null).monthly.allowance).toBe(300);
  });
});

describe("a revoked part of a month", () => {
  const by = { actor: "eve", note: "because" };
  const january = `monthly:ada:e1:${ms("2026-01-10")}:3000`;

  test("is no part of what was allotted any more", () => {
    const t = begin();
    t.promo("p", 10, { member: "ada" });
    t.tell("revokeGrant", { id: "v", grant: january, amount: 1000, ...by });
    t.tell("revokeGrant", { id: "w", grant: "promo:p", ...by });
    expect(t.ledger.holders().find(({ id }) => id === "ada")).toMatchObject({ allotted: 2000, mark: 3000 });
    expect(t.balance("ada").monthly).toMatchObject({ allowance: 3000, available: 2000, used: 0 });
    t.screens("c", "ada", 54);
    expect(t.ledger.events().map(({ payload }) => payload)).toMatchObject([
      { percent: 80, used: 1620, allotted: 2000 },
    ]);
  });

  test("of a grant that is due and not made yet is revoked of it all the same", () => {
    const t = begin();
    t.ledger.letTimePass(ms("2026-02-10"));
    const february = `monthly:ada:e1:${ms("2026-02-10")}:3000`;
    expect(t.tell("revokeGrant", { id: "v", grant: february, amount: 1, ...by })).toMatchObject({
      amount: 1,
      grant: { id: february, available: 2999 },
    });
    expect(() => t.tell("revokeGrant", { id: "w", grant: january, amount: 1, ...by })).toThrow(
      expect.objectContaining({ code: "exceeds_available", details: { available: 0 } }),
    );
  });
});
