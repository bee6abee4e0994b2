import { expect, test } from "vitest";
import type { Measurement } from "../../bench/measure.ts";
import { remarks, tables } from "../../bench/report.ts";
import { createResults, figuresOf, median } from "../../bench/results.ts";

const measurement = (pairsPerSecond: number): Measurement => ({
  pairsPerSecond,
  pairs: pairsPerSecond,
  seconds: 1,
  p50: 1,
  p99: 2,
  mainThreadBusy: 0.5,
  processCpu: 0.5,
});

test("the median of an even number of rounds lies between the two in the middle", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 9, 5, 7])).toBe(6);
});

test("rounds of one load gather in one cell, others in others", () => {
  const results = createResults();
  const cell = { contender: "ducat", backend: "postgresql", shape: "hot", callers: 64 } as const;
  for (const rate of [30, 10, 20]) results.add(cell, measurement(rate));
  results.add({ ...cell, callers: 1 }, measurement(1));
  expect(results.cells()).toHaveLength(2);
  const found = results.find("ducat", "hot", 64);
  expect(found && figuresOf(found)).toMatchObject({ pairsPerSecond: 20, slowest: 10, fastest: 30 });
});

test("ratios compare the same load, and a disturbed textbook says that they do not count", () => {
  const results = createResults();
  const at = (contender: string) => ({ contender, backend: "postgresql", shape: "hot", callers: 1_000 }) as const;
  results.add(at("textbook"), measurement(1_299));
  results.add(at("ducat"), measurement(12_990));
  results.add({ ...at("bulk-insert"), callers: null }, measurement(25_980));
  expect(tables(results)).toMatch(/\| ducat +\| +1,000 \| +12,990 \| +12,990–12,990 \| +10.00 \| +50.0 % \|/);
  expect(remarks(results, [0.1]).join()).toContain("do not count");
  results.add(at("textbook"), measurement(9_000));
  expect(remarks(results, [0.1]).join()).not.toContain("do not count");
});
