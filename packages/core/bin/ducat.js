#!/usr/bin/env node
// The library has no command of its own. `npx ducat` is what people will type, so it runs the server's when that is
// installed, beside this package or in the current project, and otherwise says how to get it.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const found = resolveFrom(import.meta.url) ?? resolveFrom(pathToFileURL(join(process.cwd(), "package.json")));
if (found === null) {
  console.error(
    "The command `ducat` comes with the package @ducat/server, which is not installed here.\n" +
      "Run it once with `npx @ducat/server`, or add it with `npm install @ducat/server`.",
  );
  process.exit(1);
}
await import(pathToFileURL(join(dirname(found), "bin/ducat.js")).href);

/** @param {string | URL} from */
function resolveFrom(from) {
  try {
    return createRequire(from).resolve("@ducat/server/package.json");
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}
