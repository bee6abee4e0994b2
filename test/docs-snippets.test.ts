import { expect, test } from "vitest";
import { documents, quoted, readDocument } from "../scripts/quote-snippets.ts";

test.each(documents())("%s quotes the examples as they are", (path) => {
  const text = readDocument(path);
  expect(text, "run `node scripts/quote-snippets.ts`").toBe(quoted(path, text));
});

test("a marker whose code block was lost is an error", () => {
  expect(() => quoted("page.md", "<!-- snippet: examples/catalog.ts#define -->\n\nText.")).toThrow("1 snippet markers");
  expect(() => quoted("page.md", "<!-- snippet: examples/catalog.ts#nothing -->\n```ts\n```")).toThrow("no region");
});
