import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly directory: string;
  /** Leaves not a byte. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  remove(): void;
}

/** Whether this process may make disks: root on Linux, and not in a container that forbids it. */
export const canMakeDisks = (() => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const directory = mkdtempSync(join(tmpdir(), "ducat-disk-"));
  const made = mount(directory, 1);
  if (made) execFileSync("umount", [directory]);
  rmdirSync(directory);
  return made;
})();

/** A disk of its own, in memory, that everybody may write to. */
export function smallDisk(megabytes: number): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), "ducat-disk-"));
  if (!mount(directory, megabytes)) throw new Error("This process may not make disks.");
  chmodSync(directory, 0o777);
  const filler = join(directory, "filler");
  return {
    directory,
    fill() {
      const file = openSync(filler, "w");
      try {
        // Smaller and smaller pieces, until not even a byte finds room.
        for (let size = 1 << 20; size >= 1; ) {
          try {
            writeSync(file, Buffer.alloc(size, "x"));
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
            size = Math.floor(size / 16);
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
    remove() {
      execFileSync("umount", ["--lazy", directory]);
      rmdirSync(directory);
    },
  };
}

function mount(directory: string, megabytes: number): boolean {
  const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "ducat-test", directory];
  return spawnSync("mount", options, { stdio: "ignore" }).status === 0;
}
