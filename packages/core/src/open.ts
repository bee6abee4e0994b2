import type { Catalog } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { catalogVersion, defaultCatalog, missingFrom } from "./catalog/index.ts";
import { pause } from "./clock.ts";
import { classify } from "./database/errors.ts";
import { migrate, migrationName } from "./database/migrate.ts";
import { pgDatabase } from "./database/pg.ts";
import { pgliteDatabase } from "./database/pglite.ts";
import type { Database, Session } from "./database/port.ts";
import { jitter } from "./ids.ts";
import { publicError } from "./ledger/public-error.ts";
import type { CreditsOptions, DatabaseOptions } from "./options.ts";
import { type CatalogStore, createCatalogStore } from "./store/catalog-version.ts";
import { createSql } from "./store/sql.ts";
import { commit, rollback } from "./store/transaction.ts";

/** The database that the options name. Nothing is opened before it is first used. */
export function databaseOf(options: DatabaseOptions): Database {
  if ("directory" in options) return pgliteDatabase({ directory: options.directory });
  if ("memory" in options) return pgliteDatabase({ memory: true });
  return pgDatabase({ max: OWN_CONNECTIONS, ...options });
}

/** One piece of work on a database that is opened for it and closed after it. What fails is told in Ducat's own errors. */
export async function withDatabase<T>(options: DatabaseOptions, work: (database: Database) => Promise<T>): Promise<T> {
  const database = databaseOf(options);
  try {
    return await work(database);
  } catch (error) {
    throw publicError(error);
  } finally {
    await database.close();
  }
}

/** Lanes, the places beside them, and readers. */
const OWN_CONNECTIONS = 14;

/** Migrates, and publishes the catalog if its version is new. Once a process; again after a failure. */
export async function prepareDatabase(
  database: Database,
  store: CatalogStore,
  options: Omit<CreditsOptions, "database">,
): Promise<void> {
  const schema = options.schema ?? "ducat";
  const mode = options.migrate ?? "auto";
  if (mode !== false) await migrate(database, { schema, mode });
  await database.withSession(async (session) => {
    if (options.catalog === undefined) {
      if ((await store.published(session)) === null) await publishCatalog(session, store, defaultCatalog);
      return;
    }
    const version = catalogVersion(options.catalog);
    if (!(await store.has(session, version))) await publishCatalog(session, store, options.catalog);
  });
}

/** What `migrateDatabase` did, and how it left the database. */
export interface MigrationResult {
  schema: string;
  /** The migrations that this call applied, in order; those that another process applied meanwhile are not among them. */
  applied: { number: number; name: string }[];
  /** The number of the newest migration, which the database now has. */
  version: number;
  /** The version of the catalog that is in force; `null` while none is published. */
  catalog: string | null;
}

/** Makes or updates the tables, and nothing else: it publishes no catalog. Safe to repeat, and from any number of places. */
export async function migrateDatabase(options: {
  database: DatabaseOptions;
  /** Default `ducat`. */
  schema?: string;
}): Promise<MigrationResult> {
  const { schema = "ducat" } = options;
  return await withDatabase(options.database, async (database) => {
    const { applied, version } = await migrate(database, { schema });
    const store = createCatalogStore(createSql(schema, "mixed"));
    const catalog = await database.withSession((session) => store.published(session));
    return { schema, applied: applied.map((number) => ({ number, name: migrationName(number) })), version, catalog };
  });
}

/**
 * Brings a catalog into force, unless that would drop a plan or a pack that something still refers to. Looking and
 * publishing are one transaction, and whoever chooses a plan or a pack meanwhile waits for it.
 */
export async function publishCatalog(
  session: Session,
  store: CatalogStore,
  catalog: Catalog,
): Promise<{ version: string; published: boolean }> {
  const version = catalogVersion(catalog);
  if ((await store.published(session)) === version) return { version, published: false };
  await beginPublishing(session, store);
  try {
    await refuseDropping(session, store, catalog);
    // Somebody who published the same in between has done it.
    const published = (await store.published(session)) !== version;
    await store.publish(session, version, catalog);
    await session.run([commit]);
    return { version, published };
  } catch (error) {
    await session.run([rollback]);
    throw error;
  }
}

/**
 * Whoever waits for the catalog's lock keeps those behind it waiting, so each try is short: a host's transaction that
 * changed a plan and stays open must delay publishing, and not the others' plan changes.
 */
const PUBLISH_WAIT_MS = 100;
const PUBLISH_TRIES = 25;

async function beginPublishing(session: Session, store: CatalogStore): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await store.beginPublishing(session, PUBLISH_WAIT_MS);
      return;
    } catch (error) {
      await session.run([rollback]);
      if (classify(error) !== "lock_timeout") throw error;
      if (tries === PUBLISH_TRIES) {
        throw new DucatError(
          "overloaded",
          "Another transaction is changing a plan or ordering a pack and stays open. Nothing was published; try again shortly.",
          { cause: error },
        );
      }
      await pause(jitter(PUBLISH_WAIT_MS));
    }
  }
}

async function refuseDropping(session: Session, store: CatalogStore, catalog: Catalog): Promise<void> {
  const { plans, packs } = await store.inUse(session);
  const errors = missingFrom(catalog, { plans: [...plans.keys()], packs: [...packs.keys()] }).map((fault) => {
    const id = fault.path.split(".").at(-1) ?? "";
    const workspace = plans.get(id) ?? packs.get(id);
    return workspace === undefined ? fault : { ...fault, message: `${fault.message} (workspace ${workspace} uses it)` };
  });
  if (errors.length === 0) return;
  const text = errors.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new DucatError("catalog_in_use", `This catalog was not published: ${text}.`, { errors });
}
