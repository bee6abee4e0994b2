import { join } from "node:path";
import type { Contender } from "./contender.ts";
import { bulkInsert } from "./contenders/bulk-insert.ts";
import { ducat } from "./contenders/ducat.ts";
import { guarded } from "./contenders/guarded.ts";
import { noOp } from "./contenders/no-op.ts";
import { rateLimiter } from "./contenders/rate-limiter.ts";
import { textbook } from "./contenders/textbook.ts";
import { pgliteSessions, postgresSessions } from "./sessions.ts";

export interface Places {
  connectionString: string;
  /** An empty directory; every contender on PGlite gets a folder of its own in it. */
  directory: string;
}

/** Makes a contender under the name given; its tables are named after it. */
type Make = (name: string, places: Places) => Promise<Contender>;

const onPostgres = ({ connectionString }: Places) => postgresSessions(connectionString);
const onPglite = (name: string, places: Places) => pgliteSessions(join(places.directory, name));

/** In the order of the report. Each is made only if it runs: an idle one would still hold its connections. */
const makers: Record<string, Make> = {
  "no-op": async () => noOp(),
  textbook: async (name, places) => textbook(name, "postgresql", onPostgres(places)),
  guarded: async (name, places) => guarded(name, "postgresql", onPostgres(places)),
  "rate-limiter": async (_, places) => rateLimiter(places.connectionString),
  "bulk-insert": async (name, places) => bulkInsert(name, "postgresql", onPostgres(places)),
  ducat: async (name, places) =>
    ducat({
      name,
      backend: "postgresql",
      database: { connectionString: places.connectionString },
      openTables: async () => onPostgres(places),
    }),
  "textbook-pglite": async (name, places) => textbook(name, "pglite", await onPglite(name, places)),
  "guarded-pglite": async (name, places) => guarded(name, "pglite", await onPglite(name, places)),
  "bulk-insert-pglite": async (name, places) => bulkInsert(name, "pglite", await onPglite(name, places)),
  "ducat-pglite": async (name, places) => {
    const directory = join(places.directory, name);
    // Where Ducat keeps the database in its folder.
    const openTables = () => pgliteSessions(join(directory, "postgres"));
    return ducat({ name, backend: "pglite", database: { directory }, openTables });
  },
};

const contenderNames: readonly string[] = Object.keys(makers);

/** The names that `--only` selects; without it all, or those that a mode takes by default. */
export function selectNames(only: readonly string[], otherwise: readonly string[] = contenderNames): string[] {
  if (only.length === 0) return [...otherwise];
  const selected = contenderNames.filter((name) =>
    only.some((part) => (part.endsWith("!") ? name === part.slice(0, -1) : name.includes(part))),
  );
  if (selected.length === 0)
    throw new Error(`--only: no contender is named so; there are ${contenderNames.join(", ")}`);
  return selected;
}

/** `name` says which contender, `as` what this instance of it is called. */
export async function makeContender(name: string, places: Places, as = name): Promise<Contender> {
  const make = makers[name];
  if (!make) throw new Error(`no contender is named ${name}`);
  return make(as, places);
}
