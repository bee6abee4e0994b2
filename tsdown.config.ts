import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { defineConfig, type UserConfig } from "tsdown";

interface Exports {
  [subpath: string]: string | { "ducat-source": string; default: string };
}

/** What is run but never imported by name: the command, and the thread that runs embedded PostgreSQL. */
const programs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  core: { "pglite-worker": "./src/database/pglite-worker.ts" },
  server: { cli: "./src/cli.ts" },
};

/** A package's entries are its exports, so that none can be promised in package.json and not be built. */
function packageConfig(folder: string): UserConfig {
  const cwd = `packages/${folder}`;
  const { exports } = JSON.parse(readFileSync(`${cwd}/package.json`, "utf8")) as { exports: Exports };
  const modules = Object.values(exports).filter((target) => typeof target === "object");
  return {
    cwd,
    name: folder,
    entry: {
      ...Object.fromEntries(modules.map((target) => [nameOf(target.default), target["ducat-source"]])),
      ...programs[folder],
    },
    format: "esm",
    platform: folder === "client" ? "neutral" : "node",
    target: "node22",
    fixedExtension: true,
    // These paths count from here, unlike the entries'.
    dts: { entry: modules.map((target) => posix.join(cwd, target["ducat-source"])) },
    publint: { strict: true },
    attw: { profile: "esm-only", level: "error" },
    // A slow machine is not a fault of the build.
    checks: { pluginTimings: false },
  };
}

/** `./dist/index.mjs` → `index` */
function nameOf(file: string): string {
  return file.slice("./dist/".length, -".mjs".length);
}

export default defineConfig(["client", "core", "server"].map(packageConfig));
