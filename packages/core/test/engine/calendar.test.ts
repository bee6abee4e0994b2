import { describe, expect, test } from "vitest";
import cycles from "../../../../test/vectors/cycles.json" with { type: "json" };
import { boundary, cycleAt, cycleEnd, monthIndex, termAt, termIndexAt } from "../../src/engine/calendar.ts";
import type { Term } from "../../src/engine/state.ts";
import { ms } from "./story.ts";

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

describe("years that Date reads as others", () => {
  test("are as long as they are", () => {
    const months = (anchor: string, ...n: number[]) =>
      n.map((each) => new Date(boundary(Date.parse(anchor), each)).toISOString());
    expect(months("0050-01-31T05:00:00.000Z", 0, 1, 2)).toEqual([
      "0050-01-31T05:00:00.000Z",
      "0050-02-28T05:00:00.000Z",
      "0050-03-31T05:00:00.000Z",
    ]);
    expect(months("0099-11-30T23:00:00.000Z", 1, 2, 3)).toEqual([
      "0099-12-30T23:00:00.000Z",
      "0100-01-30T23:00:00.000Z",
      "0100-02-28T23:00:00.000Z",
    ]);
    expect(months("1969-12-31T23:00:00.000Z", -1, 0, 1)).toEqual([
      "1969-11-30T23:00:00.000Z",
      "1969-12-31T23:00:00.000Z",
      "1970-01-31T23:00:00.000Z",
    ]);
  });
});

describe("cycles by a list of terms", () => {
  const paid = {
    plan: "pro",
    paid: true,
    status: "active",
    waited: false,
    pastDueFrom: null,
    catalogVersion: "v",
  } as const;
  const january = { ...paid, epoch: "e1", epochFrom: ms("2026-01-10"), run: 1, anchor: ms("2026-01-10") };
  const first: Term = { ...january, n: 1, from: ms("2026-01-10") };
  const moved: Term = { ...january, n: 2, from: ms("2026-01-20"), anchor: ms("2026-01-25") };
  const free: Term = {
    ...january,
    n: 3,
    from: ms("2026-03-01"),
    plan: "starter",
    paid: false,
    epoch: "free",
    epochFrom: ms("2026-03-01"),
    run: 3,
    anchor: ms("2025-12-15"),
  };
  const span = (terms: Term[], at: string) => {
    const { index, startsAt, endsAt, epoch, run, epochFrom } = cycleAt(terms, ms(at));
    const day = (instant: number) => new Date(instant).toISOString().slice(0, 10);
    return [epoch, run, day(epochFrom), index, day(startsAt), day(endsAt)];
  };

  test("the first term is in force from the beginning of time, each other from its instant", () => {
    const terms = [first, moved, free];
    expect(
      ["2020-01-01", "2026-01-19", "2026-01-20", "2026-02-28", "2026-03-01"].map((at) => termIndexAt(terms, ms(at))),
    ).toEqual([0, 0, 1, 1, 2]);
    expect(termAt(terms, ms("2026-01-20"))).toBe(moved);
  });

  test("a cycle is a month of the anchor, stretched where the anchor moved, and never before its epoch", () => {
    expect(span([first], "2026-01-10")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-02-10"]);
    expect(span([first], "2026-02-10")).toEqual(["e1", 1, "2026-01-10", 1, "2026-02-10", "2026-03-10"]);
    expect(span([first], "2025-12-01")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-02-10"]);
    const terms = [first, moved, free];
    expect(span(terms, "2026-01-19")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-02-10"]);
    expect(span(terms, "2026-01-20")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-02-25"]);
    expect(span(terms, "2026-02-25")).toEqual(["e1", 1, "2026-01-10", 1, "2026-02-25", "2026-03-25"]);
    expect(span(terms, "2026-03-01")).toEqual(["free", 3, "2026-03-01", 2, "2026-02-15", "2026-03-15"]);
    expect(span(terms, "2026-03-15")).toEqual(["free", 3, "2026-03-01", 3, "2026-03-15", "2026-04-15"]);
  });

  test("an anchor with a boundary at the running end stretches nothing, a later one as far as it says", () => {
    const to = (anchor: string): Term[] => [first, { ...moved, anchor: ms(anchor) }];
    expect(span(to("2025-11-10"), "2026-01-20")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-02-10"]);
    expect(span(to("2025-11-09"), "2026-01-20")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-03-09"]);
    expect(span(to("2025-11-09"), "2026-03-09")).toEqual(["e1", 1, "2026-01-10", 1, "2026-03-09", "2026-04-09"]);
    expect(span(to("2025-11-11"), "2026-01-20")).toEqual(["e1", 1, "2026-01-10", 0, "2026-01-10", "2026-02-11"]);
  });

  test("a grant of a cycle ends with it, with a stretched one, or with its epoch", () => {
    const end = (terms: Term[], run: number, startsAt: string) =>
      new Date(cycleEnd(terms, run, ms(startsAt))).toISOString().slice(0, 10);
    expect(end([first], 1, "2026-01-10")).toBe("2026-02-10");
    expect(end([first, moved], 1, "2026-01-10")).toBe("2026-02-25");
    expect(end([first, moved, free], 1, "2026-02-25")).toBe("2026-03-01");
    expect(end([first, moved, free], 3, "2026-02-15")).toBe("2026-03-15");
    // A cycle that was over when the anchor moved has its old end.
    const late: Term = { ...moved, from: ms("2026-02-20") };
    expect(end([first, late], 1, "2026-01-10")).toBe("2026-02-10");
    expect(end([first, late], 1, "2026-02-10")).toBe("2026-03-25");
    expect(end([first, late, free], 1, "2026-02-10")).toBe("2026-03-01");
    // A change of status has the same anchor, and changes no end.
    const due: Term = { ...first, n: 2, from: ms("2026-01-15"), status: "past_due" };
    expect(end([first, due], 1, "2026-01-10")).toBe("2026-02-10");
  });
});
