import { DucatError } from "@ducat/client";
import { connectionError, missingDependency } from "./errors.ts";
import { type PgClient, pgSession } from "./pg-session.ts";
import type { Database, Session } from "./port.ts";

/** As much of a `pg.Pool` as is used here, so that a host may pass its own, of any version of pg 8. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
}

export interface PgOptions {
  /** The host's own pool. It is borrowed a batch at a time and never closed. */
  pool?: PgPool;
  /** Without a pool: where to connect. Without either, the `PG…` environment variables decide, as they do for psql. */
  connectionString?: string;
  /** Connections of an own pool at most; 10 by default. */
  max?: number;
  /** Milliseconds to wait for a connection, of the host's pool too, before `database_unavailable`; 10,000 by default. */
  connectionTimeoutMs?: number;
  /**
   * False behind a pooler that hands each transaction to another server connection without keeping track of prepared
   * statements (PgBouncer in transaction mode before 1.21, or with `max_prepared_statements = 0`). True by default.
   */
  preparedStatements?: boolean;
}

/** PostgreSQL through the `pg` package, which is loaded at the first use. */
export function pgDatabase(options: PgOptions): Database {
  // To the package it is no address at all, so that it goes where the environment points: to a database nobody named.
  if (options.connectionString === "") {
    throw new DucatError("invalid_options", "database.connectionString is empty. Give an address, or leave it out.");
  }
  const preparedStatements = options.preparedStatements ?? true;
  let own: Promise<PgPool> | undefined;
  let closed = false;

  function pool(): Promise<PgPool> | PgPool {
    if (options.pool) return options.pool;
    own ??= ownPool(options).catch((error: unknown) => {
      own = undefined;
      throw error;
    });
    return own;
  }

  return {
    kind: "pg",
    async withSession(work) {
      if (closed) throw new DucatError("closed", "The database was closed.");
      const client = await connect(await pool(), options.connectionTimeoutMs ?? defaultTimeoutMs);
      return await borrow(client, preparedStatements, work);
    },
    async close() {
      if (closed) return;
      closed = true;
      if (own) await (await own).end();
    },
  };
}

const defaultTimeoutMs = 10_000;

async function connect(pool: PgPool, timeoutMs: number): Promise<PgClient> {
  try {
    return await inTime(pool.connect(), timeoutMs);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_INVALID_URL")) throw connectionError(error);
    // Without its cause, which quotes the password.
    throw new DucatError(
      "invalid_options",
      "The connection string is no URL like postgres://user:password@host/database.",
    );
  }
}

/**
 * A pool without a time limit of its own lets everybody wait for ever, also a host that holds the last connection while it
 * waits for its own charge.
 */
async function inTime(connecting: Promise<PgClient>, timeoutMs: number): Promise<PgClient> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Error(`No connection of the pool was to be had within ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  connecting.then(
    (client) => {
      if (late) client.release();
    },
    () => {},
  );
  try {
    return await Promise.race([connecting, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function borrow<T>(
  client: PgClient,
  preparedStatements: boolean,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = pgSession(client, preparedStatements);
  let clean = false;
  try {
    // A host's connection may come with a transaction that the host forgot.
    if (!session.idle && !(await session.rollBack())) throw connectionError(new Error("The connection is lost."));
    const result = await work(session);
    clean = session.idle;
    if (!clean) throw new Error("The work ended inside a transaction, which was rolled back.");
    return result;
  } catch (error) {
    clean = await session.rollBack();
    throw error;
  } finally {
    session.end();
    client.release(clean ? undefined : true);
  }
}

async function ownPool(options: PgOptions): Promise<PgPool> {
  const { default: pg } = await import("pg").catch((error: unknown) => {
    throw missingDependency("pg", error);
  });
  const pool = new pg.Pool({
    ...(options.connectionString === undefined ? {} : { connectionString: options.connectionString }),
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectionTimeoutMs ?? defaultTimeoutMs,
    keepAlive: true,
    // A script that forgets `close()` ends all the same.
    allowExitOnIdle: true,
    application_name: "ducat",
  });
  // The pool replaces an idle connection that broke; without a listener the event would end the process.
  pool.on("error", () => {});
  return pool;
}
