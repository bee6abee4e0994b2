import type { Catalog } from "@ducat/client";
import { catalogVersion } from "./catalog/index.ts";
import { stopwatch, wallClock } from "./clock.ts";
import { type SchemaStatus, schemaStatus } from "./database/migrate.ts";
import type { Database, Session } from "./database/port.ts";
import { withDatabase } from "./open.ts";
import type { DatabaseOptions } from "./options.ts";
import { createCatalogStore } from "./store/catalog-version.ts";
import { createDiagnosisStore, type DiagnosisStore, type LedgerFacts, type ServerFacts } from "./store/diagnosis.ts";
import { createSql } from "./store/sql.ts";

export interface DiagnoseOptions {
  database: DatabaseOptions;
  /** Default `ducat`. */
  schema?: string;
  /** The catalog that should be in force. */
  catalog?: Catalog;
}

/** What a ledger's database is like at this moment. Instants are milliseconds since 1970, of the database's clock. */
export interface Diagnosis {
  kind: "pg" | "pglite" | "caller";
  server: ServerFacts;
  /** How far this process's clock is ahead of the database's; it may be wrong by half of the round trip. */
  clock: { aheadMs: number; roundTripMs: number };
  schema: SchemaStatus & { name: string };
  /** `null` while the tables are not those of this package: then there is nothing that could be read safely. */
  ledger: LedgerFacts | null;
  catalog: {
    published: string | null;
    /** The version given, and whether it was ever published. */
    given: { version: string; known: boolean } | null;
  } | null;
}

/**
 * Looks at a ledger's database from outside: it migrates nothing, publishes nothing and writes nothing, so that it can be
 * asked of one that does not work. Throws `database_unavailable` when it cannot be reached, `data_directory_in_use` when
 * another process has an embedded one open.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  return await withDatabase(options.database, (database) => diagnoseOn(database, options));
}

/** The same on a database that somebody has opened already. */
export async function diagnoseOn(
  database: Database,
  { schema = "ducat", catalog }: Omit<DiagnoseOptions, "database">,
): Promise<Diagnosis> {
  const sql = createSql(schema, "mixed");
  const store = createDiagnosisStore(sql);
  return await database.withSession(async (session) => {
    const server = await store.server(session);
    const clock = await compareClocks(store, session);
    const status = await schemaStatus(session, schema);
    const { missing, newer, changed } = status;
    const readable = missing.length + newer.length + changed.length === 0;
    return {
      kind: database.kind,
      server,
      clock,
      schema: { name: schema, ...status },
      ledger: readable ? await store.ledger(session) : null,
      catalog: readable ? await catalogState(session) : null,
    };
  });

  async function catalogState(session: Session): Promise<Diagnosis["catalog"]> {
    const versions = createCatalogStore(sql);
    const published = await versions.published(session);
    if (catalog === undefined) return { published, given: null };
    const version = catalogVersion(catalog);
    return { published, given: { version, known: await versions.has(session, version) } };
  }
}

/** The quickest of a few answers says most about the time: the database read its clock somewhere inside its round trip. */
async function compareClocks(store: DiagnosisStore, session: Session): Promise<Diagnosis["clock"]> {
  let best: Diagnosis["clock"] | undefined;
  for (let i = 0; i < 5; i++) {
    const started = stopwatch();
    const there = await store.clock(session);
    const here = wallClock();
    const roundTripMs = stopwatch() - started;
    if (best === undefined || roundTripMs < best.roundTripMs) {
      best = { aheadMs: Math.round(here - roundTripMs / 2 - there), roundTripMs: Math.ceil(roundTripMs) };
    }
  }
  return best as Diagnosis["clock"];
}
