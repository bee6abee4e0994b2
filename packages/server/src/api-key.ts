import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newApiKey, newFileName } from "./ids.ts";

export function keyFileOf(directory: string): string {
  return join(directory, "api-key");
}

/** The key kept in the data directory, or null when none was made yet. */
export function readApiKey(directory: string): string | null {
  const file = keyFileOf(directory);
  let key: string;
  try {
    key = readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (/^\S{16,1000}$/.test(key)) return key;
  throw new Error(
    `${file} holds no key, which is 16 to 1,000 characters without blanks. Delete it: the server makes a new one at its next start.`,
  );
}

/** The key of this data directory: made at the first start, readable by its owner only. */
export function keepApiKey(directory: string): string {
  const existing = readApiKey(directory);
  if (existing === null) return makeApiKey(directory);
  chmodSync(keyFileOf(directory), 0o600);
  return existing;
}

/** Writes the key beside its place and then links it in: whoever dies meanwhile leaves no file without a key. */
function makeApiKey(directory: string): string {
  mkdirSync(dirname(directory), { recursive: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const key = newApiKey();
  const temporary = join(directory, `api-key.${newFileName()}.new`);
  try {
    writeFileSync(temporary, `${key}\n`, { flag: "wx", mode: 0o600, flush: true });
    // A link does not take the place of a file: of two servers that start at once one makes the key, the other reads it.
    linkSync(temporary, keyFileOf(directory));
    return key;
  } catch (error) {
    const made = (error as NodeJS.ErrnoException).code === "EEXIST" ? readApiKey(directory) : null;
    if (made === null) throw error;
    return made;
  } finally {
    rmSync(temporary, { force: true });
  }
}
