import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { median } from "./results.ts";

const tries = 50;

/**
 * The median milliseconds that this disk takes to make one page durable: what a commit cannot be faster than. It stands in the
 * report because it tells two machines, and a quiet hour from a busy one, apart.
 */
export function syncMilliseconds(): number {
  const directory = mkdtempSync(join(tmpdir(), "ducat-bench-disk-"));
  const file = openSync(join(directory, "page"), "w");
  const page = new Uint8Array(8_192);
  try {
    return median(
      Array.from({ length: tries }, () => {
        const startedAt = performance.now();
        writeSync(file, page, 0, page.length, 0);
        fdatasyncSync(file);
        return performance.now() - startedAt;
      }),
    );
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true, force: true });
  }
}
