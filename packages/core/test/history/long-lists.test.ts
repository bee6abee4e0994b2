import type { Charge, Entry } from "@ducat/client";
import { beforeAll, describe, expect, it } from "vitest";
import { toQuestion } from "../../src/inputs/index.ts";
import { createHistory, type History } from "../../src/store/history.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { onEachDatabase } from "../database/databases.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

/** So many rows that pages end before they are full, and verify reads more than one page of everything. */
const MANY = 6_000;

onEachDatabase((database) => {
  let t: TestLedger;
  let history: History;

  beforeAll(async () => {
    t = await testLedger(database());
    history = createHistory(t.sql, t.catalogs);
    await t.run("workspacePut", { workspace: "long", plan: "business", testClock: "2026-01-01T00:00:00Z" });
    await t.run("memberPut", { workspace: "long", member: "ada", role: "editor" });
    await t.run("memberPut", { workspace: "long", member: "bob", role: "editor" });
    await t.run("topUp", { workspace: "long", id: "o", pack: "large", recipients: ["ada"], paid: true });
    await t.run("charge", { workspace: "long", id: "first", member: "bob", feature: "generate-theme" });
    const make = async (i: number) => {
      const id = `c${i}`;
      await t.run("charge", { workspace: "long", id, member: "ada", feature: "generate-theme" });
      await t.run("refund", { workspace: "long", id, reason: "failed" });
    };
    let made = 0;
    const worker = async () => {
      while (made < MANY) await make(made++);
    };
    await Promise.all(Array.from({ length: 500 }, worker));
    await t.run("charge", { workspace: "long", id: "last", member: "bob", feature: "generate-image" });
    await t.run("workspacePut", { workspace: "other", plan: "pro", testClock: "2025-12-31T00:00:00Z" });
    await t.run("memberPut", { workspace: "other", member: "bob", role: "editor" });
    await t.run("charge", { workspace: "other", id: "old", member: "bob", feature: "generate-theme" });
  }, 120_000);

  /** Follows the cursors to the end; answers the rows and how many pages it took. */
  async function follow<Row>(list: (page: object) => Promise<{ data: Row[]; nextCursor: string | null }>) {
    const rows: Row[] = [];
    let pages = 0;
    for (let cursor: string | null | undefined; cursor !== null; pages++) {
      const page: { data: Row[]; nextCursor: string | null } = await list(cursor === undefined ? {} : { cursor });
      rows.push(...page.data);
      cursor = page.nextCursor;
    }
    return { rows, pages };
  }

  const charges = (input: object) =>
    follow<Charge>((page) =>
      database().withSession((session) => history.charges(session, toQuestion.charges({ ...input, ...page }))),
    );
  const entries = (input: object) =>
    follow<Entry>((page) =>
      database().withSession((session) => history.entries(session, toQuestion.entries({ ...input, ...page }))),
    );

  describe("a long history", () => {
    it("is found whole by a filter that no index serves, in more pages than it would fill", async () => {
      const one = await charges({ workspace: "long", member: "bob" });
      expect(one.rows.map((row) => row.id)).toEqual(["last", "first"]);
      const everywhere = await charges({ member: "bob" });
      expect(everywhere.rows.map((row) => `${row.workspace} ${row.id}`)).toEqual([
        "long last",
        "long first",
        "other old",
      ]);
      expect(everywhere.pages).toBeGreaterThan(5);
      const own = await entries({ workspace: "long", member: "bob" });
      expect(own.rows.map((row) => row.kind)).toEqual(["grant", "charge", "charge"]);
    });

    it("shows every charge once, also those of one instant", async () => {
      const { rows } = await charges({ workspace: "long", limit: 200 });
      expect(rows).toHaveLength(MANY + 2);
      expect(new Set(rows.map((row) => row.id)).size).toBe(MANY + 2);
    });

    it("verifies in pages", { timeout: 60_000 }, async () => {
      const { differences, entries } = await verifyAll(database(), t.sql, { workspaces: ["long"] });
      expect(differences).toEqual([]);
      expect(entries).toBe(MANY * 2 + 5);
      await t.query(
        "update {schema}.entry set balance_after = balance_after + 1 where workspace_id = 'long' and seq = 17",
      );
      const damaged = await verifyAll(database(), t.sql, { workspaces: ["long"] });
      expect(damaged.differences.map(({ check }) => check)).toEqual(["balance-chain", "balance-chain"]);
    });
  });
});
