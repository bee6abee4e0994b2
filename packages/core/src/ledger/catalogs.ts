import type { Catalog } from "@ducat/client";
import { DucatError } from "@ducat/client";
import type { Session } from "../database/port.ts";
import type { CatalogStore } from "../store/catalog-version.ts";

/** The published catalog versions that this process knows. A version never changes, so none is ever dropped. */
export interface Catalogs {
  known: ReadonlyMap<string, Catalog>;
  learn(version: string, catalog: Catalog): void;
  /** Loads the versions that are not known yet. */
  ensure(session: Session, versions: Iterable<string | null>): Promise<void>;
}

export function createCatalogs(store: CatalogStore): Catalogs {
  const known = new Map<string, Catalog>();
  return {
    known,
    learn: (version, catalog) => known.set(version, catalog),
    async ensure(session, versions) {
      for (const version of versions) {
        if (version === null || known.has(version)) continue;
        const catalog = await store.load(session, version);
        if (catalog === null) {
          throw new DucatError(
            "internal",
            `Catalog version ${version} is used by this workspace and not in the database.`,
          );
        }
        known.set(version, catalog);
      }
    },
  };
}
