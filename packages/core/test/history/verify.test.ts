import { beforeAll, describe, expect, it } from "vitest";
import { freshSchema } from "../../../../test/setup/database.ts";
import { createSql, type Sql } from "../../src/store/sql.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { checks } from "../../src/verify/report.ts";
import { onEachDatabase } from "../database/databases.ts";
import { corruptions } from "./corruptions.ts";
import { tellStory } from "./story.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

onEachDatabase((database) => {
  let t: TestLedger;
  beforeAll(async () => {
    t = await testLedger(database());
    await tellStory(t, "acme");
  }, 60_000);

  /** The same rows without the constraints that would prevent the damage. */
  async function copy(): Promise<{ sql: Sql; schema: string }> {
    const schema = freshSchema();
    const tables = ["workspace", "terms", "holder", "credit_grant", "charge", "lease", "entry", "top_up", "operation"];
    const texts = tables.map(
      (table) =>
        `create table ${schema}.${table} (like ${t.schema}.${table} including defaults including indexes);` +
        `insert into ${schema}.${table} select * from ${t.schema}.${table};`,
    );
    await database().withSession((session) => session.script(`create schema ${schema}; ${texts.join("")}`));
    return { sql: createSql(schema, "mixed"), schema };
  }

  describe("verify", () => {
    it("finds nothing in a ledger that nobody touched", async () => {
      const done: unknown[] = [];
      const result = await verifyAll(database(), t.sql, { onProgress: (progress) => done.push(progress) });
      expect(result.differences).toEqual([]);
      const [[seq] = []] = await t.query("select seq from {schema}.workspace where id = 'acme'");
      expect(result).toMatchObject({ ok: true, workspaces: 1, entries: seq });
      expect(done).toEqual([{ workspaces: 1, entries: seq, differences: 0 }]);
      expect(await verifyAll(database(), (await copy()).sql)).toEqual(result);
    });

    it.for(corruptions)("names it when $what", async ({ sql: damage, names, about }) => {
      const { sql, schema } = await copy();
      await database().withSession((session) => session.script(damage.replaceAll("{schema}", schema)));
      const { ok, differences } = await verifyAll(database(), sql, { workspaces: ["acme"] });
      expect(ok).toBe(false);
      expect(differences.map((difference) => difference.check)).toEqual(expect.arrayContaining(names));
      expect(differences).toContainEqual(expect.objectContaining({ workspace: "acme", ...about }));
      for (const { message, expected, found } of differences) {
        expect(expected).not.toBe(found);
        expect(message).toContain(`expected ${expected}, found ${found}`);
      }
    });

    it("refuses to verify a workspace that does not exist", async () => {
      await expect(verifyAll(database(), t.sql, { workspaces: ["none"] })).rejects.toMatchObject({
        code: "unknown_workspace",
      });
    });
  });
});

it("there is damage for every check", () => {
  const named = new Set(corruptions.flatMap(({ names }) => names));
  expect(Object.keys(checks).filter((check) => !named.has(check as keyof typeof checks))).toEqual([]);
});
