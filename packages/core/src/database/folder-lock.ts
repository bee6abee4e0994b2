import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DucatError } from "@ducat/client";
import { unopenable } from "./folder-state.ts";
import { isRefusal, makeFolder } from "./private-folder.ts";
import { isRunning, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/*
 * Two openers of one PGlite folder lose acknowledged rows without an error, so a folder has one holder.
 *
 * The lock is a chain of numbered files, `ducat.lock.1`, `ducat.lock.2`, …; the highest number counts. Who finds the
 * highest released, or its process dead, claims the next number. A file appears whole or not at all (it is linked into
 * place), and of several who claim the same number one wins. The highest file is never removed, only marked as
 * released, so the number never goes down: that is what keeps a slow claimant, who looked before others took over and let
 * go, from claiming a number that is free again. Removing a dead holder's file and making a new one has no such order: the
 * second of two rescuers would remove the first one's new lock.
 */

const filePattern = /^ducat\.lock\.(\d+)$/;

/** A process that dies between two steps of another's takeover makes it look again; this often at most. */
const attempts = 100;

interface Claim extends ProcessIdentity {
  /** Tells this claim from any other on the same number, should somebody have deleted the file. */
  readonly token: string;
  /** False once the holder has let go. */
  readonly held: boolean;
}

/** Takes the folder, which is made when it is missing, or throws `data_directory_in_use`. Returns what releases it. */
export function lockFolder(directory: string): () => void {
  const folder = resolve(directory);
  try {
    makeFolder(folder);
    return claimFolder(folder);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw unopenable(
      "The data folder cannot be opened. It may belong to another account: use that one, or choose another folder.",
      folder,
      error as Error,
    );
  }
}

function claimFolder(folder: string): () => void {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const highest = highestNumber(folder);
    if (highest > 0) {
      const holder = readClaim(folder, highest);
      if (!holder) continue;
      if (holder.held && isRunning(holder)) throw inUse(folder, highest, holder);
    }
    const number = highest + 1;
    const claim = { ...ownIdentity(), token: randomUUID(), held: true };
    if (!put(folder, number, claim, linkSync)) continue;
    if (highestNumber(folder) !== number) {
      rmSync(fileOf(folder, number), { force: true });
      continue;
    }
    removeBelow(folder, number - 1);
    return releaser(folder, number, claim);
  }
  throw new DucatError("data_directory_in_use", `Too many processes open the data folder ${folder} at once.`);
}

function fileOf(folder: string, number: number): string {
  return join(folder, `ducat.lock.${number}`);
}

function numbersIn(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const digits = filePattern.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function highestNumber(folder: string): number {
  return Math.max(0, ...numbersIn(folder));
}

/** Undefined when somebody with a higher number has removed it meanwhile. */
function readClaim(folder: string, number: number): Claim | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(folder, number), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Claim;
  } catch (cause) {
    // A machine that lost its power may leave the file empty. Whether somebody holds it, a person has to say.
    throw new DucatError(
      "data_directory_in_use",
      `The lock file ${fileOf(folder, number)} cannot be read. If no process uses the data folder, delete that file.`,
      { cause },
    );
  }
}

/** Writes a claim beside its place and then moves it in, so that no reader sees half of it. False when the place is taken. */
function put(folder: string, number: number, claim: Claim, move: (from: string, to: string) => void): boolean {
  const temporary = join(folder, `ducat.lock.${randomUUID()}.new`);
  writeFileSync(temporary, `${JSON.stringify(claim)}\n`, { flag: "wx", flush: true });
  try {
    move(temporary, fileOf(folder, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The file just below stays for one more round, for those who are reading the folder at this moment. */
function removeBelow(folder: string, number: number): void {
  for (const found of numbersIn(folder)) if (found < number) rmSync(fileOf(folder, found), { force: true });
}

const releases = new Set<() => void>();
let releasesAtExit = false;

function releaseAll(): void {
  for (const release of releases) release();
}

function releaser(folder: string, number: number, claim: Claim): () => void {
  const release = () => {
    if (!releases.delete(release)) return;
    try {
      if (readClaim(folder, number)?.token !== claim.token) return;
      put(folder, number, { ...claim, held: false }, renameSync);
    } catch {
      // The folder is gone or cannot be written any more. The lock ends with this process, whose number it holds.
    }
  };
  releases.add(release);
  if (!releasesAtExit) process.on("exit", releaseAll);
  releasesAtExit = true;
  return release;
}

function inUse(folder: string, number: number, claim: Claim): DucatError {
  const file = fileOf(folder, number);
  const elsewhere = claim.host !== ownIdentity().host;
  const who = elsewhere
    ? `process ${claim.pid} on ${claim.host} (another machine or container, which cannot be checked from here)`
    : claim.pid === process.pid
      ? `this process (${claim.pid}), which has opened it already`
      : `process ${claim.pid}`;
  const remedy = elsewhere ? `If that process is surely gone, delete ${file}; otherwise stop it` : "Close it there";
  return new DucatError(
    "data_directory_in_use",
    `The data folder ${folder} is in use by ${who}. ${remedy}, or choose another folder, or use PostgreSQL, which several processes can share.`,
    { details: { directory: folder, pid: claim.pid, host: claim.host, lockFile: file } },
  );
}
