import { createCredits } from "ducat";
import { describe, expect, it } from "vitest";

const database = { connectionString: "postgres://nobody@127.0.0.1:1/none" };

// biome-ignore format: a table is read a case a line
const faults: readonly [path: string, options: Record<string, unknown>][] = [
  ["database", {}],
  ["database", { database: null }],
  ["database", { database: "postgres://localhost" }],
  ["database", { database: { connectionString: "postgres://localhost", directory: "data" } }],
  ["database.connectionString", { database: { connectionString: 5432 } }],
  ["database.directory", { database: { directory: "" } }],
  ["database.directory", { database: { directory: 1 } }],
  ["database.memory", { database: { memory: "yes" } }],
  ["database.pool", { database: { pool: {} } }],
  ["database.pool", { database: { pool: "pool" } }],
  ["database.max", { database: { ...database, max: 0 } }],
  ["database.max", { database: { ...database, max: 2.5 } }],
  ["database.connectionTimeoutMs", { database: { ...database, connectionTimeoutMs: -1 } }],
  ["database.preparedStatements", { database: { ...database, preparedStatements: "no" } }],
  ["database.host", { database: { ...database, host: "localhost" } }],
  ["catalog", { database, catalog: {} }],
  ["catalog", { database, catalog: "default" }],
  ["schema", { database, schema: "" }],
  ["schema", { database, schema: "pg_mine" }],
  ["schema", { database, schema: "a".repeat(64) }],
  ["schema", { database, schema: 5 }],
  ["migrate", { database, migrate: true }],
  ["migrate", { database, migrate: "never" }],
  ["background", { database, background: "yes" }],
  ["sweepIntervalMs", { database, sweepIntervalMs: 9 }],
  ["sweepIntervalMs", { database, sweepIntervalMs: "10" }],
  ["commitScope", { database, commitScope: "tenant" }],
  ["lanes", { database, lanes: 0 }],
  ["lanes", { database, lanes: 65 }],
  ["lanes", { database, lanes: 1.5 }],
  ["maxQueued", { database, maxQueued: 0 }],
  ["maxQueued", { database, maxQueued: Number.NaN }],
  ["lockTimeoutMs", { database, lockTimeoutMs: 0 }],
  ["lockTimeoutMs", { database, lockTimeoutMs: Number.POSITIVE_INFINITY }],
  ["log", { database, log: "console" }],
  ["lane", { database, lane: 2 }],
];

describe("createCredits", () => {
  it.each(faults)("names a fault at %s: %j", (path, options) => {
    const make = () => createCredits(options as never);
    expect(make).toThrow(expect.objectContaining({ name: "DucatError", code: "invalid_options" }));
    expect(make).toThrow(
      expect.objectContaining({
        errors: [{ path, message: expect.any(String) }],
        message: expect.stringContaining(path),
      }),
    );
  });

  it.each([undefined, null, 5, "postgres://localhost"])("takes an object, not %j", (options) => {
    expect(() => createCredits(options as never)).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });

  it("names every fault at once", () => {
    const make = () => createCredits({ database: { max: 0 }, lanes: -1, log: 1, typo: true } as never);
    const paths = ["database.max", "lanes", "log", "typo"];
    expect(make).toThrow(
      expect.objectContaining({
        errors: expect.arrayContaining(paths.map((path) => expect.objectContaining({ path }))),
      }),
    );
  });

  it("takes every option at its bounds", async () => {
    const credits = createCredits({
      database: { ...database, max: 1, connectionTimeoutMs: 1, preparedStatements: false },
      schema: "_a1",
      migrate: false,
      background: false,
      sweepIntervalMs: 10,
      commitScope: "workspace",
      lanes: 64,
      maxQueued: 1,
      lockTimeoutMs: 600_000,
      log: () => {},
    });
    await credits.close();
  });

  it("refuses a connection string that is none, without repeating its password", async () => {
    const credits = createCredits({ database: { connectionString: "postgres//me:secret@host" }, log: () => {} });
    const error = await credits.ready().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "DucatError" });
    expect(JSON.stringify([String(error), (error as Error).cause, error])).not.toContain("secret");
    await credits.close();
  });
});
