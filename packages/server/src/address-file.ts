import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the server that uses a data directory listens, so that commands on the same machine can ask it. */
function fileOf(directory: string): string {
  return join(directory, "server.url");
}

export function writeAddress(directory: string, url: string): void {
  writeFileSync(fileOf(directory), `${url}\n`);
}

export function removeAddress(directory: string): void {
  rmSync(fileOf(directory), { force: true });
}

export function readAddress(directory: string): string | null {
  try {
    return readFileSync(fileOf(directory), "utf8").trim();
  } catch {
    return null;
  }
}
