import { quotedSchema } from "./schema-name.ts";

/** One step from an empty database to today's, embedded in the package. Immutable once released. */
export interface Migration {
  /** 1, 2, 3, … without a gap. */
  readonly number: number;
  readonly name: string;
  /** SHA-256 of the text as it was written, in hexadecimal. */
  readonly hash: string;
  /** Any number of statements, with `{schema}` where the schema's quoted name goes. */
  readonly sql: string;
}

/** First key of every advisory lock of Ducat: the letters `duca`. The second tells schemas of one database apart. */
const lockSpace = 0x64756361;

/**
 * What every migration begins with. A host's time limits are for its queries, not for this. Names without a schema are not
 * found, so that a migration does not depend on who applies it. The lock makes installers wait for each other.
 */
function prologue(schema: string): string {
  return `set local lock_timeout = 0;
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local client_min_messages = warning;
set local search_path = pg_catalog;
select pg_advisory_xact_lock(${lockSpace}, ${lockKey(schema)});
`;
}

/** A snapshot older than the lock would not show what others applied while we waited for it. */
const begin = "begin isolation level read committed read write;\n";

/** FNV-1a over the name, as a signed 32-bit number. */
function lockKey(schema: string): number {
  let key = 0x811c9dc5;
  for (let index = 0; index < schema.length; index++) key = Math.imul(key ^ schema.charCodeAt(index), 0x01000193);
  return key | 0;
}

/** The statements that must run, and be seen, before it is known what is to be applied. */
export function lockScript(schema: string): string {
  return begin + prologue(schema);
}

/** Makes the schema, where it is missing, and the table that remembers what was applied. */
export function bootstrapScript(schema: string): string {
  const quoted = quotedSchema(schema);
  // "create schema if not exists" demands the right to create one even where it exists.
  return `do $$ begin
  if to_regnamespace('${quoted}') is null then
    create schema ${quoted};
  end if;
end $$;
create table if not exists ${quoted}.migration (
  number integer primary key,
  name text not null,
  hash text not null,
  applied_at timestamptz not null default clock_timestamp()
);
`;
}

/** The row goes first: whoever applies the same migration beside us, without the lock, fails before doing anything. */
export function applyScript(schema: string, { number, name, hash, sql }: Migration): string {
  const quoted = quotedSchema(schema);
  return `insert into ${quoted}.migration (number, name, hash) values (${number}, '${name}', '${hash}');
${sql.replaceAll("{schema}", quoted).trimEnd()}
`;
}

/** Everything as one text for psql, a transaction for each migration. */
export function wholeScript(schema: string, migrations: readonly Migration[]): string {
  const steps = migrations.map(
    (migration) => `
-- Migration ${migration.number}: ${migration.name}
${begin}${prologue(schema)}${bootstrapScript(schema)}${applyScript(schema, migration)}commit;
`,
  );
  return `-- The tables of Ducat in the schema ${quotedSchema(schema)}. Apply with psql, which then stops at the first error.
\\set ON_ERROR_STOP on
${steps.join("")}`;
}
