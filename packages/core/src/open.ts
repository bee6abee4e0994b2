import type { Catalog } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { catalogVersion, defaultCatalog, missingFrom } from "./catalog/index.ts";
import { migrate } from "./database/migrate.ts";
import { pgDatabase } from "./database/pg.ts";
import { pgliteDatabase } from "./database/pglite.ts";
import type { Database, Session } from "./database/port.ts";
import type { CreditsOptions, DatabaseOptions } from "./options.ts";
import type { CatalogStore } from "./store/catalog-version.ts";

/** The database that the options name. Nothing is opened before it is first used. */
export function databaseOf(options: DatabaseOptions): Database {
  if ("directory" in options) return pgliteDatabase({ directory: options.directory });
  if ("memory" in options) return pgliteDatabase({ memory: true });
  return pgDatabase({ max: OWN_CONNECTIONS, ...options });
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

/** Brings a catalog into force, unless that would drop a plan or a pack that something still refers to. */
export async function publishCatalog(
  session: Session,
  store: CatalogStore,
  catalog: Catalog,
): Promise<{ version: string; published: boolean }> {
  const version = catalogVersion(catalog);
  if ((await store.published(session)) === version) return { version, published: false };
  const { plans, packs } = await store.inUse(session);
  const errors = missingFrom(catalog, { plans: [...plans.keys()], packs: [...packs.keys()] }).map((fault) => {
    const id = fault.path.split(".").at(-1) ?? "";
    const workspace = plans.get(id) ?? packs.get(id);
    return workspace === undefined ? fault : { ...fault, message: `${fault.message} (workspace ${workspace} uses it)` };
  });
  if (errors.length > 0) {
    const text = errors.map(({ path, message }) => `${path} ${message}`).join("; ");
    throw new DucatError("catalog_in_use", `This catalog was not published: ${text}.`, { errors });
  }
  await store.publish(session, version, catalog);
  return { version, published: true };
}
