import { expect, test } from "vitest";
import { setClawbackTarget } from "../../src/engine/clawback.ts";
import { compareBurnOrder, isSpendable } from "../../src/engine/grants.ts";
import type { GrantRow } from "../../src/engine/state.ts";
import { commandOf, ms, story } from "./story.ts";

const begin = (plan = "bare") => story({ at: "2026-01-10T00:00:00Z", plan, members: { ada: "editor" } });
type Story = ReturnType<typeof begin>;

const clawback = (t: Story, order: string) =>
  t.ledger.grants().find(({ id }) => id === `top-up:${order}:ada`)?.clawback;

/** Spends all that was bought. */
function spend(t: Story, packs: number) {
  t.tell("charge", { id: "all", member: "ada", feature: "generate-image", quantity: packs * 100 });
  t.tell("settle", { id: "all" });
}

test("a top-up repays the oldest debt first, then the next, as far as it goes, and touches no other", () => {
  const t = begin();
  for (const order of ["o5", "o9"]) t.buy(order, ["ada"]);
  t.at("2026-01-11T00:00:00Z");
  // Of the same instant the lower id comes first, in whatever order they came.
  for (const order of ["o8", "o7", "o6"]) t.buy(order, ["ada"]);
  spend(t, 5);
  for (const [id, refunded] of Object.entries({ o7: 200, o8: 400, o9: 700 })) t.tell("topUpRefunded", { id, refunded });
  expect(t.balance("ada").debt).toBe(1300);
  t.tell("topUp", { id: "p", pack: "small", recipients: ["ada"], paid: true });
  const owed = { revoked: 0, repaid: 0 };
  const by = (amount: number) => [{ grant: "top-up:p:ada", amount }];
  expect(clawback(t, "o9")).toEqual({ ...owed, target: 700, debt: 0, repayments: by(700) });
  expect(clawback(t, "o7")).toEqual({ ...owed, target: 200, debt: 0, repayments: by(200) });
  expect(clawback(t, "o8")).toEqual({ ...owed, target: 400, debt: 300, repayments: by(100) });
  expect([clawback(t, "o5"), clawback(t, "o6")]).toEqual([null, null]);
  expect(clawback(t, "p")).toEqual({ target: 0, revoked: 0, repaid: 1000, debt: 0, repayments: [] });
  expect(t.balance("ada")).toMatchObject({ debt: 300, available: 0 });
  expect(t.ledger.verify()).toEqual([]);
});

test("a top-up that is used up repays nothing more", () => {
  const t = begin();
  for (const order of ["a", "b", "c"]) t.buy(order, ["ada"]);
  spend(t, 3);
  for (const id of ["a", "b", "c"]) t.tell("topUpRefunded", { id, refunded: 1000 });
  t.buy("p", ["ada"]);
  expect(clawback(t, "a")).toMatchObject({ debt: 0 });
  for (const order of ["b", "c"]) expect(clawback(t, order)).toMatchObject({ debt: 1000, repayments: [] });
});

test("what a grant with an end gets back when it has ended expires at once", () => {
  const t = begin();
  t.buy("o", ["ada"]);
  t.tell("topUpRefunded", { id: "o", refunded: 500 });
  const at = ms("2026-01-10");
  const after = (expiresAt: number) =>
    t.ledger.read(0, (state) => {
      const grant = state.grants.get("top-up:o:ada") as GrantRow;
      grant.expiresAt = expiresAt;
      setClawbackTarget(state, grant, 400, at);
      const { available, expired, revoked } = grant;
      return { available, expired, revoked, last: state.entries.at(-1) };
    });
  expect(after(at + 1)).toMatchObject({ available: 600, expired: 0, revoked: 400 });
  expect(after(at)).toMatchObject({
    available: 0,
    expired: 600,
    revoked: 400,
    last: { kind: "expire", moved: 600, at },
  });
});

test("one order of burning, whichever of two is asked about first", () => {
  const t = begin();
  t.promo("p", 10, { member: "ada" });
  const promo = t.ledger.grants()[0] as GrantRow;
  const end = ms("2026-02-01");
  const inOrder: GrantRow[] = [
    { ...promo, source: "monthly", expiresAt: end - 1 },
    { ...promo, source: "monthly", expiresAt: end },
    { ...promo, source: "monthly", expiresAt: end, holder: "workspace" },
    { ...promo, expiresAt: end },
    { ...promo, expiresAt: end, holder: "workspace" },
    { ...promo, at: promo.at - 1 },
    { ...promo, id: "promo:B" },
    { ...promo, id: "promo:a" },
    { ...promo, holder: "workspace", at: promo.at - 2 },
    { ...promo, source: "top-up", expiresAt: end - 2 },
    { ...promo, source: "top-up" },
  ];
  for (const [i, a] of inOrder.entries()) {
    for (const [j, b] of inOrder.entries()) {
      expect(Math.sign(compareBurnOrder(a, b)), `${i} and ${j}`).toBe(Math.sign(i - j));
    }
  }
});

test("a grant is spendable while something is left, to the last millisecond", () => {
  const t = begin();
  t.promo("p", 10, { member: "ada", expiresAt: "2026-02-01T00:00:00Z" });
  const end = ms("2026-02-01");
  t.ledger.read(0, (state) => {
    const grant = state.grants.get("promo:p") as GrantRow;
    expect([end - 1, end, end + 1].map((at) => isSpendable(state, grant, at))).toEqual([true, false, false]);
    expect(isSpendable(state, { ...grant, expiresAt: null }, end)).toBe(true);
    expect(isSpendable(state, { ...grant, available: 0 }, 0)).toBe(false);
  });
});

test("a refused command leaves no grant behind that the next one of the batch could spend", () => {
  const t = begin("pro");
  t.ledger.letTimePass(ms("2026-02-10"));
  const screens = (id: string, quantity: number) =>
    commandOf("charge", { id, member: "ada", feature: "generate-screen", quantity });
  const told = t.ledger.batch(0, [screens("a", 101), screens("b", 100), screens("c", 1)]);
  expect(told.map(({ answer }) => (answer as { outcome: string }).outcome)).toEqual([
    "insufficient",
    "charged",
    "insufficient",
  ]);
});

test("what a sweep expires of a month was never allotted, and what was used was", () => {
  const t = begin("pro");
  t.screens("c", "ada", 1);
  t.tell("settle", { id: "c" });
  t.at("2026-02-15T00:00:00Z");
  expect(t.ledger.holders().find(({ id }) => id === "ada")).toMatchObject({
    cycleStartsAt: ms("2026-01-10"),
    mark: 3000,
    allotted: 30,
  });
});

test("a paid month that began with the free one loses its own credits only", () => {
  const t = story({ at: "2026-01-01T00:00:00Z", members: { ada: "editor" } });
  t.tell("subscription", { plan: "team", anchor: "2026-01-01T00:00:00Z" });
  expect(t.balance(null)).toMatchObject({ available: 1000 });
  t.tell("subscription", { newPeriod: "in_2" });
  t.tell("subscription", { plan: "starter", effective: "now" });
  expect(t.balance(null).monthly).toMatchObject({ allowance: 600, available: 0, used: 0 });
});
