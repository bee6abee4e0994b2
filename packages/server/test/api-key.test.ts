import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepApiKey, readApiKey } from "../src/api-key.ts";

let room: string;
beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "ducat-key-"));
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

test("a key is made once, for its owner only, and nothing is left beside it", () => {
  const folder = join(room, "data");
  expect(readApiKey(folder)).toBe(null);
  const key = keepApiKey(folder);
  expect(key).toMatch(/^ducat_[\w-]{43}$/);
  expect(keepApiKey(folder)).toBe(key);
  expect(readdirSync(folder)).toEqual(["api-key"]);
  expect(readFileSync(join(folder, "api-key"), "utf8")).toBe(`${key}\n`);
  expect(statSync(join(folder, "api-key")).mode & 0o777).toBe(0o600);
});

// An older version that died between opening and writing left an empty one.
test.each([
  ["nothing", ""],
  ["an empty line", "\n"],
  ["too little", "short"],
  ["words", "two words that are long enough"],
  ["too much", "k".repeat(1001)],
])("a file that holds no key but %s is named, and kept", (_what, content) => {
  const file = join(room, "api-key");
  writeFileSync(file, content);
  for (const ask of [keepApiKey, readApiKey]) expect(() => ask(room)).toThrow(file);
  expect(readFileSync(file, "utf8")).toBe(content);
});

test("a key of one's own in the file is as good", () => {
  writeFileSync(join(room, "api-key"), "a-key-of-my-own-making\n");
  expect(keepApiKey(room)).toBe("a-key-of-my-own-making");
});
