import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("auditor/", import.meta.url);
const files = [
  new URL("auditor.ts", import.meta.url),
  ...readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => new URL(name, folder)),
];
const texts = files.map((file) => ({ file, text: readFileSync(file, "utf8") }));

/** Whoever judges has to be read and believed; the auditor may become shorter, not longer. */
const MOST_LINES = 1400;

test("the auditor is short", () => {
  expect(texts.length).toBeGreaterThan(5);
  const lines = texts.map(({ text }) => text.split("\n").length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(MOST_LINES);
});

test("the auditor is independent: it imports itself and the words of commands, and nothing else", () => {
  const allowed = new Set([...files, new URL("commands.ts", import.meta.url)].map(String));
  const imported = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map(([, from, bare]) => {
      const name = from ?? bare ?? "";
      return name.startsWith(".") ? String(new URL(name, file)) : name;
    }),
  );
  expect(imported.length).toBeGreaterThan(20);
  expect(imported.filter((name) => !allowed.has(name))).toEqual([]);
  const commands = readFileSync(new URL("commands.ts", import.meta.url), "utf8");
  expect(commands).not.toMatch(/\bimport\b|\bfrom "/);
});
