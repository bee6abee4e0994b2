import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { Stryker } from "@stryker-mutator/core";

/*
 * npm run mutation:short
 *
 * Mutation testing of a part of the engine, for every change: the engine's files that differ from `main`, or, where none
 * does, a few of them, which the sources choose: the same sources are always judged by the same mutants.
 * `npm run mutation` does all of them. It fails below a score of 80 %: what few files come to depends on how many of
 * their mutants no test can tell from the original.
 */
const engine = "packages/core/src/engine";
/** About as many lines as two minutes are enough for. */
const mostLines = 250;
const leastScore = 80;

const text = (file: string) => readFileSync(file, "utf8");
const lines = (file: string) => text(file).split("\n").length;
/** Files of types alone have nothing to mutate. */
const all = globSync(`${engine}/**/*.ts`)
  .filter((file) => /\bfunction\b/.test(text(file)))
  .sort();

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function changed(): string[] {
  try {
    const names = new Set(git("diff", "--name-only", "main", "--", engine).split("\n"));
    return all.filter((file) => names.has(file));
  } catch {
    // A checkout of one commit has no `main`.
    return [];
  }
}

/** All of them, beginning with one that the sources choose: a day or a die would make a tree green now and red then. */
function inTurn(): string[] {
  const from = createHash("sha256").update(all.map(text).join("")).digest().readUInt32BE() % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
}

/** As many as the lines allow, and one at least. */
function within(files: readonly string[]): string[] {
  let left = mostLines;
  return files.filter((file, i) => {
    left -= lines(file);
    return i === 0 || left >= 0;
  });
}

const differing = changed();
const mutate = within(differing.length > 0 ? differing : inTurn());
console.log(`Mutating ${mutate.join(", ")}`);
await new Stryker({ mutate, thresholds: { high: 95, low: 90, break: leastScore } }).runMutationTest();
