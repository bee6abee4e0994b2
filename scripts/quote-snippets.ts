import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";

// Code in the documents is quoted from files that are type-checked and tested. A document says which:
//
//   <!-- snippet: examples/catalog.ts#define -->
//
// and `node scripts/quote-snippets.ts` puts the region (from `// #region define` to `// #endregion`), or the whole file,
// into the code block below it. A test compares.

const root = new URL("../", import.meta.url);
const marker = /<!-- snippet: /g;
const quotation = /(<!-- snippet: ([^\s#]+)(?:#([\w-]+))? -->\n\n?```\w*\n)[\s\S]*?```/g;

/** Every document that may quote code. */
export function documents(): string[] {
  return ["README.md", ...globSync("docs/**/*.md", { cwd: root })].filter((path) => existsSync(new URL(path, root)));
}

export function readDocument(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

/** The document with every quotation as the code is now. A marker without a code block is an error, never skipped. */
export function quoted(path: string, text: string): string {
  let count = 0;
  const result = text.replace(quotation, (_, head: string, file: string, region: string | undefined) => {
    count += 1;
    return `${head}${snippet(file, region)}\`\`\``;
  });
  const markers = text.match(marker)?.length ?? 0;
  if (markers !== count) throw new Error(`${path}: ${markers - count} snippet markers have no code block below them.`);
  return result;
}

function snippet(file: string, region: string | undefined): string {
  const source = readDocument(file);
  if (region === undefined) return source;
  const lines = source.split("\n");
  const start = lines.indexOf(`// #region ${region}`);
  const end = lines.indexOf("// #endregion", start);
  if (start < 0 || end < 0) throw new Error(`${file} has no region "${region}".`);
  return `${lines
    .slice(start + 1, end)
    .join("\n")
    .trim()}\n`;
}

if (import.meta.main) {
  for (const path of documents()) writeFileSync(new URL(path, root), quoted(path, readDocument(path)));
}
