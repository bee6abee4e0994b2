import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The oldest PostgreSQL that Ducat supports, and so the oldest its tests may run on. */
export const oldestMajor = 15;

/** A directory that holds `initdb` and `postgres`, and the version they are. */
export interface PostgresBinaries {
  directory: string;
  /** As the server says it: `15.14`. */
  version: string;
  major: number;
}

/**
 * The newest PostgreSQL on this machine, or the newest of the major version asked for; `null` when there is none.
 * Debian keeps server binaries off the PATH, so its directories, `pg_config` and the PATH are all asked.
 */
export function findPostgres(major?: number): PostgresBinaries | null {
  const found = candidateDirectories()
    .map(readBinaries)
    .filter((binaries) => binaries !== null)
    .filter((binaries) => (major === undefined ? binaries.major >= oldestMajor : binaries.major === major));
  return found.toSorted((left, right) => right.major - left.major)[0] ?? null;
}

/** Reads which PostgreSQL a directory holds; `null` when it holds none that can be run. */
export function readBinaries(directory: string): PostgresBinaries | null {
  if (!existsSync(join(directory, "initdb")) || !existsSync(join(directory, "postgres"))) return null;
  const version = output(join(directory, "postgres"), ["--version"])?.match(/\(PostgreSQL\) ((\d+)\S*)/);
  if (!version?.[1] || !version[2]) return null;
  return { directory, version: version[1], major: Number(version[2]) };
}

function candidateDirectories(): string[] {
  const configured = output("pg_config", ["--bindir"])?.trim();
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  return [...installationsBelow("/usr/lib/postgresql"), ...(configured ? [configured] : []), ...onPath];
}

function installationsBelow(root: string): string[] {
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, "bin")) : [];
}

function output(command: string, commandArguments: string[]): string | null {
  try {
    return execFileSync(command, commandArguments, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return null; // Not installed, or not for this machine: the next candidate may be.
  }
}
