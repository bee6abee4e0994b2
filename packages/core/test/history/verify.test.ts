import { beforeAll, describe, expect, it } from "vitest";
import { createSql } from "../../src/store/sql.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { onEachDatabase } from "../database/databases.ts";
import { tellStory } from "./story.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

onEachDatabase((database) => {
  let t: TestLedger;
  beforeAll(async () => {
    t = await testLedger(database());
    await tellStory(t, "acme");
  }, 60_000);

  describe("verify", () => {
    it("finds nothing in a ledger that nobody touched", async () => {
      const done: unknown[] = [];
      const result = await verifyAll(database(), t.sql, { onProgress: (progress) => done.push(progress) });
      expect(result.differences).toEqual([]);
      expect(result.ok).toBe(true);
      const [[seq] = []] = await t.query("select seq from {schema}.workspace where id = 'acme'");
      expect(result).toMatchObject({ workspaces: 1, entries: seq });
      expect(done).toEqual([{ workspaces: 1, entries: seq, differences: 0 }]);
    });
  });
});
void createSql;
