import { describe, expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { applyTime } from "../../src/engine/advance.ts";
import { ms, story } from "./story.ts";

const begin = (plan = "bare") => story({ at: "2026-01-10T00:00:00Z", plan, members: { ada: "editor" } });
type Story = ReturnType<typeof begin>;
const told = (t: Story, since: number) =>
  t.ledger
    .entries()
    .filter(({ seq }) => seq > since)
    .map(({ kind, grant, charge, moved }) => [kind, charge ?? grant.split(":").slice(0, 2).join(":"), moved]);

describe("what came due unnoticed is applied in order of instant", () => {
  test("leases by their ends, and by id where they end together", () => {
    const t = begin();
    t.promo("p", 600, { member: "ada" });
    const charge = (id: string, leaseSeconds: number) => t.screens(id, "ada", 1, { leaseSeconds });
    charge("a", 900);
    charge("d", 600);
    charge("b", 600);
    charge("c", 600);
    charge("e", 300);
    const seq = t.ledger.entries().length;
    t.ledger.letTimePass(ms("2026-01-11"));
    t.promo("touch", 1);
    expect(told(t, seq).map(([, charge]) => charge)).toEqual(["e", "b", "c", "d", "a", "promo:touch"]);
  });

  test("ends by their instants, and by id where they are the same", () => {
    const t = begin();
    const promo = (id: string, day: string) =>
      t.promo(id, 10, { member: "ada", expiresAt: `2026-01-${day}T00:00:00Z` });
    promo("a", "15");
    promo("d", "14");
    promo("b", "14");
    promo("c", "14");
    promo("e", "13");
    const seq = t.ledger.entries().length;
    t.ledger.letTimePass(ms("2026-01-20"));
    t.sweep();
    expect(told(t, seq).map(([, grant]) => grant)).toEqual(["promo:e", "promo:b", "promo:c", "promo:d", "promo:a"]);
  });

  test("a lease before an end of the same instant", () => {
    const t = begin();
    t.promo("p", 100, { member: "ada", expiresAt: "2026-01-10T00:10:00Z" });
    t.screens("c", "ada", 2);
    const seq = t.ledger.entries().length;
    t.ledger.letTimePass(ms("2026-01-10T00:10:00Z"));
    t.sweep();
    expect(told(t, seq)).toEqual([
      ["refund", "c", 60],
      ["expire", "promo:p", 100],
    ]);
  });

  test("what had ended before a renewal or a rise comes before it, the rest after it", () => {
    const t = begin("pro");
    const promo = (id: string, at: string) => t.promo(id, 10, { member: "ada", expiresAt: `${at}T00:00:00Z` });
    promo("before", "2026-02-09");
    promo("between", "2026-02-12");
    promo("at", "2026-02-15");
    promo("after", "2026-02-20");
    t.at("2026-01-11T00:00:00Z");
    t.ledger.letTimePass(ms("2026-02-15"));
    t.tell("subscription", { plan: "business" });
    const seq = t.ledger.entries().length;
    t.ledger.letTimePass(ms("2026-02-21"));
    t.tell("charge", { id: "touch", member: "ada", feature: "free" });
    expect(told(t, seq).map(([kind, what]) => [kind, what])).toEqual([
      ["expire", "promo:before"],
      ["expire", "monthly:ada"],
      ["grant", "monthly:ada"],
      ["expire", "promo:between"],
      ["expire", "promo:at"],
      ["grant", "monthly:ada"],
      ["expire", "promo:after"],
    ]);
  });

  test("a rise is a share of the cycle as it was then, whether anybody looked before its end moved or not", () => {
    for (const looked of [false, true]) {
      const t = begin("pro");
      t.at("2026-01-20T00:00:00Z");
      t.tell("subscription", { plan: "business" });
      if (looked) t.promo("touch", 1, { member: "ada" });
      t.tell("subscription", { anchor: "2026-01-25T00:00:00Z" });
      expect(t.ledger.workspace(0).cycle.endsAt).toBe("2026-02-25T00:00:00.000Z");
      // ⌈7,000 × 21 ÷ 31⌉
      expect(t.balance("ada").monthly.available).toBe(3000 + 4742);
    }
  });

  test("a free plan that gives more rises in a month that a paid one interrupted, whether anybody looked or not", () => {
    const free = { paid: false, anchor: "workspace", holder: "member" } as const;
    const plans = {
      ...defaultCatalogInput.plans,
      solo: { ...free, name: "Solo", allowance: { editor: 100, guest: 0 } },
      duo: { ...free, name: "Duo", allowance: { editor: 200, guest: 0 } },
    };
    const catalog = defineCatalog({ ...defaultCatalogInput, plans });
    for (const looked of [false, true]) {
      const t = story({ catalog, at: "2026-01-10T00:00:00Z", plan: "solo", members: { ada: "editor" } });
      t.at("2026-01-15T00:00:00Z");
      t.tell("subscription", { plan: "pro" });
      if (looked) t.promo("touch", 1, { member: "ada" });
      t.at("2026-01-20T00:00:00Z");
      t.tell("subscription", { plan: "duo", effective: "now" });
      // ⌈100 × 21 ÷ 31⌉; what was left of the month's first 100 ended with the paid plan.
      expect(t.balance("ada").monthly).toMatchObject({ allowance: 200, available: 68 });
    }
  });

  test("only open charges whose lease is over are ended, whatever the list names", () => {
    const t = begin();
    t.promo("p", 600, { member: "ada" });
    t.screens("open", "ada", 1);
    t.screens("settled", "ada", 1);
    t.tell("settle", { id: "settled" });
    t.ledger.read(0, (state, now) => {
      state.runOut.push("none", "open", "settled", "open");
      applyTime(state, now + 1);
      expect([...state.charges.values()].map((charge) => charge.state)).toEqual(["open", "settled"]);
      applyTime(state, now + 600_000);
      expect([...state.charges.values()].map((charge) => charge.state)).toEqual(["refunded", "settled"]);
      expect(state.entries).toHaveLength(1);
    });
  });
});

describe("the version that a month is pinned to", () => {
  const { plans } = defaultCatalogInput;
  const generous = defineCatalog({
    ...defaultCatalogInput,
    plans: {
      ...plans,
      starter: { ...plans.starter, allowance: { first: 900, then: 450 } },
      pro: { ...plans.pro, allowance: { editor: 5000, guest: 1000 } },
    },
  });
  const free = () => story({ at: "2026-01-01T00:00:00Z", members: { ada: "editor" } });
  const back = (t: Story) => {
    t.tell("subscription", { plan: "starter", effective: "now" });
    return t.balance(null).monthly.allowance;
  };

  test("is that of a free month still when it goes on, after one paid epoch or two", () => {
    const t = free();
    t.tell("subscription", { plan: "pro" });
    t.ledger.publish(generous);
    expect(back(t)).toBe(600);
    t.tell("subscription", { plan: "pro" });
    t.tell("subscription", { newPeriod: "in_1" });
    expect(back(t)).toBe(600);
    expect(t.ledger.stored()?.holders.get("workspace")).toMatchObject({ epoch: "free", parked: null });
  });

  test("is another for a paid month that began with the free one, and for each epoch of it", () => {
    const t = free();
    t.ledger.publish(generous);
    t.tell("subscription", { plan: "pro", anchor: "2026-01-01T00:00:00Z" });
    expect(t.balance("ada").available).toBe(5000);
    expect(t.ledger.stored()?.workspace).toMatchObject({ pinnedEpoch: "e1", pinnedCycle: ms("2026-01-01") });
    t.tell("subscription", { newPeriod: "in_1" });
    expect(t.ledger.stored()?.workspace).toMatchObject({ pinnedEpoch: "e2", pinnedCycle: ms("2026-01-01") });
  });

  test("is pinned by a touch that grants nothing, too", () => {
    const t = begin();
    t.ledger.letTimePass(ms("2026-02-10"));
    t.tell("charge", { id: "touch", member: "ada", feature: "free" });
    expect(t.ledger.stored()?.workspace).toMatchObject({ pinnedEpoch: "e1", pinnedCycle: ms("2026-02-10") });
  });
});
