import { expect, test } from "vitest";
import type { PairContender } from "../../bench/contender.ts";
import { measurePairs } from "../../bench/measure.ts";

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function contender(parts: Partial<PairContender>): PairContender {
  return {
    kind: "pairs",
    name: "example",
    backend: "none",
    description: "",
    prepare: async () => undefined,
    charge: nextTurn,
    settle: nextTurn,
    check: async () => undefined,
    close: async () => undefined,
    ...parts,
  };
}

function runOf(parts: Partial<PairContender>, shape: "hot" | "spread" = "hot") {
  let id = 0;
  return {
    contender: contender(parts),
    shape,
    callers: 10,
    workspaces: 5,
    tally: new Uint32Array(6),
    nextId: () => String(id++),
    warmUpSeconds: 0.02,
    seconds: 0.1,
  };
}

test("every pair is tallied, also those of the warm-up and those that end after the window", async () => {
  let charged = 0;
  let settled = 0;
  const run = runOf({
    charge: async () => {
      charged += 1;
      await nextTurn();
    },
    settle: async () => {
      settled += 1;
      await nextTurn();
    },
  });
  const measured = await measurePairs(run);
  expect(settled).toBe(charged);
  expect(run.tally[0]).toBe(charged);
  expect(measured.pairs).toBeLessThan(charged);
  expect(measured.pairsPerSecond).toBeCloseTo(measured.pairs / measured.seconds, 5);
  expect(measured.p50).not.toBeNull();
});

test("the spread reaches all workspaces but the hot one", async () => {
  const run = runOf({}, "spread");
  await measurePairs(run);
  expect(run.tally[0]).toBe(0);
  expect([...run.tally.slice(1)].every((count) => count > 0)).toBe(true);
});

test("ids are never used twice, and each is settled once", async () => {
  const open = new Set<string>();
  const seen = new Set<string>();
  const run = runOf({
    charge: async (_, id) => {
      if (seen.has(id)) throw new Error("seen before");
      seen.add(id);
      open.add(id);
      await nextTurn();
    },
    settle: async (_, id) => {
      if (!open.delete(id)) throw new Error("not open");
      await nextTurn();
    },
  });
  await measurePairs(run);
  expect(open.size).toBe(0);
});

test("one refused charge ends the run at once and fails it", async () => {
  let calls = 0;
  const run = runOf({
    charge: async () => {
      calls += 1;
      await nextTurn();
      if (calls > 100) throw new Error("insufficient");
    },
  });
  const startedAt = performance.now();
  await expect(measurePairs({ ...run, seconds: 60 })).rejects.toThrow("insufficient");
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
