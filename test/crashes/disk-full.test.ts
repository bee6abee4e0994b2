import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Credits, createCredits, type defaultCatalog } from "ducat";
import { describe, expect, it } from "vitest";
import { creditsOn } from "../../packages/core/src/credits.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import { startTemporaryServer } from "../../scripts/postgres/temporary-server.ts";
import { pgliteTemplate } from "../setup/pglite-template.ts";
import { canMakeDisks, type SmallDisk, smallDisk } from "./small-disk.ts";

const screen = { member: "ada", feature: "generate-screen" } as const;

/** So much text to a charge that the tables must soon grow. It says nothing, so it cannot be made shorter. */
const bulky = () => ({ text: randomBytes(1500).toString("hex") });

interface Opened {
  credits: Credits<typeof defaultCatalog>;
  close(): Promise<void>;
}

async function onPostgres(disk: SmallDisk): Promise<Opened> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = disk.directory;
  const server = await startTemporaryServer({ initialize: ["--locale=C"], settings: {} });
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  const credits = createCredits({ database: { connectionString: server.url }, background: false, log: () => {} });
  return {
    credits,
    async close() {
      await credits.close();
      await server.stop();
    },
  };
}

async function onPglite(disk: SmallDisk): Promise<Opened> {
  const database = pgliteDatabase({ directory: join(disk.directory, "data"), template: pgliteTemplate() });
  const credits = creditsOn(database, { background: false, log: () => {} });
  return { credits, close: () => credits.close() };
}

const kinds: [string, number, (disk: SmallDisk) => Promise<Opened>][] = [
  ["PostgreSQL", 160, onPostgres],
  ["the embedded database", 96, onPglite],
];

describe.skipIf(!canMakeDisks)("a disk that is full (needs root on Linux, to make a small one)", () => {
  it.each(kinds)(
    "under %s: what was acknowledged stays, the rest is refused whole, and all goes on with room",
    async (_, megabytes, open) => {
      const disk = smallDisk(megabytes);
      const { credits, close } = await open(disk);
      try {
        await credits.workspaces.put({ workspace: "acme", plan: "pro" });
        await credits.members.put({ workspace: "acme", member: "ada", role: "editor" });
        await credits.grant({ workspace: "acme", id: "g", amount: 1_000_000, actor: "test", note: "plenty" });
        const charge = (id: string, metadata?: Record<string, unknown>) =>
          credits.charge({ workspace: "acme", id, ...screen, attempt: id, ...(metadata && { metadata }) });
        await charge("before");

        disk.fill();
        const acknowledged: string[] = [];
        let refused: unknown;
        let last = "";
        for (let n = 0; refused === undefined; n++) {
          last = `full-${n}`;
          try {
            await charge(last, bulky());
            acknowledged.push(last);
          } catch (error) {
            refused = error;
          }
        }
        expect(refused).toMatchObject({ name: "DucatError", code: "database_unavailable", retryable: true });
        expect(refused).toMatchObject({ message: expect.stringContaining("has run out of room") });
        // What is there can be read all the same.
        expect(await credits.balance({ workspace: "acme", member: "ada" })).toMatchObject({
          held: 30 * (1 + acknowledged.length),
        });

        disk.free();
        expect(await charge(last, bulky())).toMatchObject({ outcome: "charged", replayed: false });
        const stored = new Set<string>();
        for (let cursor: string | null = null; ; ) {
          const page = await credits.charges.list({ workspace: "acme", limit: 200, ...(cursor && { cursor }) });
          for (const { id } of page.data) stored.add(id);
          cursor = page.nextCursor;
          if (cursor === null) break;
        }
        expect(stored).toEqual(new Set(["before", ...acknowledged, last]));
        expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
      } finally {
        await close();
        disk.remove();
      }
    },
    120_000,
  );
});
