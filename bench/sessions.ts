import { PGlite } from "@electric-sql/pglite";
import pg from "pg";

/** A named statement: PostgreSQL parses and plans it once a connection. */
interface Statement {
  name: string;
  text: string;
}

type Row = Record<string, unknown>;

export interface Session {
  query(statement: Statement, values: unknown[]): Promise<Row[]>;
}

/** The least that the hand-written contenders need of a database, so that the same SQL runs on both. */
export interface Sessions extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** As many connections as the textbook asks for: beyond this a two-core server gets slower, not faster. */
export const poolSize = 16;

export function postgresSessions(connectionString: string): Sessions {
  const pool = new pg.Pool({ connectionString, max: poolSize, idleTimeoutMillis: 0 });
  const on = (client: pg.PoolClient): Session => ({
    async query({ name, text }, values) {
      const { rows } = await client.query({ name, text, values });
      return rows as Row[];
    },
  });
  // One wrapper a connection, not one a transaction.
  const sessions = new WeakMap<pg.PoolClient, Session>();
  return {
    async query({ name, text }, values) {
      const { rows } = await pool.query({ name, text, values });
      return rows as Row[];
    },
    async transaction(work) {
      const client = await pool.connect();
      let session = sessions.get(client);
      if (!session) {
        session = on(client);
        sessions.set(client, session);
      }
      try {
        await client.query("BEGIN");
        const result = await work(session);
        await client.query("COMMIT");
        client.release();
        return result;
      } catch (error) {
        client.release(true);
        throw error;
      }
    },
    async script(sql) {
      await pool.query(sql);
    },
    close: () => pool.end(),
  };
}

/**
 * PGlite in this thread: without a worker's hop, which is the best case for whoever is compared with Ducat. It answers without
 * ever giving up the thread, so a thousand callers would keep every timer from firing, the one that ends the window too: after
 * each operation the event loop gets a turn.
 */
export async function pgliteSessions(directory: string): Promise<Sessions> {
  const database = await PGlite.create(directory);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.then(nextTurn, nextTurn);
    return result;
  };
  return {
    query: ({ text }, values) => inTurn(async () => (await database.query<Row>(text, values)).rows),
    transaction: (work) =>
      inTurn(() =>
        database.transaction((tx) =>
          work({
            query: async ({ text }, values) => (await tx.query<Row>(text, values)).rows,
          }),
        ),
      ),
    script: (sql) =>
      inTurn(async () => {
        await database.exec(sql);
      }),
    close: () => database.close(),
  };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
