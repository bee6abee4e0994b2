import { EventEmitter } from "node:events";
import { connectionError, isServerError } from "./errors.ts";
import { type PgQueryable, queryAsText, runOneByOne } from "./one-by-one.ts";
import {
  emptyRegistry,
  isNothing,
  type Pipeline,
  type Registry,
  scriptPipeline,
  statementPipeline,
} from "./pipeline.ts";
import type { Result, Session, Statement } from "./port.ts";

/** As much of a `pg.PoolClient` as is used here. */
export interface PgClient extends PgQueryable {
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  release(destroy?: boolean | Error): void;
}

export interface PgSession extends Session {
  /** True when the connection is in no transaction. */
  readonly idle: boolean;
  /** Leaves the connection outside any transaction; false when that failed and the connection must be destroyed. */
  rollBack(): Promise<boolean>;
  /** From here on every call is an error. */
  end(): void;
}

/** pg's connection object: the events of the protocol, and the socket. */
interface Connection extends EventEmitter {
  stream: { write(bytes: Uint8Array): boolean; cork?(): void };
  sendCopyFail(message: string): void;
}

/** What is remembered of a connection between two borrowings. */
interface ConnectionState {
  readonly registry: Registry;
  status: string;
  running: { ready(): void; broken(error: unknown): void } | undefined;
}

const states = new WeakMap<Connection, ConnectionState>();

export function pgSession(client: PgClient, preparedStatements: boolean): PgSession {
  const connection = plainConnection(client);
  const connected = connection ? pipelined(client, connection, preparedStatements) : oneByOne(client);
  let busy = false;
  let ended = false;
  // A connection that breaks while nobody waits for an answer emits `error`, which without a listener ends the process.
  const lost = (error: Error) => connected.lose(error);
  client.on("error", lost);

  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (ended) throw new Error("A session was used after its work had ended.");
    if (busy) throw new Error("A session was used while it was running something else.");
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  }

  return {
    run: (statements) => exclusively(() => connected.run(statements)),
    script: (text) => exclusively(() => connected.script(text)),
    get idle() {
      return !busy && connected.idle();
    },
    async rollBack() {
      if (busy || connected.broken()) return false;
      if (connected.idle()) return true;
      try {
        await connected.run([{ text: "rollback" }]);
        return connected.idle();
      } catch {
        return false;
      }
    },
    end() {
      ended = true;
      client.removeListener("error", lost);
    },
  };
}

interface Connected {
  run(statements: Iterable<Statement>): Promise<readonly Result[]>;
  script(text: string): Promise<void>;
  idle(): boolean;
  broken(): boolean;
  /** The connection is lost, and this is why. */
  lose(error: Error): void;
}

/** The connection of a client that is pg's own; undefined for pg-native and for pg's `pipeline` mode, which refuse us. */
function plainConnection(client: PgClient): Connection | undefined {
  const { connection, pipeline } = client as { connection?: unknown; pipeline?: unknown };
  if (pipeline === true || !(connection instanceof EventEmitter)) return undefined;
  const { stream } = connection as Partial<Connection>;
  return typeof stream?.write === "function" ? (connection as Connection) : undefined;
}

function stateOf(connection: Connection, status: string): ConnectionState {
  const known = states.get(connection);
  if (known) return known;
  const state: ConnectionState = { registry: emptyRegistry(), status, running: undefined };
  // Behind pg's own listener: when ours runs, the client is ready for the next query.
  connection.on("readyForQuery", (message: { status: string }) => {
    state.status = message.status;
    state.running?.ready();
  });
  connection.once("end", () => state.running?.broken(new Error("The connection ended.")));
  states.set(connection, state);
  return state;
}

/** So many bytes of statements are worth a write of their own: the server begins with them. */
const PART = 16 * 1024;

function pipelined(client: PgClient, connection: Connection, preparedStatements: boolean): Connected {
  const { getTransactionStatus } = client as { getTransactionStatus?(): string | null };
  const state = stateOf(connection, getTransactionStatus?.call(client) ?? "I");
  let loss: unknown;
  /** What the server reported against the statements under way. It says more than the end of the connection behind it. */
  let reported: unknown;

  function lose(error: unknown): void {
    loss ??= reported ?? error;
  }

  function send(pipeline: Pipeline): Promise<readonly Result[]> {
    if (loss !== undefined) return Promise.reject(connectionError(loss));
    return new Promise((resolve, reject) => {
      const query = submittable(pipeline, (error) => {
        if (isServerError(error)) reported = error;
        else state.running?.broken(error);
      });
      const settle = () => {
        state.running = undefined;
        // Set by pg when the host has given its pool a query timeout: stops that timer.
        query.callback?.();
      };
      state.running = {
        ready() {
          settle();
          reported = undefined;
          try {
            resolve(pipeline.results());
          } catch (error) {
            reject(error);
          }
        },
        broken(error) {
          settle();
          lose(error);
          reject(connectionError(loss));
        },
      };
      client.query(query);
    });
  }

  return {
    run: (statements) =>
      isNothing(statements)
        ? Promise.resolve([])
        : send(statementPipeline(statements, preparedStatements ? state.registry : undefined, PART)),
    async script(text) {
      await send(scriptPipeline(text));
    },
    idle: () => loss === undefined && state.status === "I",
    broken: () => loss !== undefined,
    lose,
  };
}

/** What pg's client runs in place of a query of its own: it writes itself, and gets the messages that answer it. */
function submittable(pipeline: Pipeline, failed: (error: unknown) => void) {
  return {
    callback: undefined as (() => void) | undefined,
    submit(connection: Connection) {
      pipeline.write((bytes) => connection.stream.write(bytes));
      return null;
    },
    handleRowDescription(message: { fields: readonly { dataTypeID: number }[] }) {
      pipeline.rowDescription(message.fields.map((field) => field.dataTypeID));
    },
    handleDataRow(message: { fields: (string | null)[] }) {
      pipeline.dataRow(message.fields);
    },
    handleCommandComplete(message: { text: string }) {
      pipeline.commandComplete(message.text);
    },
    handleEmptyQuery() {
      pipeline.commandComplete("");
    },
    handleError(error: Error) {
      pipeline.failed(error);
      failed(error);
    },
    // The listener of `stateOf` takes this event: after an error, pg no longer passes it on to the query.
    handleReadyForQuery() {},
    handlePortalSuspended() {},
    handleCopyInResponse(connection: Connection) {
      connection.sendCopyFail("Nothing to copy.");
    },
    handleCopyData() {},
  };
}

/** A client that is not pg's own: one query after another. */
function oneByOne(client: PgClient): Connected {
  let open = false;
  let loss: unknown;

  async function watched<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      if (!isServerError(error)) loss ??= error;
      throw connectionError(error);
    }
  }

  async function query(text: string, values: (string | null)[]) {
    const result = await watched(() => queryAsText(client, text, values));
    open = stillOpen(text, open);
    return result;
  }

  return {
    run: (statements) => runOneByOne(statements, query),
    async script(text) {
      await watched(() => client.query(text));
    },
    idle: () => !open && loss === undefined,
    broken: () => loss !== undefined,
    lose(error) {
      loss ??= error;
    },
  };
}

/** Such a client does not tell the transaction's state: follow the words that open and end one. */
function stillOpen(text: string, open: boolean): boolean {
  const [first, second] = text.toLowerCase().match(/\w+/g) ?? [];
  if (first === "begin" || first === "start") return true;
  if (first === "rollback") return second === "to" ? open : false;
  return first === "commit" || first === "end" || first === "abort" ? false : open;
}
