import { describe, expect, test } from "vitest";
import cycles from "../../../../test/vectors/cycles.json" with { type: "json" };
import { boundary, monthIndex } from "../../src/engine/calendar.ts";

test("boundaries are those of the vectors, counted from the original anchor", () => {
  expect(cycles.cases.length).toBeGreaterThan(5);
  for (const { anchor, boundaries } of cycles.cases) {
    const from = Date.parse(anchor);
    expect(boundaries.map((_, n) => new Date(boundary(from, n)).toISOString())).toEqual(boundaries);
    for (const [n, at] of boundaries.entries()) {
      expect(monthIndex(from, Date.parse(at))).toBe(n);
      expect(monthIndex(from, Date.parse(at) - 1)).toBe(n - 1);
    }
  }
});

describe("months before the anchor", () => {
  test("have boundaries too, with the day clamped and the time of day kept", () => {
    const anchor = Date.parse("2026-03-31T23:59:59.999Z");
    const back = [-1, -2, -4, -13].map((n) => new Date(boundary(anchor, n)).toISOString());
    expect(back).toEqual([
      "2026-02-28T23:59:59.999Z",
      "2026-01-31T23:59:59.999Z",
      "2025-11-30T23:59:59.999Z",
      "2025-02-28T23:59:59.999Z",
    ]);
    for (const n of [-1, -2, -4, -13]) expect(monthIndex(anchor, boundary(anchor, n))).toBe(n);
  });
});
