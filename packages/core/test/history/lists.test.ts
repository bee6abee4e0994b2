import type { Charge, Entry } from "@ducat/client";
import { beforeAll, describe, expect, it } from "vitest";
import { toQuestion } from "../../src/inputs/index.ts";
import { createHistory, type History } from "../../src/store/history.ts";
import { onEachDatabase } from "../database/databases.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

onEachDatabase((database) => {
  let t: TestLedger;
  let history: History;
  const ask = <Answer>(work: (session: Parameters<History["entries"]>[0]) => Promise<Answer>) =>
    database().withSession(work);
  const entries = (input: Record<string, unknown>) => ask((s) => history.entries(s, toQuestion.entries(input)));
  const charges = (input: Record<string, unknown> = {}) => ask((s) => history.charges(s, toQuestion.charges(input)));
  const usage = (input: Record<string, unknown>) => ask((s) => history.usage(s, toQuestion.usage(input)));

  /** Every page of a list, so that a row that stands on two pages or on none shows. */
  async function all<Row>(
    list: (page: Record<string, unknown>) => Promise<{ data: Row[]; nextCursor: string | null }>,
  ) {
    const rows: Row[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: { data: Row[]; nextCursor: string | null } = await list(cursor === undefined ? {} : { cursor });
      rows.push(...page.data);
      cursor = page.nextCursor;
    }
    return rows;
  }

  beforeAll(async () => {
    t = await testLedger(database());
    history = createHistory(t.sql, t.catalogs);
    const workspace = "acme";
    await t.run("workspacePut", { workspace, plan: "pro", testClock: "2026-03-10T12:00:00Z" });
    await t.run("memberPut", { workspace, member: "ada", role: "editor" });
    await t.run("memberPut", { workspace, member: "bob", role: "guest-editor" });
    const charge = (id: string, member: string, feature = "generate-screen", quantity = 1) =>
      t.run("charge", { workspace, id, member, feature, quantity, leaseSeconds: 600 });
    for (const id of ["c1", "c2", "c3"]) await charge(id, "ada", "generate-screen", 2);
    await t.run("settle", { workspace, id: "c1", delivered: 1 });
    await t.run("refund", { workspace, id: "c2", reason: "failed" });
    await t.run("advanceClock", { workspace, now: "2026-03-11T00:00:00Z" });
    await charge("c4", "bob", "generate-theme");
    await t.run("settle", { workspace, id: "c4" });
    await charge("c5", "bob", "generate-image", 3);
    await t.run("settle", { workspace, id: "c5" });
    await t.run("supportRefund", { workspace, charge: "c5", id: "s1", actor: "eve", note: "blurred", quantity: 2 });
    await charge("c6", "ada");
    await t.run("workspacePut", { workspace: "other" });
    await t.run("memberPut", { workspace: "other", member: "zoe", role: "editor" });
    await t.run("charge", { workspace: "other", id: "z1", member: "zoe", feature: "generate-theme" });
  }, 60_000);

  describe("charges", () => {
    it("come newest first, by id within one instant, over any size of page", async () => {
      const ids = ["c6", "c5", "c4", "c3", "c2", "c1"];
      for (const limit of [1, 2, 4, 50]) {
        const rows = await all<Charge>((page) => charges({ workspace: "acme", limit, ...page }));
        expect(rows.map((row) => row.id)).toEqual(ids);
      }
    });

    it("are filtered by member, feature, state and period", async () => {
      const ids = async (input: Record<string, unknown>) =>
        (await all<Charge>((page) => charges({ workspace: "acme", limit: 1, ...input, ...page }))).map((row) => row.id);
      expect(await ids({ member: "bob" })).toEqual(["c5", "c4"]);
      expect(await ids({ feature: "generate-theme" })).toEqual(["c4"]);
      expect(await ids({ state: "open" })).toEqual(["c6"]);
      expect(await ids({ state: "refunded" })).toEqual(["c3", "c2"]);
      expect(await ids({ state: "settled" })).toEqual(["c5", "c4", "c1"]);
      expect(await ids({ from: "2026-03-11T00:00:00Z" })).toEqual(["c6", "c5", "c4"]);
      expect(await ids({ to: "2026-03-11T00:00:00Z" })).toEqual(["c3", "c2", "c1"]);
    });

    it("of all workspaces come newest first", async () => {
      for (const limit of [1, 3, 50]) {
        const rows = await all<Charge>((page) => charges({ limit, ...page }));
        expect(rows.map((row) => `${row.workspace} ${row.id}`)).toEqual([
          "other z1",
          ...["c6", "c5", "c4", "c3", "c2", "c1"].map((id) => `acme ${id}`),
        ]);
      }
      const bob = await all<Charge>((page) => charges({ member: "bob", limit: 1, ...page }));
      expect(bob.map((row) => row.id)).toEqual(["c5", "c4"]);
    });
  });

  describe("entries", () => {
    it("come in the order of their numbers, over any size of page", async () => {
      const [[seq] = []] = await t.query("select seq from {schema}.workspace where id = 'acme'");
      for (const limit of [1, 7, 200]) {
        const rows = await all<Entry>((page) => entries({ workspace: "acme", limit, ...page }));
        expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
      }
    });

    it("of a charge are those it knows", async () => {
      const { data } = await entries({ workspace: "acme", charge: "c5" });
      expect(data.map(({ kind, moved, amount }) => [kind, moved, amount])).toEqual([
        ["charge", 30, -30],
        ["settle", 30, 0],
        ["return", 20, 20],
      ]);
      expect((await entries({ workspace: "acme", charge: "c5", limit: 2 })).nextCursor).not.toBeNull();
      expect((await entries({ workspace: "acme", charge: "none" })).data).toEqual([]);
    });

    it("of a member and a period", async () => {
      const rows = await all<Entry>((page) => entries({ workspace: "acme", member: "bob", limit: 2, ...page }));
      expect(new Set(rows.map((row) => row.holder))).toEqual(new Set(["bob"]));
      const early = await entries({ workspace: "acme", to: "2026-03-11T00:00:00Z", member: "bob" });
      expect(early.data.map((row) => row.kind)).toEqual(["grant"]);
    });
  });

  describe("usage", () => {
    it("sums what was settled and what came back, by feature, member and day", async () => {
      expect((await usage({ workspace: "acme", by: "feature" })).data).toEqual([
        { key: "generate-screen", charges: 4, units: 1, credits: 30, refunded: 150 },
        { key: "generate-image", charges: 1, units: 1, credits: 10, refunded: 20 },
        { key: "generate-theme", charges: 1, units: 1, credits: 5, refunded: 0 },
      ]);
      expect((await usage({ workspace: "acme", by: "member" })).data.map((row) => row.key)).toEqual(["ada", "bob"]);
      expect((await usage({ workspace: "acme", by: "day" })).data).toEqual([
        { key: "2026-03-10", charges: 3, units: 1, credits: 30, refunded: 150 },
        { key: "2026-03-11", charges: 3, units: 2, credits: 15, refunded: 20 },
      ]);
      const bob = await usage({ workspace: "acme", by: "day", member: "bob", from: "2026-03-11T00:00:00Z" });
      expect(bob.data).toEqual([{ key: "2026-03-11", charges: 2, units: 2, credits: 15, refunded: 20 }]);
    });
  });

  describe("an open charge whose lease has run out", () => {
    it("is shown as a write would find it, in lists, filters and sums", async () => {
      const workspace = "late";
      await t.run("workspacePut", { workspace });
      await t.run("memberPut", { workspace, member: "ada", role: "editor" });
      await t.run("charge", { workspace, id: "x", member: "ada", feature: "generate-theme" });
      const shown = async () => (await charges({ workspace })).data[0] as Charge;
      expect((await shown()).state).toBe("open");
      // Time cannot be waited for here, so the lease is moved into the past, in both of its places.
      await t.query("update {schema}.charge set lease_expires_at = created_at where workspace_id = 'late'");
      await t.query(
        "update {schema}.lease l set expires_at = c.created_at from {schema}.charge c" +
          " where c.workspace_id = l.workspace_id and c.id = l.charge_id and c.workspace_id = 'late'",
      );
      const before = await shown();
      expect(before).toMatchObject({ state: "refunded", reason: "timed_out", refundedAmount: 5, leaseExpiresAt: null });
      expect((await charges({ workspace, state: "open" })).data).toEqual([]);
      expect((await charges({ workspace, state: "refunded" })).data).toEqual([before]);
      expect((await charges({ state: "refunded", member: "ada" })).data[0]).toEqual(before);
      const sums = await usage({ workspace, by: "feature" });
      await t.sweep(workspace);
      expect(await shown()).toEqual(before);
      expect(await usage({ workspace, by: "feature" })).toEqual(sums);
      expect(sums.data[0]).toMatchObject({ charges: 1, credits: 0, refunded: 5 });
    });
  });

  describe("workspaces and members", () => {
    it("are listed by id, as they are now", async () => {
      const workspace = "acme";
      await t.run("subscription", { workspace, plan: "starter" });
      const page = await ask((s) => history.workspaces(s, toQuestion.workspaces({ limit: 1 })));
      expect(page.data[0]).toMatchObject({ id: "acme", plan: "pro", pending: { plan: "starter" } });
      const next = await ask((s) =>
        history.workspaces(s, toQuestion.workspaces({ limit: 9, cursor: page.nextCursor })),
      );
      expect(next.data.map((row) => row.id)).toEqual(["late", "other"]);
      expect(next.nextCursor).toBeNull();
      await t.run("memberPut", { workspace, member: "cy", role: "viewer" });
      await t.run("memberRemove", { workspace, member: "bob" });
      const members = await ask((s) => history.members(s, toQuestion.members({ workspace })));
      expect(members.data.map(({ id, seat }) => [id, seat])).toEqual([
        ["ada", "editor"],
        ["cy", null],
      ]);
    });
  });

  describe("top-ups and requests", () => {
    it("are found by id and listed newest first", async () => {
      const workspace = "paid";
      await t.run("workspacePut", { workspace, plan: "pro" });
      await t.run("memberPut", { workspace, member: "ada", role: "editor" });
      const pack = Object.keys(t.catalogs.known.values().next().value?.topUpPacks ?? {})[0];
      await t.run("topUp", { workspace, id: "o1", pack, recipients: ["ada"], paid: true, payment: "p1" });
      for (const id of ["r1", "r2", "r3"]) await t.run("topUpRequest", { workspace, id, member: "ada", pack });
      const topUp = await ask((s) => history.topUp(s, toQuestion.topUp({ workspace, id: "o1" })));
      expect(topUp).toMatchObject({ id: "o1", state: "paid", payment: "p1", recipients: ["ada"] });
      const requests = await all((page) =>
        ask((s) => history.topUpRequests(s, toQuestion.topUpRequests({ workspace, limit: 2, ...page }))),
      );
      expect(requests.map(({ id }) => id)).toEqual(["r3", "r2", "r1"]);
      await expect(ask((s) => history.topUp(s, toQuestion.topUp({ workspace, id: "o2" })))).rejects.toMatchObject({
        code: "unknown_top_up",
      });
    });
  });

  describe("refusals", () => {
    it("of a workspace that does not exist", async () => {
      const workspace = "none";
      const questions: ((s: Parameters<History["entries"]>[0]) => Promise<unknown>)[] = [
        (s) => history.entries(s, toQuestion.entries({ workspace })),
        (s) => history.charges(s, toQuestion.charges({ workspace })),
        (s) => history.usage(s, toQuestion.usage({ workspace, by: "day" })),
        (s) => history.members(s, toQuestion.members({ workspace })),
        (s) => history.topUp(s, toQuestion.topUp({ workspace, id: "x" })),
        (s) => history.topUpRequests(s, toQuestion.topUpRequests({ workspace })),
      ];
      for (const question of questions)
        await expect(ask(question)).rejects.toMatchObject({ code: "unknown_workspace" });
    });

    it("of a cursor that no list handed out, or another one did", async () => {
      const other = (await entries({ workspace: "acme", limit: 1 })).nextCursor as string;
      const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const bad = [
        "x",
        "!!",
        other,
        forged(["charges", "1", "a"]),
        forged(["charges", 1e300, "a"]),
        // An instant that PostgreSQL does not know: it was an error of this server.
        forged(["charges", -8.64e15, "a"]),
        forged(["charges", -1, "a"]),
        forged(["charges", 1, "a\u0000"]),
        forged(["charges", 1]),
        forged({}),
        forged(null),
      ];
      for (const cursor of bad) {
        await expect(charges({ workspace: "acme", cursor })).rejects.toMatchObject({
          code: "invalid_input",
          errors: [{ path: "cursor" }],
        });
      }
    });
  });
});
