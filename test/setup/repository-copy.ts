import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface RepositoryCopy {
  directory: string;
  remove(): void;
}

/** The sources in a directory of their own, where a fault may be put into them; what is installed is linked to. */
export function copyRepository(name: string): RepositoryCopy {
  const directory = mkdtempSync(join(tmpdir(), `ducat-${name}-`));
  const wanted = (source: string) => !/\/(node_modules|dist)$/.test(source);
  for (const part of ["packages", "test", "scripts", "examples", "bench"]) {
    cpSync(join(root, part), join(directory, part), { recursive: true, filter: wanted });
  }
  for (const file of ["package.json", "tsconfig.json", "vitest.config.ts"]) {
    cpSync(join(root, file), join(directory, file));
  }
  // The packages of the copy must find each other there, and everything else where it is installed.
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, "@ducat"), { recursive: true });
  for (const installed of readdirSync(join(root, "node_modules"))) {
    if (installed !== "ducat" && installed !== "@ducat" && installed !== ".vite" && installed !== ".vite-temp") {
      symlinkSync(join(root, "node_modules", installed), join(modules, installed));
    }
  }
  symlinkSync("../packages/core", join(modules, "ducat"));
  for (const each of ["client", "server"]) symlinkSync(`../../packages/${each}`, join(modules, "@ducat", each));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
