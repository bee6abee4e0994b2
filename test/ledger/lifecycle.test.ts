import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCredits, defaultCatalogInput, defineCatalog, migrateDatabase } from "ducat";
import { describe, expect, it } from "vitest";
import { startCommitProxy } from "../setup/commit-proxy.ts";
import { testCredits } from "../setup/credits.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { connect } from "../setup/hands.ts";

const screen = { member: "ada", feature: "generate-screen" } as const;

describe("before the first verb", () => {
  it("nothing is opened: no connection", async () => {
    const callers: string[] = [];
    const server: Server = createServer((socket) => {
      socket.once("data", (bytes) => callers.push(bytes.toString("latin1")));
      socket.on("error", () => {});
      socket.on("close", () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const before = process.getActiveResourcesInfo().length;
    const credits = createCredits({ database: { connectionString: `postgres://nobody@127.0.0.1:${port}/none` } });
    credits.onEvent(() => {});
    credits.within({ query() {} });
    expect(process.getActiveResourcesInfo().length).toBe(before);
    // Whatever it had sent would have come before this.
    const { connect: dial } = await import("node:net");
    const socket = dial(port, "127.0.0.1", () => socket.write("a stranger"));
    await new Promise<void>((resolve) => server.once("connection", (other) => other.once("data", () => resolve())));
    expect(callers).toEqual(["a stranger"]);
    await credits.close();
    socket.destroy();
    server.close();
  });

  it("nothing is made: no folder", async () => {
    const parent = mkdtempSync(join(tmpdir(), "ducat-nothing-"));
    const directory = join(parent, "data");
    const credits = createCredits({ database: { directory } });
    expect(existsSync(directory)).toBe(false);
    await credits.close();
    expect(existsSync(directory)).toBe(false);
    rmSync(parent, { recursive: true });
  });
});

describe("migrateDatabase", () => {
  it("tells which migrations it applied, and publishes nothing", async () => {
    const schema = freshSchema();
    const database = { connectionString: testDatabaseUrl() };
    const first = await migrateDatabase({ database, schema });
    expect(first).toMatchObject({ schema, applied: [{ number: 1, name: "ledger" }], catalog: null });
    expect(first.version).toBe(first.applied.length);
    expect(await migrateDatabase({ database, schema })).toEqual({ ...first, applied: [] });
    const { version } = await testCredits({ schema, migrate: "check" }).credits.catalog.published();
    expect(await migrateDatabase({ database, schema })).toEqual({ ...first, applied: [], catalog: version });
  });

  it("says so when the database is away", async () => {
    const database = { connectionString: "postgres://nobody@127.0.0.1:1/none" };
    await expect(migrateDatabase({ database })).rejects.toMatchObject({ code: "database_unavailable" });
  });
});

describe("the first verb", () => {
  it("after a start that failed tries again, from the beginning", async () => {
    const proxy = await startCommitProxy(testDatabaseUrl());
    proxy.goAway();
    const { credits } = testCredits({ database: { connectionString: proxy.url } });
    const put = () => credits.workspaces.put({ workspace: "w" });
    // Those that began together fail together; the next one is a new try.
    const failed = await Promise.allSettled([put(), put(), credits.ready()]);
    for (const one of failed) {
      expect(one).toMatchObject({ status: "rejected", reason: { name: "DucatError", code: "database_unavailable" } });
    }
    expect(proxy.triedWhileAway()).toBe(1);
    proxy.comeBack();
    expect(await put()).toMatchObject({ outcome: "created" });
    await credits.close();
    await proxy.close();
  });

  it("says so when the tables are missing and may not be made", async () => {
    const check = testCredits({ migrate: "check" });
    await expect(check.credits.workspaces.put({ workspace: "w" })).rejects.toMatchObject({ code: "not_migrated" });
    const blind = testCredits({ migrate: false });
    await expect(blind.credits.workspaces.put({ workspace: "w" })).rejects.toMatchObject({ code: "not_migrated" });
  });

  it("of twenty engines at once prepares one database, once", async () => {
    const schema = freshSchema();
    const engines = Array.from({ length: 20 }, () => testCredits({ schema }));
    const answers = await Promise.all(engines.map(({ credits }) => credits.workspaces.put({ workspace: "w" })));
    expect(answers.filter(({ outcome }) => outcome === "created").length).toBe(1);
    expect(engines.flatMap(({ logged }) => logged)).toEqual([]);
    await Promise.all(engines.map(({ credits }) => credits.close()));
  }, 30_000);
});

/** The default catalog with another price for a screen, and without some plan. */
function catalogWith(price: number, without?: "business") {
  const { [without ?? ""]: _, ...plans } = defaultCatalogInput.plans as Record<string, object>;
  const screens = { ...defaultCatalogInput.features["generate-screen"], modes: { standard: price } };
  return defineCatalog({
    ...defaultCatalogInput,
    plans,
    features: { ...defaultCatalogInput.features, "generate-screen": screens },
  } as typeof defaultCatalogInput);
}

describe("two engines with different catalogs on one database", () => {
  it("price with the one that was published last, and neither brings its own back by starting", async () => {
    const schema = freshSchema();
    const [old, young] = [catalogWith(30), catalogWith(40)];
    const first = testCredits({ schema, catalog: old }).credits;
    await first.workspaces.put({ workspace: "w" });
    await first.members.put({ workspace: "w", member: "ada", role: "editor" });
    expect(await first.charge({ workspace: "w", id: "1", ...screen })).toMatchObject({ charge: { amount: 30 } });

    const second = testCredits({ schema, catalog: young }).credits;
    expect(await second.charge({ workspace: "w", id: "2", ...screen })).toMatchObject({ charge: { amount: 40 } });
    expect(await first.charge({ workspace: "w", id: "3", ...screen })).toMatchObject({ charge: { amount: 40 } });
    const third = testCredits({ schema, catalog: old }).credits;
    expect(await third.charge({ workspace: "w", id: "4", ...screen })).toMatchObject({ charge: { amount: 40 } });
    expect((await third.catalog.published()).version).toBe((await second.catalog.published()).version);

    expect(await third.catalog.publish()).toMatchObject({ published: true });
    expect(await second.charge({ workspace: "w", id: "5", ...screen })).toMatchObject({ charge: { amount: 30 } });
    // A charge keeps the price that it was made at, whatever is published later.
    expect(await first.settle({ workspace: "w", id: "2" })).toMatchObject({ charge: { settledAmount: 40 } });
    expect(await first.verify()).toMatchObject({ ok: true });
  });

  it("cannot drop a plan that a workspace is on", async () => {
    const schema = freshSchema();
    const first = testCredits({ schema, catalog: catalogWith(30) }).credits;
    await first.workspaces.put({ workspace: "on-business", plan: "business" });
    const second = testCredits({ schema, catalog: catalogWith(30, "business") }).credits;
    const refusal = { name: "DucatError", code: "catalog_in_use", message: expect.stringContaining("on-business") };
    await expect(second.workspaces.put({ workspace: "w" })).rejects.toMatchObject(refusal);
    await expect(first.catalog.publish(catalogWith(30, "business") as never)).rejects.toMatchObject(refusal);
    await first.workspaces.archive({ workspace: "on-business" });
    expect(await second.workspaces.put({ workspace: "w" })).toMatchObject({ outcome: "created" });
  });

  it("cannot drop a pack on order, but for one that only an archived workspace has ordered or asked for", async () => {
    const { credits } = testCredits();
    await credits.workspaces.put({ workspace: "w", plan: "pro" });
    await credits.members.put({ workspace: "w", member: "ada", role: "editor" });
    await credits.topUps.create({ workspace: "w", id: "o1", pack: "small", recipients: ["ada"] });
    await credits.topUpRequests.create({ workspace: "w", id: "r1", member: "ada", pack: "small" });
    const { small: _, ...topUpPacks } = defaultCatalogInput.topUpPacks;
    const without = defineCatalog({ ...defaultCatalogInput, topUpPacks }) as never;
    await expect(credits.catalog.publish(without)).rejects.toMatchObject({ code: "catalog_in_use" });
    await credits.workspaces.archive({ workspace: "w" });
    await expect(credits.topUps.paid({ workspace: "w", id: "o1" })).rejects.toMatchObject({ code: "archived" });
    expect(await credits.catalog.publish(without)).toMatchObject({ published: true });
  });
});

describe("an engine that nobody closed", () => {
  it("lets go of its database when it is closed, and not before", async () => {
    const name = freshSchema();
    const url = new URL(testDatabaseUrl());
    url.searchParams.set("application_name", name);
    const { credits } = testCredits({ schema: name, database: { connectionString: url.href } });
    await credits.workspaces.put({ workspace: "w" });
    const hand = await connect();
    const connections = async () => {
      const text = "select count(*)::int as n from pg_stat_activity where application_name = $1";
      return (await hand.query(text, [name])).rows[0].n as number;
    };
    expect(await connections()).toBeGreaterThan(0);
    await credits.close();
    // A server process ends a moment after its client has gone.
    while ((await connections()) > 0) await hand.query("select pg_sleep(0.01)");
  });
});
