import { beforeAll, describe, expect, it } from "vitest";
import { createSweeper, type Sweeper } from "../../src/background/sweeper.ts";
import { createCandidates } from "../../src/store/candidates.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { onEachDatabase } from "../database/databases.ts";
import { type TestLedger, testLedger } from "../history/test-ledger.ts";

onEachDatabase((database) => {
  let t: TestLedger;
  const logged: string[] = [];

  function sweeperOf(ledger: TestLedger, changes: Partial<Parameters<typeof createSweeper>[0]> = {}): Sweeper {
    const candidates = createCandidates(ledger.sql);
    return createSweeper({
      due: (limit, skip) => database().withSession((session) => candidates.due(session, limit, skip)),
      dueSlowly: (limit, skip) => database().withSession((session) => candidates.dueSlowly(session, limit, skip)),
      sweepWorkspace: ledger.sweep,
      deleteOldNotices: async () => 0,
      intervalMs: 5,
      log: (message) => logged.push(message),
      ...changes,
    });
  }

  /** Time cannot be waited for here, so everything that was made is moved into the past. */
  const age = (workspace: string, by: string) =>
    Promise.all(
      [
        `update {schema}.lease set expires_at = expires_at - interval '${by}' where workspace_id = '${workspace}'`,
        `update {schema}.charge set lease_expires_at = lease_expires_at - interval '${by}',` +
          ` created_at = created_at - interval '${by}' where workspace_id = '${workspace}'`,
      ].map((text) => t.query(text)),
    );

  beforeAll(async () => {
    t = await testLedger(database());
  }, 60_000);

  async function workspace(id: string, input: Record<string, unknown> = {}) {
    await t.run("workspacePut", { workspace: id, ...input });
    await t.run("memberPut", { workspace: id, member: "ada", role: "editor" });
  }

  const states = (id: string) =>
    t.query("select id, state, reason from {schema}.charge where workspace_id = $1::text order by id", [id]);

  describe("sweeper", () => {
    it("deletes old notices in small steps, until there are none", async () => {
      const left = [500, 500, 3, 0];
      const limits: number[] = [];
      const deleteOldNotices = async (limit: number) => {
        limits.push(limit);
        return left.shift() ?? 0;
      };
      await sweeperOf(t, { deleteOldNotices }).sweep();
      expect(limits).toEqual([500, 500, 500]);
    });

    it("ends leases that ran out, and leaves the others and test clocks alone", async () => {
      for (const id of ["a", "b"]) {
        await workspace(id);
        await t.run("charge", { workspace: id, id: "c", member: "ada", feature: "generate-theme" });
      }
      await workspace("clock", { testClock: "2026-01-01T00:00:00Z" });
      await t.run("charge", { workspace: "clock", id: "c", member: "ada", feature: "generate-theme" });
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 0, written: 0 });
      await age("a", "20 minutes");
      const swept = await sweeperOf(t).sweep();
      expect(swept.workspaces).toBe(1);
      expect(swept.written).toBeGreaterThan(0);
      expect(await states("a")).toEqual([["c", "refunded", "timed_out"]]);
      expect(await states("b")).toEqual([["c", "open", null]]);
      expect(await states("clock")).toEqual([["c", "open", null]]);
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 0, written: 0 });
    });

    it("ends charges that took no credits", async () => {
      await workspace("nothing");
      await t.run("charge", { workspace: "nothing", id: "c", member: "ada", feature: "generate-theme" });
      await t.run("settle", { workspace: "nothing", id: "c" });
      await t.run("charge", { workspace: "nothing", id: "d", member: "ada", feature: "generate-theme" });
      // As if it had been free: no slices, no entries.
      await t.query(
        "update {schema}.charge set amount = 0, slices = '[]', entries = '{}' where workspace_id = 'nothing' and id = 'd'",
      );
      await age("nothing", "20 minutes");
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 1, written: 1 });
      expect(await states("nothing")).toEqual([
        ["c", "settled", null],
        ["d", "refunded", "timed_out"],
      ]);
    });

    it("expires what has ended and gives notice of what will", async () => {
      await workspace("ends");
      const in2 = new Date(Date.now() + 2 * 86_400_000);
      await t.run("grant", { workspace: "ends", id: "g", amount: 70, expiresAt: in2, actor: "eve", note: "hello" });
      // As if it had been given ten days ago.
      await t.query("update {schema}.credit_grant set at = at - interval '10 days' where id = 'promo:g'");
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 1, written: 1 });
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 0, written: 0 });
      const [[payload] = []] = await t.query("select payload from {schema}.event where workspace_id = 'ends'");
      expect(payload).toMatchObject({ grant: "promo:g", days: 7, available: 70 });
      await t.query(
        "update {schema}.credit_grant set expires_at = expires_at - interval '3 days' where id = 'promo:g'",
      );
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 1, written: 1 });
      expect(await t.query("select available, expired from {schema}.credit_grant where id = 'promo:g'")).toEqual([
        [0, 70],
      ]);
    });

    it("writes down a plan change that waited, and what it ended", async () => {
      await workspace("plans", { plan: "pro" });
      await t.run("subscription", { workspace: "plans", plan: "starter" });
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 0, written: 0 });
      await t.query(
        "update {schema}.workspace set pending_at = last_instant, revision = revision + 1 where id = 'plans'",
      );
      await sweeperOf(t).sweep();
      await sweeperOf(t).sweep();
      const [[plan, pending] = []] = await t.query(
        "select (select plan from {schema}.terms where workspace_id = w.id order by n desc limit 1), w.pending_plan" +
          " from {schema}.workspace w where id = 'plans'",
      );
      expect([plan, pending]).toEqual(["starter", null]);
      expect(
        await t.query(
          "select available, expired from {schema}.credit_grant where holder = 'ada' and workspace_id = 'plans'",
        ),
      ).toEqual([[0, 3000]]);
      expect(await sweeperOf(t).sweep()).toEqual({ workspaces: 0, written: 0 });
    });

    it("does the same when several sweep at once", async () => {
      for (let i = 0; i < 12; i++) {
        await workspace(`many-${i}`);
        for (const id of ["c", "d"]) {
          await t.run("charge", { workspace: `many-${i}`, id, member: "ada", feature: "generate-image", quantity: 2 });
        }
        await age(`many-${i}`, "1 hour");
      }
      await Promise.all([1, 2, 3].map(() => sweeperOf(t).sweep()));
      const open = await t.query("select 1 from {schema}.charge where workspace_id like 'many-%' and state = 'open'");
      expect(open).toEqual([]);
      const workspaces = Array.from({ length: 12 }, (_, i) => `many-${i}`);
      const { differences } = await verifyAll(database(), t.sql, { workspaces });
      expect(differences.filter(({ check }) => check !== "holder-time")).toEqual([]);
    });

    it("goes on after one workspace failed, and after the database did", async () => {
      logged.length = 0;
      let looks = 0;
      const swept: string[] = [];
      let bothSwept: () => void = () => {};
      const done = new Promise<void>((resolve) => {
        bothSwept = resolve;
      });
      const sweeper = sweeperOf(t, {
        dueSlowly: async () => [],
        due: async (_, skip) => {
          looks += 1;
          if (looks === 1) throw new Error("the database is away");
          return ["bad", "good"].filter((id) => !skip.includes(id));
        },
        sweepWorkspace: async (id) => {
          if (id === "bad") throw new Error("poisoned");
          swept.push(id);
          bothSwept();
          return { written: 1 };
        },
      });
      sweeper.start();
      await done;
      await sweeper.stop();
      expect(swept[0]).toBe("good");
      expect(logged.slice(0, 2)).toEqual(["what is due could not be looked up", "workspace bad could not be swept"]);
    });

    it("sweeps a workspace again while there is more, and waits for what runs when it stops", async () => {
      const counts: number[] = [];
      let release: () => void = () => {};
      let begun: () => void = () => {};
      const hasBegun = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const sweeper = sweeperOf(t, {
        dueSlowly: async () => [],
        due: async (_, skip) => ["big"].filter((id) => !skip.includes(id)),
        sweepWorkspace: async () => {
          counts.push(counts.length);
          if (counts.length < 3) return { written: 1000 };
          begun();
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return { written: 1 };
        },
      });
      sweeper.start();
      await hasBegun;
      let stopped = false;
      const stopping = sweeper.stop().then(() => {
        stopped = true;
      });
      await Promise.resolve();
      expect(stopped).toBe(false);
      release();
      await stopping;
      expect(counts).toHaveLength(3);
    });
  });
});
