import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DucatError } from "@ducat/client";
import { makePrivate } from "./private-folder.ts";

/*
 * Making a database writes a thousand files, and a process may be killed between any two of them. What it leaves opens
 * never again, and looks like a ledger that was damaged. So a file beside the database says `making` until it is whole, and
 * `made` from then on: what was never whole is made anew, and what was is never replaced by an empty one.
 */

/** The folder of the database, inside the one that is locked. */
export const databaseFolder = "postgres";
const stateFile = "postgres.state";

/** Prepares the folder for being opened, by the holder of its lock. Call what comes back when the database is open. */
export function beginOpening(directory: string): () => void {
  const folder = join(directory, databaseFolder);
  const state = readState(directory);
  const isDatabase = existsSync(join(folder, "PG_VERSION"));
  if (state === "making") rmSync(folder, { recursive: true, force: true });
  else if (!isDatabase && (state === "made" || !isEmpty(folder))) throw incomplete(directory);
  // PGlite makes its files for everybody to read, so nobody else may come as far as to them.
  makePrivate(folder);
  if (isDatabase && state !== "making") return state === "made" ? () => {} : () => writeState(directory, "made");
  writeState(directory, "making");
  return () => writeState(directory, "made");
}

function readState(directory: string): string | undefined {
  const file = join(directory, stateFile);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** On the disk before anything is acknowledged: a loss of power must not bring back the word before. */
function writeState(directory: string, state: "making" | "made"): void {
  const file = join(directory, stateFile);
  writeFileSync(`${file}.new`, `${state}\n`, { flush: true });
  renameSync(`${file}.new`, file);
  if (process.platform === "win32") return; // It has no handles of folders.
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function incomplete(directory: string): DucatError {
  return unopenable(
    "The embedded database is not whole, and nothing was changed. Put its folder back from a copy that was made while nothing used it, or choose an empty folder to begin anew.",
    directory,
    new Error("its file PG_VERSION is missing"),
  );
}

/** Which folder, and what happened there, is for the operator: it is in the cause, which callers of a server do not see. */
export function unopenable(message: string, directory: string, reason: Error & { code?: unknown }): DucatError {
  const { code } = reason;
  const cause = new Error(`${join(directory, databaseFolder)}: ${reason.message}`, { cause: reason });
  return new DucatError("database_unavailable", message, {
    cause: Object.assign(cause, { directory }, code === undefined ? {} : { code }),
  });
}
