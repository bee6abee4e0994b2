import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { exactDependencies, registeredDependencies } from "./house-rules/dependencies.ts";
import { packageDirections, roomDirections } from "./house-rules/directions.ts";
import { domainNames, honestCasts, reasonedRemarks, shortFiles } from "./house-rules/order.ts";
import { clockOrChance, impureFiles, noClockOrChance, sqlInItsRoom } from "./house-rules/purity.ts";
import { type Rule, sourceFile } from "./house-rules/source-file.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const register = readFileSync(join(repository, "docs/decisions/dependencies.md"), "utf8");

const arrows = "imports between packages follow the arrows";
const rooms = "imports inside the library follow the rooms";
const time = "time and chance come in as arguments";
const sql = "SQL stays in its room";
const short = "files are short";
const names = "names are of the domain";
const remarks = "remarks give their reason";
const casts = "casts are honest";
const exact = "dependencies are exact";
const registered = "dependencies are registered";

const rules: Readonly<Record<string, Rule>> = {
  [arrows]: packageDirections,
  [rooms]: roomDirections,
  [time]: noClockOrChance,
  [sql]: sqlInItsRoom,
  [short]: shortFiles,
  [names]: domainNames,
  [remarks]: reasonedRemarks,
  [casts]: honestCasts,
  [exact]: exactDependencies,
  [registered]: registeredDependencies(register),
};

describe("the repository", () => {
  const files = repositoryFiles().map((path) => sourceFile(path, readFileSync(join(repository, path), "utf8")));

  test.each(Object.entries(rules))("%s", (_name, rule) => {
    const faults = files.flatMap(rule).map(({ path, line, message }) => `${path}:${line} ${message}`);
    expect(faults).toEqual([]);
  });

  test("every exception to a rule is still needed", () => {
    const isFaulty = (rule: Rule, path: string) => files.some((file) => file.path === path && rule(file).length > 0);
    expect([...impureFiles.keys()].filter((path) => !isFaulty(clockOrChance, path))).toEqual([]);
  });
});

/** Every line here is a fault that the rule must see; a rule that sees nothing is worse than none. */
// biome-ignore format: a table is read a case a line
const faulty: readonly [rule: string, path: string, text: string, message: string][] = [
  [arrows, "packages/client/src/a.ts", `import "zod";`, "import nothing"],
  [arrows, "packages/client/src/a.ts", `import "node:fs";`, "import nothing"],
  [arrows, "packages/core/src/a.ts", `await import("@ducat/server");`, "core must not import @ducat/server"],
  [arrows, "packages/react/src/a.tsx", `export * from "ducat/testing";`, "react must not import ducat"],
  [arrows, "packages/server/src/a.ts", `import { b } from "../../core/src/b.ts";`, "leaves the source"],
  [arrows, "packages/wallet/src/a.ts", "", "new package"],
  [rooms, "packages/core/src/engine/a.ts", `import type { Row } from "../store/rows.ts";`, "must not import from store/"],
  [rooms, "packages/core/src/engine/a.ts", `import { createHash } from "node:crypto";`, "engine/ is pure"],
  [rooms, "packages/core/src/engine/a.ts", `import { now } from "../clock.ts";`, "engine/ is pure"],
  [rooms, "packages/core/src/catalog/a.ts", `export { b } from "../engine/b.ts";`, "must not import from engine/"],
  [rooms, "packages/core/src/store/a.ts", `type B = import("../ledger/b.ts").B;`, "must not import from ledger/"],
  [rooms, "packages/core/src/cellar/a.ts", "", "new room"],
  [time, "packages/core/src/a.ts", "const at = Date.now();", "Date.now()"],
  [time, "packages/server/src/a.ts", "const at = new Date();", "new Date()"],
  [time, "packages/core/src/ledger/a.ts", "const wait = 5 * Math.random();", "Math.random()"],
  [time, "packages/core/src/a.ts", "const id = crypto.randomUUID();", "crypto.randomUUID()"],
  [sql, "packages/core/src/ledger/a.ts", "const sql = `\n  select * from ${schema}.entry`;", "SQL outside"],
  [sql, "packages/server/src/a.ts", `run("delete from ducat.entry");`, "SQL outside"],
  [sql, "packages/core/src/http/a.ts", `run("with due as (select 1) select 2");`, "SQL outside"],
  [short, "packages/core/src/a.ts", "\n".repeat(500), "501 lines"],
  [short, "packages/core/migrations/0009_a.sql", "\n".repeat(700), "701 lines"],
  [names, "packages/core/src/utils/a.ts", "", "says nothing"],
  [names, "packages/core/src/helpers.ts", "", "says nothing"],
  [remarks, "test/a.ts", "// TODO later", "TODO needs its reason"],
  [remarks, "test/a.ts", "/* FIXME: the third page is slow */", "are not used"],
  [remarks, "test/a.ts", "// @ts-ignore the types are wrong here", "not switched off"],
  [remarks, "test/a.ts", "// @ts-expect-error", "needs its reason"],
  [remarks, "test/a.ts", "// biome-ignore lint/style/noEnum: because", "needs its reason"],
  [casts, "packages/core/src/a.ts", "const a = b as unknown as C;", "a cast"],
  [casts, "packages/core/src/a.ts", "const a = b as any;", "a cast"],
  [exact, "packages/core/package.json", `{ "dependencies": { "zod": "^4.0.0" } }`, "zod ^4.0.0"],
  [exact, "packages/client/package.json", `{ "name": "@ducat/client", "dependencies": { "zod": "4.0.0" } }`, "no dependencies"],
  [registered, "package.json", `{ "devDependencies": { "left-pad": "1.3.0" } }`, "left-pad is not in"],
];

// biome-ignore format: a table is read a case a line
const faultless: readonly [rule: string, path: string, text: string][] = [
  [arrows, "packages/server/src/a.ts", `import "ducat/testing"; import json from "../package.json";`],
  [rooms, "packages/core/src/engine/a.ts", `import { price } from "../catalog/price.ts"; import type { Clock } from "../clock.ts";`],
  [rooms, "packages/core/src/credits.ts", `import "./http/routes.ts"; import "node:fs";`],
  [time, "packages/core/src/a.ts", "// Date.now()\nconst text = 'Date.now()'; const at = new Date(0);"],
  [time, "packages/core/test/a.ts", "const at = Date.now();"],
  [sql, "packages/core/src/store/a.ts", `run("delete from ducat.entry");`],
  [sql, "packages/core/src/catalog/a.ts", `const name = "Select Element (browser extension)"; const why = "Update the plan first";`],
  [names, "packages/core/test/catalog/catalog.types.test.ts", ""],
  [remarks, "test/a.ts", "// TODO: wait until Node itself can strip decorators"],
  [remarks, "test/a.ts", "// @ts-expect-error a viewer has no seat\n// biome-ignore lint/style/noEnum: the wire format fixes it"],
  [casts, "packages/core/src/a.ts", "// The validator has just shown that it is one.\nconst a = b as unknown as C;"],
];

describe("the rules", () => {
  test.each(faulty)("%s: reports %s", (name, path, text, message) => {
    expect(rules[name]?.(sourceFile(path, text)).map((fault) => fault.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  test.each(faultless)("%s: allows %s", (name, path, text) => {
    expect(rules[name]?.(sourceFile(path, text))).toEqual([]);
  });

  test("every rule is shown to report something", () => {
    expect(new Set(faulty.map(([name]) => name))).toEqual(new Set(Object.keys(rules)));
  });

  test("a fault is reported with its line", () => {
    expect(noClockOrChance(sourceFile("packages/core/src/a.ts", "\n\nDate.now();"))[0]?.line).toBe(3);
  });
});

/** What git would commit: tracked files, and new ones that are not ignored. */
function repositoryFiles(): string[] {
  // A checkout that another user made, as in CI, is still the one to read.
  const trusting = ["-c", "safe.directory=*"];
  const listed = execFileSync("git", [...trusting, "ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))].filter((path) => path !== "" && existsSync(join(repository, path)));
}
