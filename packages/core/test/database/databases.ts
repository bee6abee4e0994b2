import { afterAll, beforeAll, describe } from "vitest";
import { testDatabaseUrl } from "../../../../test/setup/database.ts";
import { pgliteTemplate } from "../../../../test/setup/pglite-template.ts";
import { pgDatabase } from "../../src/database/pg.ts";
import { pgliteDatabase } from "../../src/database/pglite.ts";
import type { Database } from "../../src/database/port.ts";

const kinds: Readonly<Record<Database["kind"] & ("pg" | "pglite"), () => Database>> = {
  pg: () => pgDatabase({ connectionString: testDatabaseUrl(), max: 4 }),
  pglite: () => pgliteDatabase({ memory: true, template: pgliteTemplate() }),
};

/** Describes the same behaviour on PostgreSQL and on PGlite. The database is opened before the tests and closed after. */
export function onEachDatabase(behaviour: (database: () => Database, kind: "pg" | "pglite") => void): void {
  for (const kind of ["pg", "pglite"] as const) {
    describe(kind, () => {
      let database: Database;
      beforeAll(async () => {
        database = kinds[kind]();
        await database.withSession((session) => session.run([{ text: "select 1" }]));
      }, 30_000);
      afterAll(async () => await database.close());
      behaviour(() => database, kind);
    });
  }
}
