import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyRepository, type RepositoryCopy } from "../setup/repository-copy.ts";
import { page } from "./page.ts";
import { applyPatch, CLASSES, plantedBugs } from "./planted-bug.ts";
import { rotating } from "./short.ts";
import { suites, unitTestsOf } from "./suites.ts";

const bugs = plantedBugs();
let copy: RepositoryCopy;
beforeAll(() => {
  copy = copyRepository("planted-test");
});
afterAll(() => copy.remove());

describe("planted bugs", () => {
  test("are at least twelve, and some of each class", () => {
    expect(bugs.length).toBeGreaterThanOrEqual(12);
    expect(new Set(bugs.map(({ kind }) => kind))).toEqual(new Set(CLASSES));
  });

  // `npm run planted` asks the suites whether they catch them.
  test.each(bugs)("$name applies to the sources of today, and a suite answers for it", (bug) => {
    const before = bug.files.map((file) => readFileSync(`${copy.directory}/${file}`, "utf8"));
    applyPatch(bug, copy.directory, "plant");
    const planted = bug.files.map((file) => readFileSync(`${copy.directory}/${file}`, "utf8"));
    for (const [i, text] of planted.entries()) expect(text).not.toBe(before[i]);
    applyPatch(bug, copy.directory, "remove");
    expect(bug.files.map((file) => readFileSync(`${copy.directory}/${file}`, "utf8"))).toEqual(before);
    expect(suites.map(({ name }) => name)).toContain(bug.caughtBy);
    expect(bug.files.flatMap(unitTestsOf)).not.toEqual([]);
  });

  test("one that does not fit the sources any more is an error", () => {
    const bug = { ...(bugs[0] as (typeof bugs)[number]), path: new URL("none.patch", import.meta.url).pathname };
    expect(() => applyPatch(bug, copy.directory, "plant")).toThrow("does not apply");
  });

  test("stand on their page: run `npm run planted -- --write` after a change", () => {
    expect(readFileSync(new URL("../../docs/internals/planted-bugs.md", import.meta.url), "utf8")).toBe(page(bugs));
  });

  test("have their turn, three a day", () => {
    const day = 86_400_000;
    const days = Math.ceil(bugs.length / 3);
    const seen = Array.from({ length: days }, (_, i) => rotating(bugs, (20_000 + i) * day)).flat();
    expect(new Set(seen.map(({ name }) => name)).size).toBe(bugs.length);
  });
});
