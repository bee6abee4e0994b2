import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faultsOf } from "./check.ts";
import type { Clause } from "./clause.ts";
import { clauses } from "./clauses.ts";
import { page } from "./page.ts";

test("every clause names tests that exist and a mutation of a line that exists", () => {
  expect(faultsOf(clauses)).toEqual([]);
});

test("every numbered clause of the contract is there", () => {
  const numbered = [
    ...["1", "2"],
    ...range(3, 7),
    ...range(4, 14),
    ...range(5, 6),
    ...range(6, 5),
    ...range(7, 2),
    ...range(8, 7),
  ];
  const listed = new Set(clauses.map(({ clause }) => clause));
  expect([...listed]).toEqual(numbered);
});

test("a test that is gone, a line that has changed and a mutation without effect are found", () => {
  const [first] = clauses as readonly [Clause];
  const broken = [
    { ...first, tests: [] },
    { ...first, tests: [{ file: "test/clauses/clauses.test.ts", name: ["no", "such", "test"].join(" ") }] },
    { ...first, tests: [{ file: "test/none.test.ts", name: "x" }] },
    { ...first, mutation: { ...first.mutation, from: "what nobody wrote" } },
    { ...first, mutation: { ...first.mutation, to: first.mutation.from } },
  ];
  for (const one of broken) expect(faultsOf([one])).toHaveLength(1);
  expect(faultsOf([first, first])).toHaveLength(1);
});

test("the page shows this list: run `npm run clauses -- --write` after a change", () => {
  expect(readFileSync(new URL("../../docs/internals/clauses.md", import.meta.url), "utf8")).toBe(page(clauses));
});

function range(section: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${section}.${i + 1}`);
}
