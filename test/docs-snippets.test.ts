import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { documents, quoted, readDocument } from "../scripts/quote-snippets.ts";

test.each(documents())("%s quotes the examples as they are", (path) => {
  const text = readDocument(path);
  expect(text, "run `node scripts/quote-snippets.ts`").toBe(quoted(path, text));
});

test.each(documents())("%s links to pages that are there", (path) => {
  const page = new URL(`../${path}`, import.meta.url);
  const links = [...readDocument(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = ""]) => target);
  expect(links.filter((target) => !existsSync(new URL(target, page)))).toEqual([]);
});

test("the README's curl is one of the guide's, which are run", () => {
  const lines = readDocument("README.md").match(/^curl .*$/gm) ?? [];
  expect(lines).not.toEqual([]);
  for (const line of lines) expect(readDocument("docs/guides/curl.md")).toContain(line);
});

test("a marker whose code block was lost is an error", () => {
  expect(() => quoted("page.md", "<!-- snippet: examples/catalog.ts#define -->\n\nText.")).toThrow("1 snippet markers");
  expect(() => quoted("page.md", "<!-- snippet: examples/catalog.ts#nothing -->\n```ts\n```")).toThrow("no region");
});
