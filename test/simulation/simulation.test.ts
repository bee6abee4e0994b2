import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { describeProblem } from "./describe-problem.ts";
import { minimise, replay } from "./minimise.ts";
import { apply, misreadings, sayingOf } from "./misreadings.ts";
import { documented } from "./outcomes.ts";
import { plots } from "./plots.ts";
import { recipes } from "./recipes.ts";
import { shortcomings } from "./report.ts";
import { kept } from "./seeds.ts";
import { simulate } from "./simulation.ts";
import { watchForSituations } from "./situations.ts";
import { openSubject, type Subject } from "./subject.ts";
import { versions } from "./versions.ts";

const databases = {
  pglite: () => pgliteDatabase({ memory: true }),
  postgres: () => pgDatabase({ connectionString: testDatabaseUrl(), max: 4 }),
};

describe.each(Object.keys(databases) as (keyof typeof databases)[])("on %s", (kind) => {
  let subject: Subject;
  beforeAll(async () => {
    const schema = freshSchema();
    subject = await openSubject(databases[kind](), { schema, catalogs: versions, published: "base" });
  });
  afterAll(() => subject.close());

  test.each(kept)("what seed $seed found: $says", async ({ events, seed }) => {
    const problem = await replay(subject, `kept-${seed}-${kind}`, events);
    expect(problem === null ? "" : describeProblem(problem)).toBe("");
  });

  test("the engine and the auditor agree about a world that nobody has seen before", { timeout: 180_000 }, async () => {
    const seed = randomInt(1_000_000_000);
    const steps = 4000;
    process.stdout.write(`simulated on ${kind}: npm run simulate -- --seed ${seed} --steps ${steps}\n`);
    const { problem, events, words } = await simulate(subject, { seed, steps });
    if (problem !== null) {
      const smaller = await minimise(subject, events, { deadline: Date.now() + 30_000, now: Date.now });
      const least = describeProblem(smaller.problem ?? problem, smaller.events);
      expect.fail(`seed ${seed}, ${steps} steps on ${kind}:\n${describeProblem(problem)}\n\n${least}`);
    }
    expect(words.get("charge:charged") ?? 0, `seed ${seed}`).toBeGreaterThan(100);
  });
});

test.each(misreadings)("%s still applies to the engine", (misreading) => {
  const root = new URL("../../", import.meta.url).pathname;
  expect(apply(misreading, root, ["--check"])).toBeNull();
  expect(sayingOf(misreading)).toMatch(/^Misreads \d\.\d/);
});

test("a run that did not come through everything says so, a short one says nothing", () => {
  const none = { seed: 1, seconds: 1, words: new Map(), kinds: new Map(), workspaces: 1, problem: null, events: [] };
  const { counts } = watchForSituations();
  expect(shortcomings({ ...none, steps: 19_999, situations: counts })).toEqual([]);
  const lacking = shortcomings({ ...none, steps: 200_000, situations: counts });
  expect(lacking).toHaveLength(Object.keys(recipes).length + documented.length + counts.size);
  expect(lacking).toContain("charge:insufficient came 0 times, not 100");
  expect(lacking).toContain("never met: a dispute won after repayment");
  // What has come often enough is missed no more; a tenth of a run needs a tenth.
  const some = new Map(documented.map((word) => [word, 10]));
  const all = new Map(Object.keys(recipes).map((kind) => [kind, kind === "charge" ? 34 : 200]));
  const met = new Map([...counts.keys()].map((name) => [name, 1]));
  const tenth = { ...none, steps: 20_000, words: some, kinds: all, situations: met };
  expect(shortcomings(tenth)).toEqual([
    "charge came 34 times, less than 1 % of the commands",
    "only 10 charges went through, less than 30 %",
  ]);
});

test("the page about the simulation lists every situation", () => {
  const page = readFileSync(new URL("../../docs/internals/simulation.md", import.meta.url), "utf8");
  const missing = [...watchForSituations().counts.keys()].filter((name) => !page.includes(`- ${name}\n`));
  expect(missing).toEqual([]);
});

test("what a plot leads to is counted: a situation, or a documented outcome", () => {
  const { counts } = watchForSituations();
  const known = new Set([...counts.keys(), ...documented]);
  expect(Object.keys(plots).filter((name) => !known.has(name))).toEqual([]);
});
