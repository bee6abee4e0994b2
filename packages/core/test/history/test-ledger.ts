import type { Catalog } from "@ducat/client";
import { freshSchema } from "../../../../test/setup/database.ts";
import { defaultCatalog } from "../../src/catalog/default-catalog.ts";
import { catalogVersion } from "../../src/catalog/version.ts";
import { migrate } from "../../src/database/migrate.ts";
import type { Database, Param, Rows } from "../../src/database/port.ts";
import type { Command } from "../../src/engine/command.ts";
import { newId } from "../../src/ids.ts";
import { toCommand } from "../../src/inputs/index.ts";
import { type Catalogs, createCatalogs } from "../../src/ledger/catalogs.ts";
import { createLedger, type Ledger, type LedgerOptions } from "../../src/ledger/ledger.ts";
import { createReader, type Reader } from "../../src/ledger/read.ts";
import { createCatalogStore } from "../../src/store/catalog-version.ts";
import { createSql, type Sql } from "../../src/store/sql.ts";

type Verbs = typeof toCommand;

export interface TestLedger {
  sql: Sql;
  schema: string;
  database: Database;
  catalogs: Catalogs;
  ledger: Ledger;
  reader: Reader;
  /** Validates an input and submits the command, as `credits.…` does. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the answer of the verb it calls
  run(verb: keyof Verbs, input: Record<string, unknown>): Promise<any>;
  sweep(workspace: string): Promise<{ written: number }>;
  /** Runs SQL as an operator's hand would; `{schema}` is the ledger's. */
  query(text: string, params?: Param[]): Promise<Rows>;
}

/** A migrated ledger in a schema of its own, with the default catalog published. */
export async function testLedger(database: Database, catalog: Catalog = defaultCatalog): Promise<TestLedger> {
  const schema = freshSchema();
  await migrate(database, { schema });
  const store = createCatalogStore(createSql(schema, "mixed"));
  await database.withSession((session) => store.publish(session, catalogVersion(catalog), catalog));
  return ledgerOf(database, schema);
}

/** Another ledger on the same tables, as another process would have it. */
export function ledgerOf(database: Database, schema: string, options: Partial<LedgerOptions> = {}): TestLedger {
  const sql = createSql(schema, "mixed");
  const catalogs = createCatalogs(createCatalogStore(sql));
  const ledger = createLedger({
    database,
    schema,
    commitScope: "mixed",
    catalogs,
    lanes: 2,
    maxBatch: 500,
    maxQueued: 10_000,
    lockTimeoutMs: 5_000,
    committed: () => {},
    log: (message, error) => console.error(message, error),
    ...options,
  });
  return {
    sql,
    schema,
    database,
    catalogs,
    ledger,
    reader: createReader(database, ledger.loader, catalogs),
    run: (verb, input) =>
      ledger.submit((toCommand[verb] as (input: unknown, newId: () => string) => Command)(input, newId)),
    sweep: (workspace) => ledger.submit({ verb: "sweep", workspace }),
    async query(text, params = []) {
      const [result] = await database.withSession((session) =>
        session.run([{ text: text.replaceAll("{schema}", `"${schema}"`), params }]),
      );
      return result?.rows ?? [];
    },
  };
}
