import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { generatedFile, migrationsFolder, readMigrations, render } from "../../../../scripts/embed-migrations.ts";
import { findPostgres } from "../../../../scripts/postgres/binaries.ts";
import { freshSchema, testDatabaseUrl } from "../../../../test/setup/database.ts";
import { type Migration, migrate, printMigrations } from "../../src/database/migrate.ts";
import { pgDatabase } from "../../src/database/pg.ts";
import type { Database } from "../../src/database/port.ts";
import { onEachDatabase } from "./databases.ts";

const migrations = readMigrations(fileURLToPath(new URL("fixtures/migrations", import.meta.url)));
const [first, second] = migrations as [Migration, Migration];

async function rows(database: Database, text: string): Promise<readonly (readonly unknown[])[]> {
  const [result] = await database.withSession((session) => session.run([{ text }]));
  return result?.rows ?? [];
}

const exists = async (database: Database, schema: string) =>
  (await rows(database, `select to_regnamespace('${schema}') is not null`))[0]?.[0];

onEachDatabase((database) => {
  it("makes an empty database what it should be, and then finds nothing to do", async () => {
    const schema = freshSchema();
    expect(await migrate(database(), { schema, migrations })).toEqual({ applied: [1, 2], version: 2 });
    expect(await rows(database(), `select id, note, ${schema}.double(4) from ${schema}.workspace`)).toEqual([
      ["first", "a;b `c` \\d ${e}", 8],
    ]);
    expect(await migrate(database(), { schema, migrations })).toEqual({ applied: [], version: 2 });
    expect(await migrate(database(), { schema, migrations, mode: "check" })).toEqual({ applied: [], version: 2 });
    expect(await rows(database(), `select number, name, hash from ${schema}.migration order by number`)).toEqual(
      migrations.map(({ number, name, hash }) => [number, name, hash]),
    );
  });

  it("applies what is new, in a schema that somebody made before", async () => {
    const schema = freshSchema();
    await database().withSession((session) => session.script(`create schema ${schema}`));
    expect(await migrate(database(), { schema, migrations: [first] })).toEqual({ applied: [1], version: 1 });
    expect(await migrate(database(), { schema, migrations })).toEqual({ applied: [2], version: 2 });
  });

  it("changes nothing in check mode, and says what to run", async () => {
    const schema = freshSchema();
    const missing = { code: "not_migrated", message: expect.stringContaining("ducat migrate") };
    await expect(migrate(database(), { schema, migrations, mode: "check" })).rejects.toMatchObject(missing);
    expect(await exists(database(), schema)).toBe(false);
    await migrate(database(), { schema, migrations: [first] });
    await expect(migrate(database(), { schema, migrations, mode: "check" })).rejects.toMatchObject({
      ...missing,
      details: { missing: [2] },
    });
  });

  it("refuses a database that is newer than this package", async () => {
    const schema = freshSchema();
    await migrate(database(), { schema, migrations });
    for (const mode of ["auto", "check"] as const) {
      const older = migrate(database(), { schema, migrations: [first], mode });
      await expect(older).rejects.toMatchObject({ code: "schema_too_new", details: { found: 2, newest: 1 } });
    }
  });

  it("refuses a migration whose text changed after it was applied", async () => {
    const schema = freshSchema();
    await migrate(database(), { schema, migrations: [first] });
    const edited = [{ ...first, hash: "0".repeat(64) }, second];
    const refused = migrate(database(), { schema, migrations: edited });
    await expect(refused).rejects.toMatchObject({ code: "not_migrated", details: { number: 1 } });
    expect(await rows(database(), `select number from ${schema}.migration`)).toEqual([[1]]);
  });

  it("leaves nothing of a migration that fails, and keeps those before it", async () => {
    const schema = freshSchema();
    const broken = { ...second, sql: "create table {schema}.half (id int);\nselect nonsense;" };
    await expect(migrate(database(), { schema, migrations: [first, broken] })).rejects.toMatchObject({ code: "42703" });
    expect(await rows(database(), `select number from ${schema}.migration`)).toEqual([[1]]);
    expect(await rows(database(), `select to_regclass('${schema}.half')`)).toEqual([[null]]);
    expect(await migrate(database(), { schema, migrations })).toEqual({ applied: [2], version: 2 });
  });

  it("prints what leaves another database in the same state", async () => {
    const [applied, printed] = [freshSchema(), freshSchema()];
    await migrate(database(), { schema: applied, migrations });
    const script = printMigrations(printed, { migrations }).replaceAll(/^\\set.*$/gm, "");
    await database().withSession((session) => session.script(script));
    expect(await migrate(database(), { schema: printed, migrations, mode: "check" })).toMatchObject({ version: 2 });
    expect(await described(database(), printed)).toEqual(await described(database(), applied));
  });

  it("refuses a schema name that would need care elsewhere", async () => {
    for (const schema of ["", "Ducat", "a-b", 'x"y', "1a", "pg_temp", "a".repeat(64)]) {
      await expect(migrate(database(), { schema, migrations })).rejects.toMatchObject({ code: "invalid_options" });
    }
  });
});

/** The columns, constraints and functions of a schema, without its name. */
async function described(database: Database, schema: string): Promise<unknown> {
  const catalog = await rows(
    database,
    `select 'column', table_name::text, column_name::text, data_type::text, column_default::text
       from information_schema.columns where table_schema = '${schema}'
     union all select 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), null
       from pg_constraint where connamespace = '${schema}'::regnamespace
     union all select 'function', proname::text, prosrc, null, null
       from pg_proc where pronamespace = '${schema}'::regnamespace
     union all select 'index', indexname::text, indexdef, null, null from pg_indexes where schemaname = '${schema}'
     union all select 'migration', number::text, name, hash, null from ${schema}.migration
     order by 1, 2, 3`,
  );
  return JSON.parse(JSON.stringify(catalog).replaceAll(schema, "the_schema"));
}

it("is safe when twenty installers start at once", async () => {
  const schema = freshSchema();
  const databases = Array.from({ length: 20 }, () => pgDatabase({ connectionString: testDatabaseUrl(), max: 1 }));
  try {
    const reports = await Promise.all(databases.map((database) => migrate(database, { schema, migrations })));
    expect(reports.flatMap(({ applied }) => applied).sort((a, b) => a - b)).toEqual([1, 2]);
    expect(reports.every(({ version }) => version === 2)).toBe(true);
  } finally {
    await Promise.all(databases.map((database) => database.close()));
  }
});

it("is safe beside other installers in a database whose transactions are serializable and impatient", async () => {
  const schema = freshSchema();
  const url = new URL(testDatabaseUrl());
  url.searchParams.set("options", "-c default_transaction_isolation=serializable -c lock_timeout=1ms");
  const databases = Array.from({ length: 5 }, () => pgDatabase({ connectionString: url.href, max: 1 }));
  try {
    const reports = await Promise.all(databases.map((database) => migrate(database, { schema, migrations })));
    expect(reports.flatMap(({ applied }) => applied).sort((a, b) => a - b)).toEqual([1, 2]);
  } finally {
    await Promise.all(databases.map((database) => database.close()));
  }
});

/** Debian's psql, or one on the PATH. A server from npm comes without it; the test above has applied the text then. */
const psqlProgram = [findPostgres()?.directory ?? "", ...(process.env.PATH ?? "").split(delimiter)]
  .map((directory) => join(directory, "psql"))
  .find((file) => existsSync(file));

it.skipIf(!psqlProgram)("prints a text that psql applies, in two parts if need be", async () => {
  const [applied, printed] = [freshSchema(), freshSchema()];
  const database = pgDatabase({ connectionString: testDatabaseUrl() });
  try {
    await migrate(database, { schema: applied, migrations });
    await psql(printMigrations(printed, { migrations: [first] }));
    await psql(printMigrations(printed, { migrations, after: 1 }));
    expect(await described(database, printed)).toEqual(await described(database, applied));
    await expect(psql(printMigrations(printed, { migrations }))).rejects.toThrow("migration_pkey");
  } finally {
    await database.close();
  }
});

async function psql(script: string): Promise<void> {
  const running = promisify(execFile)(psqlProgram ?? "psql", ["-X", "-q", "-d", testDatabaseUrl()]);
  running.child.stdin?.end(script);
  await running;
}

it("does not find what a migration forgot to qualify, whatever the host's search path", async () => {
  const database = pgDatabase({ connectionString: testDatabaseUrl() });
  try {
    const careless = { ...first, sql: "create table careless (id int);" };
    const refused = migrate(database, { schema: freshSchema(), migrations: [careless] });
    await expect(refused).rejects.toMatchObject({ code: "42501" });
  } finally {
    await database.close();
  }
});

it("reads only what is numbered without a gap and ends where a statement ends", () => {
  const folder = mkdtempSync(join(tmpdir(), "ducat-migrations-"));
  try {
    writeFileSync(join(folder, "0001_initial.sql"), "select 1;\r\nselect 2;\r\n");
    expect(readMigrations(folder)).toMatchObject([{ number: 1, name: "initial", sql: "select 1;\nselect 2;\n" }]);
    writeFileSync(join(folder, "0003_gap.sql"), "select 1;");
    expect(() => readMigrations(folder)).toThrow("0003_gap.sql should be called 0002_");
    rmSync(join(folder, "0003_gap.sql"));
    writeFileSync(join(folder, "0002_open.sql"), "select 1");
    expect(() => readMigrations(folder)).toThrow("0002_open.sql does not end with a semicolon");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("embeds the migrations as they are: run scripts/embed-migrations.ts after a change", () => {
  expect(readFileSync(generatedFile, "utf8")).toBe(render(readMigrations(migrationsFolder)));
});

it("embeds any text unharmed", async () => {
  const source = render(migrations)
    .replace(/^import .*$/m, "")
    .replace(": readonly Migration[]", "");
  const module = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  expect(module.migrations).toEqual(migrations);
});
