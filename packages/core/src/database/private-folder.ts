import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What the group and everybody else may do. */
const others = 0o077;

/** Makes a folder that only this account may enter. One that is there already is somebody's choice and stays as it is. */
export function makeFolder(folder: string): void {
  // What is above it is not ours to close.
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** The same, and closes one that is there already: it holds nothing but what is ours. */
export function makePrivate(folder: string): void {
  makeFolder(folder);
  if (process.platform === "win32") return; // It has no such modes.
  const { mode } = statSync(folder);
  if ((mode & others) === 0) return;
  try {
    chmodSync(folder, mode & 0o7777 & ~others);
  } catch (error) {
    // A mounted volume may be another account's and yet ours to write to. Who may enter it is up to that account.
    if (!isRefusal(error)) throw error;
  }
}

/** True when the system said no, rather than that something is missing. */
export function isRefusal(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["EACCES", "EPERM", "EROFS", "ENOTSUP", "ENOSYS"].includes(code);
}
