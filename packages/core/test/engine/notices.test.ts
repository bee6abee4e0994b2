import { expect, test } from "vitest";
import { story } from "./story.ts";

test("80 % and 100 % of what was allotted are told once; a refund does not arm them again, a rise does", () => {
  const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
  const told = () => t.ledger.events().map(({ payload }) => [payload.percent, payload.used, payload.allotted]);
  t.screens("c79", "ada", 79);
  expect(told()).toEqual([]);
  t.screens("c80", "ada", 1);
  expect(told()).toEqual([[80, 2400, 3000]]);
  t.tell("refund", { id: "c80", reason: "failed" });
  t.screens("c81", "ada", 1);
  expect(told()).toHaveLength(1);
  t.screens("c100", "ada", 20);
  expect(told()).toEqual([
    [80, 2400, 3000],
    [100, 3000, 3000],
  ]);
  // 10,000 at the very start of the cycle: 7,000 more, of which 5,000 must be used before it is told again.
  t.tell("subscription", { plan: "business" });
  t.screens("rise-1", "ada", 166);
  expect(told()).toHaveLength(2);
  t.screens("rise-2", "ada", 1);
  expect(told().at(-1)).toEqual([80, 8010, 10_000]);
  t.at("2026-02-10T00:00:00Z");
  t.screens("next", "ada", 267);
  expect(told().at(-1)).toEqual([80, 8010, 10_000]);
  expect(new Set(t.ledger.events().map(({ id }) => id)).size).toBe(4);
});

test("what there is besides a month's credits puts off no notice of them, and has none of its own", () => {
  const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
  t.promo("p", 600, { member: "ada" });
  t.screens("c", "ada", 80);
  const told = [{ kind: "notice.usage", payload: { holder: "ada", percent: 80, allotted: 3000, used: 2400 } }];
  expect(t.ledger.events()).toMatchObject(told);
  const bare = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
  bare.promo("p", 600, { member: "ada" });
  bare.screens("c", "ada", 20);
  expect(bare.ledger.events()).toEqual([]);
});

test("a dated promo is told of 7 days and 1 day before it ends, once, while something is left", () => {
  const t = story({ at: "2026-01-01T00:00:00Z", plan: "bare", members: { ada: "editor", bob: "editor" } });
  t.promo("p", 100, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
  t.promo("used", 30, { member: "bob", expiresAt: "2026-01-20T00:00:00Z" });
  t.promo("short", 10, { member: "ada", expiresAt: "2026-01-05T00:00:00Z" });
  t.promo("forever", 10, { member: "ada" });
  t.screens("c", "bob", 1);
  t.tell("settle", { id: "c" });
  const told = () =>
    t.ledger
      .events()
      .map(({ payload, at }) => [payload.grant, payload.days, payload.available, new Date(at).toISOString()]);
  t.at("2026-01-12T23:59:59.999Z");
  // What lasts less than 7 days from the start is told of on its last day only.
  expect(told()).toEqual([]);
  t.at("2026-01-13T00:00:00Z");
  t.sweep();
  t.sweep();
  expect(told()).toEqual([["promo:p", 7, 100, "2026-01-13T00:00:00.000Z"]]);
  t.at("2026-01-19T00:00:00Z");
  t.at("2026-01-19T12:00:00Z");
  expect(told().slice(1)).toEqual([["promo:p", 1, 100, "2026-01-19T00:00:00.000Z"]]);
});

test("nobody is told that a month's credits end, for the next month brings others", () => {
  const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
  t.screens("c", "ada", 1);
  for (const at of ["2026-02-04T00:00:00Z", "2026-02-09T12:00:00Z", "2026-02-11T00:00:00Z"]) {
    t.at(at);
    t.screens(`c-${at.slice(5, 10)}`, "ada", 1);
  }
  expect(t.ledger.events()).toEqual([]);
});

test("a promo that lasts seven days exactly is told of when it is made, and a shorter one on its last day", () => {
  const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
  t.promo("week", 100, { member: "ada", expiresAt: "2026-01-17T00:00:00Z" });
  t.promo("shorter", 100, { member: "ada", expiresAt: "2026-01-16T23:59:59.999Z" });
  t.sweep();
  expect(t.ledger.events().map(({ payload }) => [payload.grant, payload.days])).toEqual([["promo:week", 7]]);
});
