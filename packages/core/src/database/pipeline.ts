import { type Decoder, decodeRow, decoderFor } from "./codec.ts";
import type { Result, Statement, Value } from "./port.ts";
import {
  dropMessages,
  listTypes,
  messageBytes,
  takeMessages,
  writeBind,
  writeClose,
  writeDescribePortal,
  writeExecute,
  writeParse,
  writeQuery,
  writeSync,
} from "./wire.ts";

/** What one connection is known to have prepared. */
interface Prepared {
  readonly serverName: string;
  /** `uncertain` after an error: the server may or may not have got as far as preparing it. */
  state: "prepared" | "uncertain" | "missing";
  readonly lists: ReturnType<typeof listTypes>;
  columns: readonly Decoder[] | undefined;
}

/** The prepared statements of one connection, by their text. It must be dropped with the connection. */
export interface Registry {
  readonly byText: Map<string, Prepared>;
}

export function emptyRegistry(): Registry {
  return { byText: new Map() };
}

/** Beyond this many texts a connection, statements are no longer prepared: the server keeps each in memory. */
const preparedLimit = 500;

/**
 * Part of every prepared name, so that two copies of this package on one pool of a host cannot take each other's
 * statements for their own.
 */
const copyId = Math.random().toString(36).slice(2, 8);
let lastPrepared = 0;

/**
 * One round trip: what to send, and a receiver for what comes back. `results` decodes at the end, when the connection
 * is in order again, so that a value that cannot be decoded costs no connection.
 */
export interface Pipeline {
  /** Sends the bytes, in one part or in several. Never throws: what goes wrong here is told by `results`. */
  write(send: (bytes: Uint8Array<ArrayBuffer>) => void): void;
  rowDescription(typeOids: readonly number[]): void;
  dataRow(texts: (string | null)[]): void;
  commandComplete(tag: string): void;
  failed(error: Error): void;
  /** Returns the results, or throws the server's error. */
  results(): readonly Result[];
}

interface Step {
  readonly prepared: Prepared | undefined;
  columns: readonly Decoder[] | undefined;
  readonly rows: Value[][];
  count: number;
}

/** All the bytes of a pipeline, for a server that takes a round trip in one piece. */
export function allBytes(pipeline: Pipeline): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  pipeline.write((bytes) => parts.push(bytes));
  return parts.length === 1 ? (parts[0] as Uint8Array<ArrayBuffer>) : Buffer.concat(parts);
}

export function isNothing(statements: Iterable<Statement>): boolean {
  return Array.isArray(statements) && statements.length === 0;
}

/**
 * Writes Parse (once a connection), Bind, Describe (once a connection) and Execute of every statement, and one Sync. `part`:
 * as soon as so many bytes are written they are sent.
 */
export function statementPipeline(
  statements: Iterable<Statement>,
  registry: Registry | undefined,
  part = Number.POSITIVE_INFINITY,
): Pipeline {
  const steps: Step[] = [];
  let current = 0;
  let failure: Error | undefined;
  return {
    write(send) {
      let sent = 0;
      try {
        for (const statement of statements) {
          steps.push(writeStatement(statement, registry));
          if (messageBytes() < part) continue;
          send(takeMessages());
          sent = steps.length;
        }
      } catch (error) {
        failure = error instanceof Error ? error : new Error("The statements could not be made.", { cause: error });
        dropMessages();
        for (const { prepared } of steps.splice(sent)) if (prepared) prepared.state = "uncertain";
      }
      // After a failure, too: the connection is in order again when the server has answered this.
      writeSync();
      send(takeMessages());
    },
    rowDescription(typeOids) {
      const step = steps[current] as Step;
      step.columns = typeOids.map(decoderFor);
      if (step.prepared) step.prepared.columns = step.columns;
    },
    dataRow(texts) {
      (steps[current] as Step).rows.push(texts);
    },
    commandComplete(tag) {
      const step = steps[current] as Step;
      step.count = affected(tag);
      if (step.prepared && step.columns === undefined) step.prepared.columns = [];
      current++;
    },
    failed(error) {
      failure = error;
      for (const { prepared } of steps.slice(current))
        if (prepared?.columns === undefined && prepared) prepared.state = "uncertain";
      if (isStalePlan(error)) registry?.byText.clear();
    },
    results() {
      if (failure) throw failure;
      for (const { rows, columns } of steps) if (columns) for (const row of rows) decodeRow(row, columns);
      return steps.map(({ rows, count }) => ({ rows, count }));
    },
  };
}

function writeStatement(statement: Statement, registry: Registry | undefined): Step {
  const prepared = registry && statement.name !== undefined ? prepare(statement.text, registry) : undefined;
  const serverName = prepared?.serverName ?? "";
  if (!prepared) writeParse("", statement.text);
  else if (prepared.state !== "prepared") {
    if (prepared.state === "uncertain") writeClose(serverName);
    writeParse(serverName, statement.text);
  }
  writeBind(serverName, statement.params ?? [], prepared?.lists);
  // Not before: parameters that cannot be written take the statement with them.
  if (prepared) prepared.state = "prepared";
  if (prepared?.columns === undefined) writeDescribePortal();
  writeExecute();
  return { prepared, columns: prepared?.columns, rows: [], count: 0 };
}

function prepare(text: string, registry: Registry): Prepared | undefined {
  const known = registry.byText.get(text);
  if (known || registry.byText.size >= preparedLimit) return known;
  const prepared: Prepared = {
    serverName: `ducat_${copyId}_${++lastPrepared}`,
    state: "missing",
    lists: listTypes(text),
    columns: undefined,
  };
  registry.byText.set(text, prepared);
  return prepared;
}

/** The one text of a script, in the simple protocol. */
export function scriptPipeline(text: string): Pipeline {
  let failure: Error | undefined;
  return {
    write(send) {
      writeQuery(text);
      send(takeMessages());
    },
    rowDescription() {},
    dataRow() {},
    commandComplete() {},
    failed(error) {
      failure = error;
    },
    results() {
      if (failure) throw failure;
      return [];
    },
  };
}

/** The number at the end of `INSERT 0 5`, `UPDATE 5`, `SELECT 5`; 0 for `BEGIN`. */
function affected(tag: string): number {
  const count = +tag.slice(tag.lastIndexOf(" ") + 1);
  return Number.isNaN(count) ? 0 : count;
}

/**
 * The server lost the prepared statement (somebody ran DISCARD ALL) or its result changed with the schema. Both heal when
 * it is prepared anew, which the caller's retry does.
 */
function isStalePlan(error: Error & { code?: unknown }): boolean {
  return error.code === "26000" || (error.code === "0A000" && error.message.includes("cached plan"));
}
