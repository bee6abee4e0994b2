/** One scalar as a statement takes it. Numbers go to the database in decimal text, so that any numeric type can be cast to. */
export type Scalar = string | number | boolean | null;

/** A parameter: a scalar, or one list of scalars for a `$1::bigint[]`. Lists do not nest. */
export type Param = Scalar | readonly Scalar[];

export interface Statement {
  /**
   * Set for a statement that is run again and again with the same text: it is prepared once a connection and its columns
   * are remembered. The text decides which prepared statement is meant; the name is for people who read logs.
   */
  readonly name?: string;
  /** One SQL statement. Cast every parameter (`$1::text`): PGlite and PostgreSQL guess differently. */
  readonly text: string;
  readonly params?: readonly Param[];
}

/** A value as `codec.ts` decodes it: number, string, boolean, null, parsed JSON, or a list of these. */
// biome-ignore lint/suspicious/noExplicitAny: the columns of a statement are known to the place that wrote it, and to nobody else
export type Value = any;

/** Rows as lists of values, in the order of the select list. */
export type Rows = readonly (readonly Value[])[];

export interface Result {
  readonly rows: Rows;
  /** Rows selected, inserted, updated or deleted; 0 for every other statement. */
  readonly count: number;
}

/** One borrowed connection. It runs one thing at a time: await each call before the next one. */
export interface Session {
  /**
   * Runs the statements in order, in one network round trip where the driver can. Stops at the first error, runs none of the
   * later ones, and throws it. Statements that are made as they are asked for, by a generator, are sent in parts: the
   * server works on the first ones while the others are being made. What the generator throws is thrown here. `BEGIN` and
   * `COMMIT` are ordinary statements here; without them, whether the statements of one call commit together depends on the
   * driver, so write them.
   */
  run(statements: Iterable<Statement>): Promise<readonly Result[]>;
  /** Runs any number of statements from one text without parameters, as a migration needs. Its rows are dropped. */
  script(text: string): Promise<void>;
}

export interface Database {
  readonly kind: "pg" | "pglite" | "caller";
  /**
   * Borrows a connection for the work. A connection whose work threw or left a transaction open is rolled back, or
   * destroyed when that fails; it never goes back dirty. Leaving a transaction open is itself an error.
   */
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Ends what was opened here. A pool that the host passed in stays open. */
  close(): Promise<void>;
}
