import { join } from "node:path";
import type { Contender } from "./contender.ts";
import { bulkInsert } from "./contenders/bulk-insert.ts";
import { ducat, loadDucat } from "./contenders/ducat.ts";
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

type Make = (places: Places) => Promise<Contender>;

/** In the order of the report. Each is made only if it runs: an idle one would still hold its connections. */
const makers: Record<string, Make> = {
  "no-op": async () => noOp(),
  textbook: async ({ connectionString }) => textbook("postgresql", postgresSessions(connectionString)),
  guarded: async ({ connectionString }) => guarded("postgresql", postgresSessions(connectionString)),
  "rate-limiter": async ({ connectionString }) => rateLimiter(connectionString),
  "bulk-insert": async ({ connectionString }) => bulkInsert("postgresql", postgresSessions(connectionString)),
  "textbook-pglite": async (places) => textbook("pglite", await onPglite(places, "textbook")),
  "guarded-pglite": async (places) => guarded("pglite", await onPglite(places, "guarded")),
  "bulk-insert-pglite": async (places) => bulkInsert("pglite", await onPglite(places, "bulk-insert")),
};

const onPglite = (places: Places, name: string) => pgliteSessions(join(places.directory, name));

export async function makeContenders(
  places: Places,
  wanted: (name: string) => boolean,
  say: (line: string) => void,
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const [name, make] of Object.entries(makers)) {
    if (wanted(name)) contenders.push(await make(places));
  }
  if (wanted("ducat") || wanted("ducat-pglite")) {
    const module = await loadDucat();
    if (!module) say("ducat: not built yet, so it is left out");
    else {
      const { connectionString, directory } = places;
      if (wanted("ducat")) contenders.push(ducat(module, "postgresql", { connectionString }));
      if (wanted("ducat-pglite")) contenders.push(ducat(module, "pglite", { directory: join(directory, "ducat") }));
    }
  }
  return contenders;
}

export function wantedBy(only: string[]): (name: string) => boolean {
  if (only.length === 0) return () => true;
  return (name) => only.some((part) => (part.endsWith("!") ? name === part.slice(0, -1) : name.includes(part)));
}
