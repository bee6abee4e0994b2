import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgliteTemplate } from "../../../../test/setup/pglite-template.ts";
import { lockFolder } from "../../src/database/folder-lock.ts";
import { pgliteDatabase } from "../../src/database/pglite.ts";
import { makePrivate } from "../../src/database/private-folder.ts";

/*
 * PGlite makes its files for everybody to read, and a folder is open to all by default: any account of the machine could
 * read who is in a ledger, and copy it, or write to it where the umask allows.
 */

let room: string;
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), "ducat-private-"));
  chmodSync(room, 0o755);
});
afterAll(() => rmSync(room, { recursive: true, force: true }));

const modeOf = (folder: string) => statSync(folder).mode & 0o7777;

async function openOnce(directory: string): Promise<void> {
  const database = pgliteDatabase({ directory, template: pgliteTemplate() });
  await database.withSession((session) => session.script("select 1"));
  await database.close();
}

// Windows keeps a user's folders from others by other means, and knows no such modes.
describe.runIf(process.platform !== "win32")("the data folder", () => {
  it("is its owner's alone from the first opening on, and what is above it stays as it is", async () => {
    const data = join(room, "above", "data");
    await openOnce(data);
    expect([modeOf(data), modeOf(join(data, "postgres"))]).toEqual([0o700, 0o700]);
    expect(modeOf(join(room, "above"))).toBe(0o777 & ~process.umask());
  });

  it("that somebody shares stays shared, but for the database in it", async () => {
    const data = join(room, "open");
    await openOnce(data);
    for (const folder of [data, join(data, "postgres")]) chmodSync(folder, 0o755);
    await openOnce(data);
    expect([modeOf(data), modeOf(join(data, "postgres"))]).toEqual([0o755, 0o700]);
  });

  it("keeps what its owner may not do themselves", () => {
    const folder = join(room, "bits");
    mkdirSync(folder);
    chmodSync(folder, 0o2575);
    makePrivate(folder);
    expect(modeOf(folder)).toBe(0o2500);
  });

  // Not even root may change this one.
  it.runIf(process.platform === "linux")("stays as it is when it is not this process's to change", () => {
    const folder = "/proc/sys";
    const before = modeOf(folder);
    makePrivate(folder);
    expect(modeOf(folder)).toBe(before);
  });

  it("of another account is refused in words that say so", () => {
    const folder = join(room, "shut");
    mkdirSync(folder, { mode: 0 });
    // No mode keeps root out.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(() => lockFolder(folder)).toThrow(
        expect.objectContaining({
          code: "database_unavailable",
          message: expect.stringContaining("another account"),
          cause: expect.objectContaining({ directory: folder }),
        }),
      );
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
