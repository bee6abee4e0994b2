import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createOutbox, type Notice, type Outbox } from "../../src/background/outbox.ts";
import { createOutboxStore } from "../../src/store/outbox.ts";
import { onEachDatabase } from "../database/databases.ts";
import { type TestLedger, testLedger } from "../history/test-ledger.ts";

onEachDatabase((database, kind) => {
  let t: TestLedger;
  const logged: string[] = [];

  function outboxOf(deliver: (notice: Notice) => unknown, listening = () => true): Outbox {
    return createOutbox({
      database: database(),
      store: createOutboxStore(t.sql, 30),
      deliver,
      listening,
      intervalMs: 5,
      log: (message) => logged.push(message),
    });
  }

  const undelivered = async () =>
    (await t.query("select id from {schema}.event where delivered_at is null order by id")).map(([id]) => id as string);

  async function insert(...ids: string[]): Promise<void> {
    for (const [i, id] of ids.entries()) {
      await t.query(
        "insert into {schema}.event (workspace_id, id, kind, at, payload, created_at) values" +
          " ('acme', $1::text, 'notice.usage', now(), $2::jsonb, clock_timestamp() + $3::integer * interval '1 ms')",
        [id, JSON.stringify({ holder: "ada", percent: 80, allotted: 10, used: 8 }), i],
      );
    }
  }

  beforeAll(async () => {
    t = await testLedger(database());
    await t.run("workspacePut", { workspace: "acme" });
    await t.run("memberPut", { workspace: "acme", member: "ada", role: "editor" });
  }, 60_000);

  beforeEach(async () => {
    await t.query("delete from {schema}.event");
    logged.length = 0;
  });

  describe("notices of long ago", () => {
    const age = (days: number, ...ids: string[]) =>
      t.query(
        "update {schema}.event set created_at = created_at - make_interval(days => $1::integer)," +
          " delivered_at = delivered_at - make_interval(days => $1::integer) where id = any($2::text[])",
        [days, ids],
      );
    const all = async () => (await t.query("select id from {schema}.event order by id")).map(([id]) => id as string);

    it("that nobody took are deleted, the oldest first and so many at a time", async () => {
      const store = createOutboxStore(t.sql, 30);
      const deleteOld = (limit: number) => database().withSession((session) => store.deleteOld(session, limit));
      await insert("a", "b", "c", "young", "taken");
      await database().withSession((session) =>
        store.markDelivered(session, [{ workspace: "acme", id: "taken", kind: "notice.usage", at: 0, payload: {} }]),
      );
      await age(31, "b", "c", "taken");
      await age(40, "a");
      await age(29, "young");
      expect(await deleteOld(2)).toBe(2);
      expect(await all()).toEqual(["c", "taken", "young"]);
      expect(await deleteOld(2)).toBe(1);
      expect(await deleteOld(2)).toBe(0);
      expect(await all()).toEqual(["taken", "young"]);
    });

    it("that were delivered are deleted with the next delivery in their workspace", async () => {
      await insert("old", "recent");
      expect(await outboxOf(() => {}).deliverAll()).toBe(2);
      await age(31, "old");
      await age(29, "recent");
      await insert("new");
      expect(await outboxOf(() => {}).deliverAll()).toBe(1);
      expect(await all()).toEqual(["new", "recent"]);
    });
  });

  describe("outbox", () => {
    it("delivers the engine's notices, once, as events", async () => {
      await t.run("charge", { workspace: "acme", id: "c", member: "ada", feature: "generate-screen", quantity: 16 });
      const heard: Notice[] = [];
      expect(await outboxOf((notice) => heard.push(notice)).deliverAll()).toBe(1);
      expect(heard).toMatchObject([
        { type: "notice.usage", workspace: "acme", holder: "workspace", percent: 80, allotted: 600, used: 480 },
      ]);
      expect(new Date(heard[0]?.at ?? "").toISOString()).toBe(heard[0]?.at);
      expect(await undelivered()).toEqual([]);
      expect(await outboxOf((notice) => heard.push(notice)).deliverAll()).toBe(0);
    });

    it("delivers the oldest first, over more than one batch", async () => {
      const ids = Array.from({ length: 230 }, (_, i) => `n${String(i).padStart(3, "0")}`);
      await t.query(
        "insert into {schema}.event (workspace_id, id, kind, at, payload, created_at)" +
          " select 'acme', x.id, 'notice.usage', now(), '{}', clock_timestamp() + x.n * interval '1 ms'" +
          " from unnest($1::text[]) with ordinality x(id, n)",
        [ids],
      );
      const heard: string[] = [];
      expect(await outboxOf((notice) => heard.push(notice.id)).deliverAll()).toBe(230);
      expect(heard).toEqual(ids);
    });

    it("keeps a notice that a listener did not take, delivers the others, and tries again later", async () => {
      await insert("good", "bad", "worse");
      const outbox = outboxOf((notice) => {
        if (notice.id === "bad") throw new Error("no");
        return notice.id === "worse" ? Promise.reject(new Error("no")) : undefined;
      });
      expect(await outbox.deliverAll()).toBe(1);
      expect(await undelivered()).toEqual(["bad", "worse"]);
      expect(logged).toHaveLength(2);
      // Not again at once: a listener that always throws must not keep the outbox busy.
      expect(await outbox.deliverAll()).toBe(0);
      expect(logged).toHaveLength(2);
      // Another process, or this one after a restart, may try at once.
      const heard: string[] = [];
      expect(await outboxOf((notice) => heard.push(notice.id)).deliverAll()).toBe(2);
      expect(heard).toEqual(["bad", "worse"]);
    });

    it("waits with the next try by a clock that nobody can set: not for an hour more, nor less", async () => {
      await insert("bad");
      const outbox = outboxOf(() => Promise.reject(new Error("no")));
      expect(await outbox.deliverAll()).toBe(0);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
      try {
        expect(await outbox.deliverAll()).toBe(0);
      } finally {
        vi.useRealTimers();
      }
      expect(logged).toHaveLength(1);
    });

    it("leaves everything where it is while nobody listens", async () => {
      await insert("a");
      expect(
        await outboxOf(
          () => {},
          () => false,
        ).deliverAll(),
      ).toBe(0);
      expect(await undelivered()).toEqual(["a"]);
    });

    it("lets a listener ask the ledger something", async () => {
      await insert("a");
      const asked: unknown[] = [];
      await outboxOf(async () => asked.push(await t.query("select count(*) from {schema}.workspace"))).deliverAll();
      expect(asked).toEqual([[[1]]]);
      expect(logged).toEqual([]);
    });

    it("keeps no other outbox's hands off longer than needed: one that stops lets go of what it has not delivered", async () => {
      await insert("a", "b", "c");
      const first = outboxOf(() => first.stop());
      expect(await first.deliverAll()).toBe(1);
      const heard: string[] = [];
      expect(await outboxOf((notice) => heard.push(notice.id)).deliverAll()).toBe(2);
      expect(heard).toEqual(["b", "c"]);
    });

    it("leaves to another process what that one is delivering, and takes it over when that one has died", async () => {
      await insert("a", "b");
      const store = createOutboxStore(t.sql, 30);
      const claim = { limit: 1, forMs: 60_000, except: [] };
      const died = await database().withSession((session) => store.claim(session, claim));
      expect(died).toMatchObject({ found: 1, claimed: [{ id: "a" }] });
      const heard: string[] = [];
      const outbox = outboxOf((notice) => heard.push(notice.id));
      expect(await outbox.deliverAll()).toBe(1);
      // Nobody waits a minute here: a hand in the database lets the claim end now.
      await t.query("update {schema}.event set delivering_until = clock_timestamp() where delivered_at is null");
      expect(await outbox.deliverAll()).toBe(1);
      expect(heard).toEqual(["b", "a"]);
      expect(await undelivered()).toEqual([]);
    });

    it("leaves no timer behind: it would keep the process alive for as long as a listener may take", async () => {
      await insert("a", "b");
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
      const before = timers();
      await outboxOf(({ id }) => (id === "a" ? Promise.resolve() : Promise.reject(new Error("no")))).deliverAll();
      expect(timers()).toBeLessThanOrEqual(before);
    });

    it("delivers in the background, and stops", async () => {
      await insert("a");
      let hear: (notice: Notice) => void = () => {};
      const heard = new Promise<Notice>((resolve) => {
        hear = resolve;
      });
      const outbox = outboxOf((notice) => hear(notice));
      outbox.start();
      expect((await heard).id).toBe("a");
      await outbox.stop();
      expect(await undelivered()).toEqual([]);
    });

    // The embedded database has one process.
    if (kind === "pg") {
      it("shares the work between processes: no notice is delivered by two at once", async () => {
        const ids = Array.from({ length: 50 }, (_, i) => `p${i}`);
        await insert(...ids);
        const heard: string[] = [];
        await Promise.all(
          [1, 2, 3].map(() =>
            outboxOf(async (notice) => {
              heard.push(notice.id);
              await Promise.resolve();
            }).deliverAll(),
          ),
        );
        expect([...heard].sort()).toEqual([...ids].sort());
      });
    }
  });
});
