import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Catalog, type Diagnosis, defaultCatalog } from "ducat";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testDatabaseUrl } from "../../../test/setup/database.ts";
import { pgDatabase } from "../../core/src/database/pg.ts";
import { diagnoseOn } from "../../core/src/diagnose.ts";
import { onEachDatabase } from "../../core/test/database/databases.ts";
import { type TestLedger, testLedger } from "../../core/test/history/test-ledger.ts";
import { examineDatabase } from "../src/doctor/examine-database.ts";
import { examineCatalog, examineLedger } from "../src/doctor/examine-ledger.ts";
import { examineServer } from "../src/doctor/examine-server.ts";
import type { Finding } from "../src/doctor/finding.ts";

const levels = (findings: readonly Finding[]) =>
  Object.fromEntries(findings.map(({ check, level }) => [check, level] as const));
const of = (check: string, findings: readonly Finding[]) => findings.find((finding) => finding.check === check);

onEachDatabase((database, kind) => {
  let t: TestLedger;
  const look = () => diagnoseOn(database(), { schema: t.schema });
  const ledger = async () => examineLedger((await look()).ledger as NonNullable<Diagnosis["ledger"]>);
  const schemaFinding = async () => of("schema", examineDatabase(await look()));

  beforeEach(async () => {
    t = await testLedger(database());
    await t.run("workspacePut", { workspace: "acme", plan: "pro" });
    await t.run("memberPut", { workspace: "acme", member: "ada", role: "editor" });
  }, 60_000);

  const charge = (id: string, workspace = "acme") =>
    t.run("charge", { workspace, id, member: "ada", feature: "generate-screen" });
  const ageLease = (by: string) =>
    t.query(`update {schema}.lease set expires_at = date_trunc('milliseconds', clock_timestamp() - interval '${by}')`);

  describe("doctor: what a ledger has left undone", () => {
    it("finds nothing in one that is swept", async () => {
      expect(levels(await ledger())).toEqual({ "open charges": "good", sweeper: "good", events: "good" });
    });

    it("tells the oldest open charge, and when a lease has run out unswept", async () => {
      await charge("younger");
      await charge("older");
      await t.query("update {schema}.charge set created_at = created_at - interval '2 hours' where id = 'older'");
      expect(of("open charges", await ledger())).toMatchObject({
        level: "good",
        says: expect.stringMatching(/^2 charges are open\. The oldest, older of acme,/),
      });
      await ageLease("5 seconds");
      expect(of("overdue leases", await ledger())).toMatchObject({ level: "note", advice: null });
      await ageLease("5 minutes");
      expect(of("overdue leases", await ledger())).toMatchObject({
        level: "wrong",
        says: expect.stringContaining("2 leases have run out unswept"),
        advice: expect.stringContaining("sweep"),
      });
      await t.query("update {schema}.charge set created_at = created_at - interval '2 days' where id = 'older'");
      expect(of("open charges", await ledger())).toMatchObject({
        level: "wrong",
        advice: expect.stringContaining("ducat explain acme older"),
      });
      // What it says to do helps. (Leases ended by hand have another instant than their charges, which sweeping mends not.)
      await t.query(
        "update {schema}.charge c set lease_expires_at = l.expires_at from {schema}.lease l where l.charge_id = c.id",
      );
      await t.sweep("acme");
      expect(levels(await ledger())).toMatchObject({ "open charges": "good", sweeper: "good" });
    });

    it("tells of grants that have ended and still count", async () => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      await t.run("grant", { workspace: "acme", id: "g", amount: 50, expiresAt, actor: "test", note: "for an hour" });
      await t.query(
        "update {schema}.credit_grant set at = at - interval '3 hours', expires_at = expires_at - interval '2 hours' where id = 'promo:g'",
      );
      expect(of("expired grants", await ledger())).toMatchObject({
        level: "wrong",
        says: expect.stringContaining("1 grant has ended unswept"),
      });
      await t.sweep("acme");
      expect(of("expired grants", await ledger())).toBeUndefined();
    });

    it("tells of plan changes that are due", async () => {
      await t.run("subscription", {
        workspace: "acme",
        plan: "starter",
        effective: new Date(Date.now() + 60_000).toISOString(),
      });
      await t.query("update {schema}.workspace set pending_at = pending_at - interval '1 hour'");
      expect(of("pending changes", await ledger())).toMatchObject({
        level: "wrong",
        says: expect.stringContaining("1 plan change is due"),
      });
    });

    it("tells of events that nobody has taken", async () => {
      await t.query(
        "insert into {schema}.event (workspace_id, id, kind, at, payload) values ('acme', 'e', 'notice.usage', now(), '{}')",
      );
      expect(of("events", await ledger())).toMatchObject({ level: "note", advice: null });
      await t.query("update {schema}.event set created_at = created_at - interval '1 hour'");
      expect(of("events", await ledger())).toMatchObject({
        level: "note",
        says: expect.stringContaining("1 event waits"),
        advice: expect.stringContaining("onEvent"),
      });
    });

    it("leaves workspaces on test clocks alone", async () => {
      await t.run("workspacePut", { workspace: "clock", testClock: "2026-01-01T00:00:00Z" });
      await t.run("memberPut", { workspace: "clock", member: "ada", role: "editor" });
      await charge("c", "clock");
      await ageLease("2 days");
      expect(levels(await ledger())).toMatchObject({ sweeper: "good", "open charges": "good", "test clocks": "note" });
    });
  });

  describe("doctor: the catalog in force", () => {
    const dearer: Catalog = {
      ...defaultCatalog,
      features: { "generate-theme": { ...defaultCatalog.features["generate-theme"], name: "Theme" } },
    };
    const examined = async (catalog?: Catalog) => {
      const found = await diagnoseOn(database(), { schema: t.schema, ...(catalog === undefined ? {} : { catalog }) });
      return examineCatalog(found.catalog as NonNullable<Diagnosis["catalog"]>, "catalog.json");
    };

    it("is the one given, another one, or none", async () => {
      expect(await examined()).toMatchObject({ level: "good" });
      expect(await examined(defaultCatalog)).toMatchObject({ level: "good" });
      expect(await examined(dearer)).toMatchObject({
        level: "wrong",
        says: expect.stringContaining("never published"),
        advice: "Run: ducat catalog publish catalog.json",
      });
      await t.query(
        "insert into {schema}.catalog_version (version, catalog, published_n)" +
          " select 'newer', catalog, published_n + 1 from {schema}.catalog_version",
      );
      expect(await examined(defaultCatalog)).toMatchObject({
        level: "wrong",
        says: expect.stringContaining("in force before"),
      });
      await t.query("delete from {schema}.catalog_version where version <> 'none'");
      expect(await examined()).toMatchObject({ level: "wrong", says: "No catalog has been published." });
    });
  });

  describe("doctor: the tables", () => {
    it("are up to date, missing, newer or changed; then the ledger is not read", async () => {
      expect(await schemaFinding()).toMatchObject({ level: "good" });
      await t.query("insert into {schema}.migration (number, name, hash) values (999, 'from the future', 'h')");
      expect(await schemaFinding()).toMatchObject({ level: "wrong", advice: expect.stringContaining("Update Ducat") });
      expect((await look()).ledger).toBeNull();
      await t.query("delete from {schema}.migration where number = 999");
      await t.query("update {schema}.migration set hash = 'another' where number = 1");
      expect(await schemaFinding()).toMatchObject({ level: "wrong", says: expect.stringContaining("another text") });
      await t.query("delete from {schema}.migration where number = 1");
      expect(await schemaFinding()).toMatchObject({ level: "wrong", advice: expect.stringContaining("ducat migrate") });
      const elsewhere = await diagnoseOn(database(), { schema: "nobody_made_this" });
      expect(of("schema", examineDatabase(elsewhere))).toMatchObject({
        level: "wrong",
        says: "There are no tables in the schema nobody_made_this.",
      });
      expect(elsewhere.ledger).toBeNull();
    });
  });

  describe("doctor: the database", () => {
    it("says what it is, and what it does not keep after a loss of power", async () => {
      const found = examineDatabase(await look());
      expect(of("database", found)).toMatchObject({ level: "good" });
      expect(of("clock", found)).toMatchObject({ level: "good" });
      // The server of the tests is set to forget; PGlite never forces anything to the disk.
      if (kind === "pglite") expect(of("durability", found)).toMatchObject({ level: "note" });
      else {
        expect(levels(found)).toMatchObject({
          fsync: "wrong",
          full_page_writes: "wrong",
          synchronous_commit: "wrong",
          connections: "good",
        });
      }
    });

    it("compares clocks, versions and connections", async () => {
      const found = await look();
      const withClock = (aheadMs: number, roundTripMs = 2) =>
        of("clock", examineDatabase({ ...found, clock: { aheadMs, roundTripMs } }));
      expect(withClock(900)).toMatchObject({ level: "good" });
      // As much could be the network's doing.
      expect(withClock(4_000, 7_000)).toMatchObject({ level: "good" });
      expect(withClock(-4_000)).toMatchObject({ level: "note", says: expect.stringContaining("4 s behind") });
      expect(withClock(120_000)).toMatchObject({ level: "wrong", says: expect.stringContaining("120 s ahead of") });
      const old = examineDatabase({ ...found, server: { ...found.server, version: "14.9", versionNumber: 140_009 } });
      expect(of("database", old)).toMatchObject({ level: "wrong", advice: expect.stringContaining("15 or newer") });
      const full = { ...found.server, maxConnections: 100, reservedConnections: 3, usedConnections: 90 };
      expect(of("connections", examineDatabase({ ...found, kind: "pg", server: full }))).toMatchObject({
        level: "wrong",
        says: expect.stringContaining("7 are left"),
      });
    });
  });
});

describe("doctor: a PostgreSQL's settings", () => {
  const settings = async (options: string) => {
    const url = new URL(testDatabaseUrl());
    url.searchParams.set("options", options);
    const database = pgDatabase({ connectionString: url.href, max: 1 });
    try {
      return examineDatabase(await diagnoseOn(database, { schema: "nobody_made_this" }));
    } finally {
      await database.close();
    }
  };

  it("one that commits when it says so", async () => {
    expect(of("synchronous_commit", await settings("-c synchronous_commit=on"))).toBeUndefined();
  });

  it("one that takes no writes", async () => {
    expect(of("writable", await settings("-c default_transaction_read_only=on"))).toMatchObject({ level: "wrong" });
  });
});

describe("doctor: a running server", () => {
  let answer: { status: number; body: string };
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it.each([
    [200, { status: "ready", queued: 3 }, { server: "good", queue: "good" }],
    [200, { status: "ready", queued: 15_000 }, { server: "good", queue: "wrong" }],
    [200, { status: "ready" }, { server: "good", queue: "wrong" }],
    [503, { code: "database_unavailable", detail: "The database cannot be reached." }, { server: "wrong" }],
  ])("answers %i %j", async (status, body, expected) => {
    answer = { status, body: JSON.stringify(body) };
    expect(levels(await examineServer(url))).toEqual(expected);
  });

  it("is another program, or none", async () => {
    answer = { status: 200, body: "<html>" };
    expect(levels(await examineServer(url))).toEqual({ server: "wrong" });
    expect(levels(await examineServer("http://127.0.0.1:9"))).toEqual({ server: "wrong" });
  });
});
