import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const page = readFileSync(new URL("docs/guarantees.md", root), "utf8");
const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  scripts: Record<string, string>;
};

const commands = [...page.matchAll(/`((?:npm run|npx vitest run|ducat) [^`]+)`/g)].map(([, command = ""]) => command);
const links = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => `docs/${target}`);
const paths = [...page.matchAll(/`?\b((?:test|packages|docs|scripts)\/[\w./-]+)/g)].map(([, path = ""]) => path);

function isThere(name: string): boolean {
  const script = /^npm run (\S+)/.exec(name)?.[1];
  if (script !== undefined) return Object.hasOwn(scripts, script);
  const command = /^ducat (\S+)/.exec(name)?.[1];
  if (command !== undefined) return existsSync(new URL(`packages/server/src/commands/${command}.ts`, root));
  return existsSync(new URL(name, root));
}

/** `npm run x -- --option` is there when `npm run x` is. */
const bare = (command: string) => command.replace(/^(npm run \S+|ducat \S+).*/, "$1");
const named = [...new Set([...commands.filter((each) => !each.startsWith("npx")).map(bare), ...links, ...paths])];

test("the page names commands and files", () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(paths.length).toBeGreaterThan(20);
});

test.each(named)("%s is there", (name) => {
  expect(isThere(name)).toBe(true);
});

test("every command that runs tests runs some", () => {
  const idle = commands
    .filter((command) => command.startsWith("npx vitest run "))
    .flatMap((command) =>
      command
        .slice("npx vitest run ".length)
        .replace(/ -t .*/, "")
        .split(" "),
    )
    .filter((path) => !path.endsWith(".test.ts") && globSync(`${path}/**/*.test.ts`).length === 0);
  expect(idle).toEqual([]);
});
