import type { Catalog } from "@ducat/client";
import { DucatError, type Fault } from "@ducat/client";
import type { PgOptions } from "./database/pg.ts";
import { isSchemaName } from "./database/schema-name.ts";
import { refuseOptionFaults } from "./option-faults.ts";
import type { CommitScope } from "./store/sql.ts";

/**
 * Where the ledger lives: your own PostgreSQL, by address or through your own `pg.Pool`, or an embedded PostgreSQL in a
 * folder or (for tests) in memory.
 */
export type DatabaseOptions = PgOptions | { directory: string } | { memory: true };

export interface CreditsOptions<C extends Catalog = Catalog> {
  database: DatabaseOptions;
  /** Roles, features with prices, plans, packs. It is published at the first verb if its version is new. Default: the built-in one. */
  catalog?: C;
  /** The PostgreSQL schema with the tables; default `ducat`. */
  schema?: string;
  /** `auto` (default) migrates at the first verb; `check` refuses to work on another version; `false` does not look. */
  migrate?: "auto" | "check" | false;
  /** False: no background sweeper; call `sweep()` yourself (serverless). Default true. */
  background?: boolean;
  /** How often the background sweeper looks for leases that ran out and credits that expired; default 10 s. */
  sweepIntervalMs?: number;
  /** How long a notice is kept that no listener has taken; the sweeper deletes older ones. Default 30 days. */
  keepNoticesDays?: number;
  /** `workspace`: one workspace a transaction, as a PostgreSQL distributed by workspace needs it. Default `mixed`. */
  commitScope?: CommitScope;
  /** How many batches run side by side; default 3 on PostgreSQL (1 on the embedded one). */
  lanes?: number;
  /** Commands that may wait before `overloaded`; default 20,000. */
  maxQueued?: number;
  /** How long a command waits for a workspace that another transaction holds; default 5,000 ms. */
  lockTimeoutMs?: number;
  /** Told of what went wrong inside and was not an answer to anybody. Default: `console.error`. */
  log?: (message: string, error?: unknown) => void;
}

/** Names every fault in the options at once: a typing error must not show up at the first charge in production. */
export function checkOptions(options: CreditsOptions): void {
  const errors: Fault[] = [];
  const fault = (path: string, message: string) => errors.push({ path, message });
  const known = new Set<string>([
    "database",
    "catalog",
    "schema",
    "migrate",
    "background",
    "sweepIntervalMs",
    "keepNoticesDays",
    "commitScope",
    "lanes",
    "maxQueued",
    "lockTimeoutMs",
    "log",
  ]);
  if (typeof options !== "object" || options === null) {
    throw new DucatError(
      "invalid_options",
      "createCredits takes an object: createCredits({ database: { connectionString } }).",
    );
  }
  for (const key of Object.keys(options)) if (!known.has(key)) fault(key, "is not an option of createCredits");
  checkDatabase(options.database, fault);
  const { catalog, schema, migrate, background, commitScope, log } = options;
  if (catalog !== undefined && (typeof catalog !== "object" || catalog === null || !("features" in catalog))) {
    fault("catalog", "must come from defineCatalog(…) or parseCatalogJson(…)");
  }
  if (schema !== undefined && !isSchemaName(schema)) {
    fault("schema", "must be a PostgreSQL schema name: 1–63 characters, beginning with a letter or _, not pg_…");
  }
  if (migrate !== undefined && ![false, "auto", "check"].includes(migrate))
    fault("migrate", 'must be "auto", "check" or false');
  if (background !== undefined && typeof background !== "boolean") fault("background", "must be true or false");
  if (commitScope !== undefined && !["mixed", "workspace"].includes(commitScope)) {
    fault("commitScope", 'must be "mixed" or "workspace"');
  }
  if (log !== undefined && typeof log !== "function") fault("log", "must be a function (message, error) => void");
  checkNumber(options, "lanes", 1, 64, fault);
  checkNumber(options, "maxQueued", 1, 10_000_000, fault);
  checkNumber(options, "lockTimeoutMs", 1, 600_000, fault);
  checkNumber(options, "sweepIntervalMs", 10, 3_600_000, fault);
  checkNumber(options, "keepNoticesDays", 1, 3650, fault);
  refuseOptionFaults("createCredits", errors);
}

type AddFault = (path: string, message: string) => void;

function checkNumber(
  options: CreditsOptions,
  key: "lanes" | "maxQueued" | "lockTimeoutMs" | "sweepIntervalMs" | "keepNoticesDays",
  min: number,
  max: number,
  fault: AddFault,
): void {
  const value: unknown = options[key];
  if (value === undefined) return;
  if (!isWhole(value, min, max)) {
    fault(key, `must be a whole number from ${min} to ${max}`);
  }
}

const databaseKeys = new Set([
  "connectionString",
  "pool",
  "directory",
  "memory",
  "max",
  "connectionTimeoutMs",
  "preparedStatements",
]);

function checkDatabase(database: unknown, fault: AddFault): void {
  const help = "must be { connectionString }, { pool }, { directory } or { memory: true }";
  if (typeof database !== "object" || database === null) {
    fault("database", help);
    return;
  }
  const given = database as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (!databaseKeys.has(key)) fault(`database.${key}`, `is not an option of a database; it ${help}`);
  }
  const kinds = ["connectionString", "pool", "directory", "memory"].filter((key) => given[key] !== undefined);
  if (kinds.length > 1) fault("database", `${help}, not several of them (${kinds.join(", ")})`);
  if (given.directory !== undefined && (typeof given.directory !== "string" || given.directory === "")) {
    fault("database.directory", "must be the path of a folder");
  }
  if (given.memory !== undefined && given.memory !== true) fault("database.memory", "must be true");
  if (
    given.connectionString !== undefined &&
    (typeof given.connectionString !== "string" || given.connectionString === "")
  ) {
    fault("database.connectionString", "must be an address such as postgres://user:password@host:5432/name");
  }
  if (given.pool !== undefined && typeof (given.pool as { connect?: unknown } | null)?.connect !== "function") {
    fault("database.pool", "must be a pg.Pool");
  }
  const { max, connectionTimeoutMs, preparedStatements } = given;
  if (max !== undefined && !isWhole(max, 1, 10_000)) fault("database.max", "must be a whole number from 1 to 10000");
  if (connectionTimeoutMs !== undefined && !isWhole(connectionTimeoutMs, 1, 600_000)) {
    fault("database.connectionTimeoutMs", "must be a whole number from 1 to 600000");
  }
  if (preparedStatements !== undefined && typeof preparedStatements !== "boolean") {
    fault("database.preparedStatements", "must be true or false");
  }
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
