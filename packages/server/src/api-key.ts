import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newApiKey } from "./ids.ts";

export function keyFileOf(directory: string): string {
  return join(directory, "api-key");
}

/** The key kept in the data directory, or null when none was made yet. */
export function readApiKey(directory: string): string | null {
  try {
    return readFileSync(keyFileOf(directory), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The key of this data directory: made at the first start, readable by its owner only. */
export function keepApiKey(directory: string): string {
  const file = keyFileOf(directory);
  const existing = readApiKey(directory);
  if (existing !== null) {
    chmodSync(file, 0o600);
    return existing;
  }
  mkdirSync(dirname(directory), { recursive: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const key = newApiKey();
  try {
    // `wx`: of two servers that start at once one makes the key, the other reads it.
    writeFileSync(file, `${key}\n`, { flag: "wx", mode: 0o600 });
    return key;
  } catch (error) {
    const made = (error as NodeJS.ErrnoException).code === "EEXIST" ? readApiKey(directory) : null;
    if (made === null) throw error;
    return made;
  }
}
