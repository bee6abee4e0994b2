import { EventEmitter } from "node:events";
import { decodeRow, decoderFor, encodeParam } from "./codec.ts";
import { connectionError, isServerError } from "./errors.ts";
import { emptyRegistry, type Pipeline, type Registry, scriptPipeline, statementPipeline } from "./pipeline.ts";
import type { Result, Session, Statement } from "./port.ts";

/** As much of a `pg.PoolClient` as is used here. */
export interface PgClient {
  // biome-ignore lint/suspicious/noExplicitAny: pg overloads it for texts, configurations and objects that submit themselves
  query(query: any): any;
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
  run(statements: readonly Statement[]): Promise<readonly Result[]>;
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

function stateOf(connection: Connection): ConnectionState {
  const known = states.get(connection);
  if (known) return known;
  const state: ConnectionState = { registry: emptyRegistry(), status: "I", running: undefined };
  // Behind pg's own listener: when ours runs, the client is ready for the next query.
  connection.on("readyForQuery", (message: { status: string }) => {
    state.status = message.status;
    state.running?.ready();
  });
  connection.once("end", () => state.running?.broken(new Error("The connection ended.")));
  states.set(connection, state);
  return state;
}

function pipelined(client: PgClient, connection: Connection, preparedStatements: boolean): Connected {
  const state = stateOf(connection);
  let loss: unknown;

  function send(pipeline: Pipeline): Promise<readonly Result[]> {
    if (loss !== undefined) return Promise.reject(connectionError(loss));
    return new Promise((resolve, reject) => {
      let reported: unknown;
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
          try {
            resolve(pipeline.results());
          } catch (error) {
            reject(error);
          }
        },
        broken(error) {
          settle();
          // The server's last word says more than the end of the connection that follows it.
          loss ??= reported ?? error;
          reject(connectionError(loss));
        },
      };
      client.query(query);
    });
  }

  return {
    run: (statements) =>
      statements.length === 0
        ? Promise.resolve([])
        : send(statementPipeline(statements, preparedStatements ? state.registry : undefined)),
    async script(text) {
      await send(scriptPipeline(text));
    },
    idle: () => loss === undefined && state.status === "I",
    broken: () => loss !== undefined,
    lose(error) {
      loss ??= error;
    },
  };
}

/** What pg's client runs in place of a query of its own: it writes itself, and gets the messages that answer it. */
function submittable(pipeline: Pipeline, failed: (error: unknown) => void) {
  return {
    callback: undefined as (() => void) | undefined,
    submit(connection: Connection) {
      connection.stream.write(pipeline.bytes);
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

/** A client that is not pg's own: one query after another, with the same texts and the same decoders. */
function oneByOne(client: PgClient): Connected {
  let open = false;
  let loss: unknown;

  async function query(text: string, values?: readonly (string | null)[]) {
    try {
      return await client.query(values ? { text, values, rowMode: "array", types: rawTypes } : { text });
    } catch (error) {
      if (!isServerError(error)) loss ??= error;
      throw connectionError(error);
    }
  }

  return {
    async run(statements) {
      const results: Result[] = [];
      for (const { text, params } of statements) {
        const { rows, fields, rowCount } = await query(text, (params ?? []).map(encodeParam));
        const columns = (fields as { dataTypeID: number }[]).map((field) => decoderFor(field.dataTypeID));
        for (const row of rows) decodeRow(row, columns);
        results.push({ rows, count: rowCount ?? 0 });
        open = stillOpen(text, open);
      }
      return results;
    },
    async script(text) {
      await query(text);
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
  const word = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase();
  if (word === "begin" || word === "start") return true;
  return word === "commit" || word === "rollback" || word === "end" || word === "abort" ? false : open;
}

/** Makes pg hand every column over as text. */
const rawTypes = { getTypeParser: () => (text: string) => text };
