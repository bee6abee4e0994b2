import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = join(dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite")), "../package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
const file = join(root, "node_modules/.cache/ducat", `pglite-${version}-empty.tar`);

/**
 * An empty database of PGlite, as a file that `pgliteDatabase({ template })` starts from several times faster than from
 * nothing. It is made before the tests.
 */
export function pgliteTemplate(): string {
  return file;
}

/** Makes the file once for each version of PGlite; the next test runs find it. */
export default async function makePgliteTemplate(): Promise<void> {
  if (existsSync(file)) return;
  const { PGlite } = await import("@electric-sql/pglite");
  const pglite = await PGlite.create();
  const dump = await pglite.dumpDataDir("none");
  await pglite.close();
  mkdirSync(dirname(file), { recursive: true });
  // Another test run may be making it at the same time: let it appear whole.
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, new Uint8Array(await dump.arrayBuffer()));
  renameSync(unfinished, file);
}
