import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyRepository, type RepositoryCopy } from "../setup/repository-copy.ts";
import { page } from "./page.ts";
import { applyPatch, CLASSES, plantedBugs, UNIT_TESTS } from "./planted-bug.ts";
import { suites, unitTestsOf } from "./suites.ts";

const bugs = plantedBugs();
let copy: RepositoryCopy;
beforeAll(() => {
  copy = copyRepository("planted-test");
});
afterAll(() => copy.remove());

describe("planted bugs", () => {
  test("are at least twelve, and some of each class, that no unit test finds", () => {
    const unseen = bugs.filter(({ caughtBy }) => caughtBy !== UNIT_TESTS);
    expect(unseen.length).toBeGreaterThanOrEqual(12);
    expect(new Set(unseen.map(({ kind }) => kind))).toEqual(new Set(CLASSES));
  });

  // `npm run planted` asks the suites whether they catch them.
  test.each(bugs)("$name applies to the sources of today, and a suite answers for it", (bug) => {
    const before = bug.files.map((file) => readFileSync(`${copy.directory}/${file}`, "utf8"));
    applyPatch(bug, copy.directory, "plant");
    const planted = bug.files.map((file) => readFileSync(`${copy.directory}/${file}`, "utf8"));
    for (const [i, text] of planted.entries()) expect(text).not.toBe(before[i]);
    applyPatch(bug, copy.directory, "remove");
    expect(bug.files.map((file) => readFileSync(`${copy.directory}/${file}`, "utf8"))).toEqual(before);
    expect(bug.files.flatMap(unitTestsOf)).not.toEqual([]);
    if (bug.caughtBy === UNIT_TESTS) return;
    expect(suites.map(({ name }) => name)).toContain(bug.caughtBy);
    expect(existsSync(`${copy.directory}/${bug.test}`)).toBe(true);
  });

  test("one that does not fit the sources any more is an error", () => {
    const bug = { ...(bugs[0] as (typeof bugs)[number]), path: new URL("none.patch", import.meta.url).pathname };
    expect(() => applyPatch(bug, copy.directory, "plant")).toThrow("does not apply");
  });

  test("stand on their page: run `npm run planted -- --write` after a change", () => {
    expect(readFileSync(new URL("../../docs/internals/planted-bugs.md", import.meta.url), "utf8")).toBe(page(bugs));
  });
});
