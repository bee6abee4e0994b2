import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../packages/core/src/database/migrate.ts";
import { migrations } from "../../packages/core/src/database/migrations.generated.ts";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { ducat, makeRoom, serve } from "../../packages/server/test/command.ts";
import { testCredits } from "../setup/credits.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { connect } from "../setup/hands.ts";

const screen = { member: "ada", feature: "generate-screen" } as const;
const DUCAT_API_KEY = "a-secret-of-the-crash-tests";
const room = makeRoom();
afterAll(() => room.remove());

/** What the next version of Ducat may bring. */
const newest = migrations.length + 1;
const next = {
  number: newest,
  name: "next",
  hash: "0".repeat(64),
  sql: "alter table {schema}.workspace add column next text;",
};

describe("a restart on PostgreSQL", () => {
  const schema = freshSchema();
  const running = testCredits({ schema });
  const database = pgDatabase({ connectionString: testDatabaseUrl(), max: 1 });
  const where = {
    directory: room.directory,
    env: { DATABASE_URL: testDatabaseUrl(), DUCAT_SCHEMA: schema, DUCAT_API_KEY },
  };

  beforeAll(async () => {
    await running.credits.workspaces.put({ workspace: "acme" });
    await running.credits.members.put({ workspace: "acme", member: "ada", role: "editor" });
    await running.credits.charge({ workspace: "acme", id: "before", ...screen });
  });

  afterAll(async () => await database.close());

  /** Everything that a start could change: tables, columns, what was applied and published, and the ledger. */
  async function everything(): Promise<unknown> {
    const hand = await connect();
    const { rows } = await hand.query(
      `select table_name || '.' || column_name as what, data_type as value from information_schema.columns where table_schema = $1
       union all select 'migration', m::text from ${schema}.migration m
       union all select 'catalog', version from ${schema}.catalog_version
       union all select 'workspace', w::text from ${schema}.workspace w
       union all select 'entry', e::text from ${schema}.entry e order by 1, 2`,
      [schema],
    );
    return rows;
  }

  it("with a newer version than the database asks for its migration, or makes it, and the ledger goes on", async () => {
    const before = await everything();
    const newer = { schema, migrations: [...migrations, next] };
    await expect(migrate(database, { ...newer, mode: "check" })).rejects.toMatchObject({
      code: "not_migrated",
      message: `The schema ${schema} lacks migration ${newest} (next). Run: ducat migrate`,
    });
    expect(await everything()).toEqual(before);

    expect(await migrate(database, newer)).toEqual({ applied: [newest], version: newest });
    // The servers of the version before, which still run, are not disturbed.
    expect(await running.credits.charge({ workspace: "acme", id: "during", ...screen })).toMatchObject({
      outcome: "charged",
      balance: { available: 540, held: 60 },
    });
    expect(await running.credits.verify()).toMatchObject({ ok: true });
  });

  it("with an older version than the database is refused, says what to do, and changes nothing", async () => {
    const before = await everything();
    const words = `The schema ${schema} has migration ${newest}; this version of Ducat knows ${migrations.length} at most. Update Ducat.`;
    for (const command of [["serve", "--port", "0"], ["migrate"], ["verify"]]) {
      const { code, stdout, stderr } = await ducat(command, where);
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: `ducat: ${words}\n` });
    }
    for (const mode of ["auto", "check"] as const) {
      const { credits } = testCredits({ schema, migrate: mode });
      await expect(credits.charge({ workspace: "acme", id: "after", ...screen })).rejects.toMatchObject({
        code: "schema_too_new",
        message: words,
        retryable: false,
      });
    }
    expect(await everything()).toEqual(before);
  }, 60_000);

  it("on a database that was never migrated is refused by commands that only ask, and makes nothing", async () => {
    const empty = freshSchema();
    const { code, stderr } = await ducat(["verify"], { ...where, env: { ...where.env, DUCAT_SCHEMA: empty } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/lacks migration .*Run: ducat migrate\n$/);
    const hand = await connect();
    expect((await hand.query("select to_regnamespace($1) as found", [empty])).rows).toEqual([{ found: null }]);
  }, 60_000);
});

describe("a restart on an embedded database", () => {
  const where = { directory: room.directory, env: { DUCAT_API_KEY } };
  const put = async (url: string, workspace: string) => {
    const headers = { authorization: `Bearer ${DUCAT_API_KEY}`, "content-type": "application/json" };
    const { status } = await fetch(`${url}/v1/workspaces/${workspace}`, { method: "PUT", headers, body: "{}" });
    return status;
  };

  it("beside a server that runs is refused; once that was killed it takes over, with all that was acknowledged", async () => {
    const first = await serve(where);
    expect(await put(first.url, "acme")).toBe(201);
    const second = await ducat(["serve", "--port", "0"], where);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`The data folder ${join(room.directory, ".ducat")} is in use by process`);
    expect(await put(first.url, "beside")).toBe(201);
    first.signal("SIGKILL");
    await first.ended;

    const third = await serve(where);
    expect([await put(third.url, "acme"), await put(third.url, "beside")]).toEqual([200, 200]);
    third.signal("SIGTERM");
    expect(await third.ended).toBe(0);
    const { code, stdout } = await ducat(["verify"], where);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Everything adds up: 2 workspaces")]);
  }, 120_000);

  it("on a damaged folder is refused in one line that says where it is and what to do", async () => {
    const database = join(room.directory, ".ducat/postgres");
    rmSync(join(database, "global/pg_control"));
    const { code, stdout, stderr } = await ducat(["serve", "--port", "0"], where);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^ducat: The embedded database could not be opened\. .* back from a copy .*\n$/);
    expect(stderr).toContain(database);
  }, 60_000);
});
