import { beforeAll, describe, expect, it } from "vitest";
import { createExplainer } from "../../src/ledger/explain.ts";
import { createSql } from "../../src/store/sql.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { onEachDatabase } from "../database/databases.ts";
import { ledgerOf, type TestLedger, testLedger } from "./test-ledger.ts";

/** Stands in every word that is about the person, so that one search finds what was left. */
const mark = "xyzzy";
const email = `${mark}@example.com`;

onEachDatabase((database) => {
  let t: TestLedger;
  let other: TestLedger;

  beforeAll(async () => {
    t = await testLedger(database());
    other = ledgerOf(database(), t.schema);
  }, 60_000);

  type Verb = Parameters<TestLedger["run"]>[0];
  const tell = (workspace: string) => (verb: Verb, input: Record<string, unknown>) =>
    t.run(verb, { workspace, ...input });

  /** A workspace in which much was said about ada and something about bob. */
  async function story(workspace: string) {
    const run = tell(workspace);
    await run("workspacePut", { plan: "pro", createdAt: "2026-01-31T10:00:00Z", testClock: "2026-03-10T12:00:00Z" });
    for (const member of ["ada", "bob"]) {
      const words = member === "ada" ? `${mark} of ada` : "kept for bob";
      const by = { actor: member === "ada" ? "eve" : email, note: words };
      await run("memberPut", { member, role: "editor", name: words, email: member === "ada" ? email : null });
      await run("grant", { id: `promo-${member}`, member, amount: 500, expiresAt: "2026-03-12T00:00:00Z", ...by });
      await run("revokeGrant", { id: `revoke-${member}`, grant: `promo:promo-${member}`, amount: 100, ...by });
      await run("topUpRequest", { id: `request-${member}`, member, pack: "small", note: words });
      const image = { member, feature: "generate-image", metadata: { prompt: words } };
      await run("charge", { id: `settled-${member}`, ...image });
      await run("settle", { id: `settled-${member}` });
      await run("supportRefund", { id: `sorry-${member}`, charge: `settled-${member}`, ...by });
      await run("charge", { id: `open-${member}`, ...image, leaseSeconds: 3600 });
    }
    return run;
  }

  /** The rows of every table of the ledger in which a word stands. */
  async function rowsWith(word: string): Promise<string[]> {
    const tables = await t.query("select tablename from pg_tables where schemaname = $1::text order by 1", [t.schema]);
    const found: string[] = [];
    for (const [table] of tables) {
      const rows = await t.query(`select to_json(x)::text from {schema}.${table} x`);
      for (const [row] of rows) if (String(row).includes(word)) found.push(`${table}: ${row}`);
    }
    return found;
  }

  /** All numbers, ids and instants of the workspace. */
  async function numbers(workspace: string): Promise<unknown> {
    const all: unknown[] = [];
    for (const table of ["entry", "credit_grant", "top_up", "lease"]) {
      all.push(
        await t.query(`select * from {schema}.${table} where workspace_id = $1::text order by 2, 3`, [workspace]),
      );
    }
    all.push(
      await t.query(
        "select to_jsonb(h) - array['name', 'email', 'removed_at'] from {schema}.holder h" +
          " where workspace_id = $1::text order by id",
        [workspace],
      ),
    );
    all.push(
      await t.query(
        "select id, member, amount, state, settled_amount, refunded_amount, slices, entries from {schema}.charge" +
          " where workspace_id = $1::text order by id",
        [workspace],
      ),
    );
    return all;
  }

  describe("a person who is erased", () => {
    it("is nowhere in the tables, and nothing else is gone", async () => {
      const run = await story("acme");
      const before = await numbers("acme");
      const kept = await rowsWith("kept for bob");
      expect(await rowsWith(mark)).not.toEqual([]);
      expect(kept).toHaveLength(7);
      await run("memberRemove", { member: "ada", erase: true });
      expect(await rowsWith(mark)).toEqual([]);
      // The actor of what was done to bob had been ada; what was said to bob stays.
      expect(await rowsWith("kept for bob")).toHaveLength(7);
      expect(await numbers("acme")).toEqual(before);
      expect(await verifyAll(database(), createSql(t.schema, "mixed"))).toMatchObject({ ok: true, differences: [] });
    });

    it("still has a story of every charge", async () => {
      const explainer = createExplainer(database(), t.sql, t.reader);
      const { lines } = await explainer.charge({ workspace: "acme", id: "settled-ada" });
      expect(lines.map(({ text }) => text)).toContainEqual(
        "Support (eve) gave back 10 credits that had been settled. 10 credits can be used again.",
      );
      expect(await explainer.balance({ workspace: "acme", member: "ada" })).toMatchObject({ lines: expect.any(Array) });
    });

    it("is blanked in what a process remembers of an open charge", async () => {
      const run = await story("remembered");
      // Another process erases; this one has the charge in its memory.
      await other.run("memberRemove", { workspace: "remembered", member: "ada", erase: true });
      expect(await run("heartbeat", { id: "open-ada" })).toMatchObject({ charge: { metadata: {} } });
      expect(await run("settle", { id: "open-ada" })).toMatchObject({ outcome: "settled", charge: { metadata: {} } });
      expect(await rowsWith(mark)).toEqual([]);
    });

    it("is blanked in what the same batch writes before, and may come back after", async () => {
      const run = await story("batch");
      const image = { member: "ada", feature: "generate-image" };
      await Promise.all([
        run("charge", { id: "before", ...image, metadata: { prompt: mark } }),
        run("topUpRequest", { id: "before", member: "ada", pack: "small", note: mark }),
        run("grant", { id: "before", member: "ada", amount: 5, actor: email, note: mark }),
        run("revokeGrant", { id: "before", grant: "promo:before", amount: 5, actor: "eve", note: mark }),
        run("settle", { id: "open-ada" }),
        run("supportRefund", { id: "before", charge: "open-ada", actor: "eve", note: mark }),
        run("memberRemove", { member: "ada", erase: true }),
        run("memberPut", { member: "ada", role: "editor", name: "Ada again" }),
        run("charge", { id: "after", ...image, metadata: { prompt: "anew" } }),
      ]);
      expect(await rowsWith(mark)).toEqual([]);
      expect(await rowsWith("Ada again")).toHaveLength(1);
      expect(await rowsWith("anew")).toHaveLength(1);
      expect(await verifyAll(database(), createSql(t.schema, "mixed"))).toMatchObject({ ok: true });
    });

    it("is erased also when there was no name any more", async () => {
      const run = await story("nameless");
      await run("memberPut", { member: "ada", role: "editor", name: null, email: null });
      await run("memberRemove", { member: "ada" });
      await run("memberRemove", { member: "ada", erase: true });
      const left = await rowsWith(mark);
      // Nobody could know any more whose e-mail the actor of bob's story was.
      expect(left.filter((row) => !row.includes("kept for bob"))).toEqual([]);
    });
  });
});
