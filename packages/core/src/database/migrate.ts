import { DucatError } from "@ducat/client";
import { applyScript, bootstrapScript, lockScript, type Migration, wholeScript } from "./migration-script.ts";
import { migrations as embedded } from "./migrations.generated.ts";
import type { Database, Session } from "./port.ts";
import { quotedSchema } from "./schema-name.ts";

export type { Migration } from "./migration-script.ts";

export interface MigrateOptions {
  schema: string;
  /** `auto` brings the database up to date; `check` only says whether it is. */
  mode?: "auto" | "check";
  /** Those of the package by default. */
  migrations?: readonly Migration[];
}

export interface MigrateReport {
  /** The numbers applied by this call; those that somebody else applied meanwhile are not among them. */
  readonly applied: readonly number[];
  /** The number of the newest migration that the database has. */
  readonly version: number;
}

/**
 * Makes or checks the tables. Any number of processes may call it at once: one applies, the others wait and find it done.
 * Throws `not_migrated` in check mode when something is missing, or when the database has another text of a migration than
 * this package; `schema_too_new` when the database was migrated by a newer version of it.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<MigrateReport> {
  const { schema, mode = "auto", migrations = embedded } = options;
  quotedSchema(schema);
  return await database.withSession(async (session) => {
    const applied: number[] = [];
    let missing = missingFrom(await readApplied(session, schema), migrations, schema);
    if (missing.length > 0 && mode === "check") throw notMigrated(schema, missing);
    while (missing.length > 0) {
      const done = await applyNext(session, schema, migrations);
      if (done !== undefined) applied.push(done);
      missing = missingFrom(await readApplied(session, schema), migrations, schema);
    }
    return { applied, version: migrations.length };
  });
}

/** The name of a migration of this package. */
export function migrationName(number: number): string {
  return embedded.find((migration) => migration.number === number)?.name ?? "";
}

/**
 * The whole as SQL for people who apply it themselves. Afterwards the database is as `migrate` leaves it. `after` is the
 * number of the newest migration that is there already.
 */
export function printMigrations(
  schema: string,
  options: { after?: number; migrations?: readonly Migration[] } = {},
): string {
  const { after = 0, migrations = embedded } = options;
  return wholeScript(
    schema,
    migrations.filter(({ number }) => number > after),
  );
}

/** How the tables of a schema compare with what this package knows, by the numbers of the migrations. */
export interface SchemaStatus {
  applied: number[];
  missing: number[];
  /** Applied by a newer version of this package. */
  newer: number[];
  /** Applied with another text than this package has. */
  changed: number[];
}

/** Looks and changes nothing; `migrate` would throw at some of what this tells. */
export async function schemaStatus(
  session: Session,
  schema: string,
  migrations: readonly Migration[] = embedded,
): Promise<SchemaStatus> {
  const applied = await readApplied(session, schema);
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  const present = new Set(applied.map(({ number }) => number));
  return {
    applied: [...present],
    missing: migrations.map(({ number }) => number).filter((number) => !present.has(number)),
    newer: [...present].filter((number) => !known.has(number)),
    changed: applied
      .filter(({ number, hash }) => known.has(number) && known.get(number)?.hash !== hash)
      .map(({ number }) => number),
  };
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly hash: string;
}

async function readApplied(session: Session, schema: string): Promise<Applied[]> {
  const table = `${quotedSchema(schema)}.migration`;
  const [exists] = await session.run([{ text: "select to_regclass($1::text) is not null", params: [table] }]);
  if (!exists?.rows[0]?.[0]) return [];
  const [result] = await session.run([{ text: `select number, name, hash from ${table} order by number` }]);
  return (result?.rows ?? []).map(([number, name, hash]) => ({ number, name, hash }));
}

/** Applies one migration in one transaction; undefined when another process was first. */
async function applyNext(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<number | undefined> {
  await session.script(lockScript(schema));
  await session.script(bootstrapScript(schema));
  const [next] = missingFrom(await readApplied(session, schema), migrations, schema);
  if (next) await session.script(applyScript(schema, next));
  await session.script("commit");
  return next?.number;
}

function missingFrom(applied: readonly Applied[], migrations: readonly Migration[], schema: string): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, name, hash } of applied) {
    const migration = known.get(number);
    if (!migration) throw tooNew(schema, number, migrations.length);
    if (migration.hash !== hash) throw changed(schema, migration, name, hash);
  }
  const present = new Set(applied.map(({ number }) => number));
  return migrations.filter(({ number }) => !present.has(number));
}

function notMigrated(schema: string, missing: readonly Migration[]): DucatError {
  const names = missing.map(({ number, name }) => `${number} (${name})`).join(", ");
  return new DucatError("not_migrated", `The schema ${schema} lacks migration ${names}. Run: ducat migrate`, {
    details: { schema, missing: missing.map(({ number }) => number) },
  });
}

function tooNew(schema: string, found: number, newest: number): DucatError {
  return new DucatError(
    "schema_too_new",
    `The schema ${schema} has migration ${found}; this version of Ducat knows ${newest} at most. Update Ducat.`,
    { details: { schema, found, newest } },
  );
}

function changed(schema: string, migration: Migration, name: string, hash: string): DucatError {
  return new DucatError(
    "not_migrated",
    `The schema ${schema} got migration ${migration.number} (${name}) with another text than this version of Ducat has. ` +
      "A released migration never changes: one of the two is not a release. Restore the schema or make a new one.",
    { details: { schema, number: migration.number, applied: hash, expected: migration.hash } },
  );
}
