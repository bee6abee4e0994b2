import { DucatError } from "@ducat/client";
import { knownTypeOids } from "./codec.ts";
import { type PgQueryable, queryAsText, runOneByOne, type TextResult } from "./one-by-one.ts";
import { type PgClient, pgSession } from "./pg-session.ts";
import type { Database, Session } from "./port.ts";

/**
 * A transaction that the caller has begun and will commit: a `pg` client or pool client after its BEGIN, the `tx` of
 * PGlite's `db.transaction(async (tx) => …)`, or any client whose `query` takes pg's configuration object with `rowMode`
 * and `types`. From an ORM, pass the pg client that its transaction runs on.
 */
export type CallerTransaction = PgQueryable;

export interface CallerOptions {
  /** As for `pgDatabase`. */
  preparedStatements?: boolean;
}

/**
 * Work inside the caller's own transaction. Nothing here begins, commits or rolls back: after an error the transaction is
 * the caller's to roll back. Values are the same as on any other database here, whatever parsers the caller has set.
 */
export function callerDatabase(transaction: CallerTransaction, options: CallerOptions = {}): Database {
  const open = sessions(transaction, options.preparedStatements ?? true);
  let last: Promise<unknown> = Promise.resolve();
  return {
    kind: "caller",
    async withSession(work) {
      const turn = async () => {
        const { session, end } = open();
        try {
          return await work(session);
        } finally {
          end();
        }
      };
      const result = last.then(turn, turn);
      last = result.catch(() => {});
      return await result;
    },
    async close() {},
  };
}

type Opened = () => { session: Session; end(): void };

function sessions(transaction: CallerTransaction, preparedStatements: boolean): Opened {
  if (typeof transaction?.query !== "function") throw refused("it has no query function");
  const members = transaction as object;
  if ("totalCount" in members) throw refused("it is a pool, whose next query may run on another connection");
  if ("exec" in members) {
    if ("transaction" in members) throw refused("it is a whole PGlite. Pass the tx of db.transaction(async (tx) => …)");
    return withoutEnd(pgliteSession(transaction));
  }
  if ("on" in members && "connection" in members) {
    const client = transaction as PgClient & { getTransactionStatus?(): string | null };
    return () => {
      if (client.getTransactionStatus?.() === "I") throw refused("it has no transaction open. Run BEGIN first");
      const session = pgSession(client, preparedStatements);
      return { session, end: session.end };
    };
  }
  return withoutEnd({
    run: (statements) => runOneByOne(statements, (text, values) => queryAsText(transaction, text, values)),
    async script(text) {
      await transaction.query(text);
    },
  });
}

function withoutEnd(session: Session): Opened {
  return () => ({ session, end: () => {} });
}

/** PGlite parses by type. Naming every type that we decode, and the dates, hands them over as text instead. */
const asText = Object.fromEntries(knownTypeOids.map((oid) => [oid, (text: string) => text]));

function pgliteSession(transaction: CallerTransaction): Session {
  async function query(text: string, values: (string | null)[]): Promise<TextResult> {
    const { rows, fields, rowCount, affectedRows } = await transaction.query(text, values, {
      rowMode: "array",
      parsers: asText,
      serializers: asText,
    });
    const typeOids = fields.map((field: { dataTypeID: number }) => field.dataTypeID);
    return { rows, typeOids, count: rowCount ?? (rows.length || (affectedRows ?? 0)) };
  }
  return {
    run: (statements) => runOneByOne(statements, query),
    async script(text) {
      await (transaction as CallerTransaction & { exec(text: string): Promise<unknown> }).exec(text);
    },
  };
}

function refused(why: string): DucatError {
  return new DucatError("invalid_options", `This is not a transaction to work in: ${why}.`);
}
