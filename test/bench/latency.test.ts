import { expect, test } from "vitest";
import { createLatencyRecorder } from "../../bench/latency.ts";

test("quantiles are known to within a bucket's width", () => {
  const latency = createLatencyRecorder();
  for (let milliseconds = 1; milliseconds <= 1_000; milliseconds++) latency.record(milliseconds);
  for (const part of [0.01, 0.5, 0.99, 1]) {
    const found = latency.quantile(part) as number;
    expect(found).toBeGreaterThanOrEqual(part * 1_000);
    expect(found).toBeLessThanOrEqual(part * 1_000 * 1.011);
  }
});

test("the 99th percentile sees one slow sample in fifty, and not one in a thousand", () => {
  const few = createLatencyRecorder();
  for (let n = 0; n < 1_000; n++) few.record(n === 0 ? 500 : 1);
  expect(few.quantile(0.99)).toBeLessThan(1.02);
  const many = createLatencyRecorder();
  for (let n = 0; n < 1_000; n++) many.record(n % 50 === 0 ? 500 : 1);
  expect(many.quantile(0.99)).toBeGreaterThan(499);
});

test("samples out of range fall into the outer buckets, and nothing measured is no number", () => {
  const latency = createLatencyRecorder();
  expect(latency.quantile(0.5)).toBeNull();
  latency.record(0);
  expect(latency.quantile(0.5)).toBe(0.001);
  latency.record(1e9);
  expect(latency.quantile(1)).toBeGreaterThan(1e5);
});
