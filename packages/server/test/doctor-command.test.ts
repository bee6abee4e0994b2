import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogToJson, createCredits, defaultCatalog } from "ducat";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshSchema, testDatabaseUrl } from "../../../test/setup/database.ts";
import { ducat, makeRoom, type Served, serve } from "./command.ts";

const slow = 60_000;
const room = makeRoom();
const where = { directory: room.directory };
afterAll(() => room.remove());

interface Examination {
  ok: boolean;
  findings: { check: string; level: string }[];
}

function parsed(stdout: string): { ok: boolean; levels: Record<string, string> } {
  const { ok, findings } = JSON.parse(stdout) as Examination;
  return { ok, levels: Object.fromEntries(findings.map(({ check, level }) => [check, level])) };
}

describe("ducat doctor on the embedded database", { timeout: slow }, () => {
  test("without one says how to begin", async () => {
    const { code, stderr } = await ducat(["doctor"], where);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Start one with: ducat serve")]);
  });

  describe("that a server has open", () => {
    let server: Served;
    beforeAll(async () => {
      server = await serve(where);
    }, slow);

    test("asks that server how many commands wait", async () => {
      const { code, stdout } = await ducat(["doctor", "--json"], where);
      expect(code).toBe(0);
      expect(parsed(stdout)).toEqual({
        ok: true,
        levels: { versions: "good", database: "note", server: "good", queue: "good" },
      });
    });

    test("compares its catalog with the one given, and says that the database was not examined", async () => {
      writeFileSync(join(room.directory, "same.json"), catalogToJson(defaultCatalog));
      const same = await ducat(["doctor", "--catalog", "same.json"], where);
      expect([same.code, same.stdout]).toEqual([0, expect.stringContaining("is in force, as in same.json")]);
      expect(same.stdout).toContain("Nothing wrong was found. The database was not examined.");
      const other = JSON.parse(catalogToJson(defaultCatalog));
      other.features["generate-theme"].modes.standard = 8;
      writeFileSync(join(room.directory, "other.json"), JSON.stringify(other));
      const { code, stdout } = await ducat(["doctor", "--catalog", "other.json"], where);
      expect([code, stdout]).toEqual([1, expect.stringContaining("is in force, and not other.json")]);
      server.signal("SIGTERM");
      await server.ended;
    });
  });

  test("examines it once the server has stopped, and changes nothing", async () => {
    const { code, stdout, stderr } = await ducat(["doctor"], where);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Nothing is wrong.");
    expect(stdout).toContain("The schema ducat is up to date");
    expect(stdout).toContain("can only be asked of a running server");
  });

  test("finds that another catalog is in force than the one given", async () => {
    const catalog = JSON.parse(catalogToJson(defaultCatalog));
    catalog.features["generate-theme"].modes.standard = 7;
    writeFileSync(join(room.directory, "dearer.json"), JSON.stringify(catalog));
    const { code, stdout } = await ducat(["doctor", "--catalog", "dearer.json"], where);
    expect([code, stdout]).toEqual([1, expect.stringContaining("→ Run: ducat catalog publish dearer.json")]);
    expect(stdout).toContain("1 thing is wrong.");
  });
});

describe("ducat doctor on PostgreSQL", { timeout: slow }, () => {
  const schema = freshSchema();
  const env = { DATABASE_URL: testDatabaseUrl(), DUCAT_SCHEMA: schema };

  test("finds that the tables are missing, and makes none", async () => {
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await ducat(["doctor", "--json"], { ...where, env });
      expect(code).toBe(1);
      expect(parsed(stdout)).toMatchObject({ ok: false, levels: { schema: "wrong", queue: "note" } });
    }
  });

  test("tells a server set to forget, and a server that does not answer", async () => {
    const credits = createCredits({ database: { connectionString: testDatabaseUrl() }, schema, background: false });
    await credits.ready();
    await credits.close();
    const { code, stdout } = await ducat(["doctor", "--json", "--url", "http://127.0.0.1:9"], { ...where, env });
    expect(code).toBe(1);
    expect(parsed(stdout)).toMatchObject({
      ok: false,
      levels: {
        fsync: "wrong",
        synchronous_commit: "wrong",
        schema: "good",
        sweeper: "good",
        catalog: "good",
        server: "wrong",
      },
    });
  });

  test("says why it cannot be reached", async () => {
    const away = { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" };
    const { code, stdout, stderr } = await ducat(["doctor"], { ...where, env: away });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/WRONG {2}database +The database cannot be reached: .*ECONNREFUSED/);
  });
});
