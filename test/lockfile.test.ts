import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { missingFrom } from "../scripts/complete-lockfile.ts";

/** Otherwise `npm ci`, and with it every fresh clone, fails. The remedy: npm run complete-lockfile. */
test("the lock file names every optional package", () => {
  const lockfile = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  expect(missingFrom(lockfile)).toEqual([]);
});

test("an optional package is found where npm would find it, and reported where it would not", () => {
  const optionalDependencies = { "fast-linux": "1.0.0", "fast-darwin": "1.0.0" };
  const packages = {
    "": {},
    "node_modules/fast": { dev: true, optionalDependencies },
    "node_modules/fast-linux": {},
    "node_modules/slow/node_modules/fast": { optionalDependencies: { "fast-darwin": "2.0.0" } },
    "node_modules/slow/node_modules/fast-darwin": {},
  };
  expect(missingFrom({ packages })).toEqual([{ name: "fast-darwin", version: "1.0.0", dev: true }]);
});
