import { DucatError } from "@ducat/client";
import { after } from "../clock.ts";
import type { Database, Session } from "../database/port.ts";
import type { Command } from "../engine/command.ts";
import { jitter } from "../ids.ts";
import { createLoader, type Loader } from "../store/load.ts";
import { createChargeMemory } from "../store/needs.ts";
import { createSaver } from "../store/save.ts";
import { type CommitScope, createSql, type Sql } from "../store/sql.ts";
import { beginBatch, beginEmbeddedBatch, commit, mustBeReadCommitted } from "../store/transaction.ts";
import { createWorkspaceMemory } from "../store/workspace-memory.ts";
import {
  type Batch,
  type BatchParts,
  type BatchResult,
  type BatchSql,
  type Committed,
  type Pending,
  runBatch,
} from "./batch.ts";
import type { Catalogs } from "./catalogs.ts";
import { createBeside, createLane, type Lane } from "./lane.ts";
import { Overdue } from "./open-batch.ts";
import { sweepOverdue } from "./overdue.ts";
import { publicError } from "./public-error.ts";

export interface LedgerOptions {
  database: Database;
  schema: string;
  commitScope: CommitScope;
  catalogs: Catalogs;
  lanes: number;
  maxBatch: number;
  maxQueued: number;
  lockTimeoutMs: number;
  committed(committed: readonly Committed[]): void;
  log(message: string, error: unknown): void;
}

export interface Ledger {
  /** Queues a command and answers when it has been committed, or refused. */
  submit<Answer>(command: Command, signal?: AbortSignal): Promise<Answer>;
  /** Runs a command in a transaction that the caller has begun and will commit. */
  submitWithin<Answer>(transaction: Database, command: Command): Promise<Answer>;
  readonly queued: number;
  /** Resolves when everything that was submitted has its answer. */
  drain(): Promise<void>;
  loader: Loader;
}

/** How long the callers of a batch wait at most for the next one to be on its way. */
const LATEST_ANSWER_MS = 5;

/** Places beside the lanes for batches that wait for somebody else's lock. */
const BESIDE = 4;

export function createLedger(options: LedgerOptions): Ledger {
  const { database, schema, catalogs, commitScope, lockTimeoutMs } = options;
  const single = createSql(schema, "workspace", commitScope === "workspace");
  const loader = createLoader(single);
  const parts: BatchParts = {
    single: { loader, saver: createSaver(single) },
    mixed: commitScope === "workspace" ? null : forMany(createSql(schema, "mixed")),
    catalogs,
    memory: createChargeMemory(),
    workspaces: createWorkspaceMemory(),
    begin: database.kind === "pg" ? beginBatch(lockTimeoutMs) : beginEmbeddedBatch,
    commit: [commit],
  };
  const beside = createBeside(BESIDE);
  const told = (error: unknown): DucatError => {
    const known = publicError(error);
    if (known !== error && known.code === "internal") options.log("a command failed", error);
    return known;
  };
  const lanes: Lane[] = Array.from({ length: options.lanes }, () =>
    createLane({
      database,
      parts,
      limits: {
        maxQueued: Math.ceil(options.maxQueued / options.lanes),
        maxBatch: options.maxBatch,
        oneWorkspace: commitScope === "workspace",
      },
      beside,
      pause: (tries) => new Promise((resolve) => setTimeout(resolve, jitter(20 * 2 ** tries))),
      soon: (work) => after(LATEST_ANSWER_MS, work),
      committed: options.committed,
      publicError: told,
      fault: (error) => options.log("what was committed could not be told", error),
    }),
  );

  // What is done in the caller's transaction may be undone by the caller, so nothing of it is remembered.
  const within: BatchParts = {
    ...parts,
    memory: { recall: parts.memory.recall, remember: () => {} },
    workspaces: { recall: parts.workspaces.recall, remember: () => {} },
    begin: [mustBeReadCommitted],
    commit: [],
  };

  return {
    loader,
    submit(command, signal) {
      return new Promise((resolve, reject) => {
        const lane = lanes[laneOf(command.workspace, lanes.length)] as Lane;
        lane.submit({
          command,
          resolve: resolve as (answer: unknown) => void,
          // A caller that has gone is told its own reason.
          reject: (error) => reject(signal?.aborted && error === signal.reason ? error : told(error)),
          signal,
        });
      });
    },
    submitWithin(transaction, command) {
      return new Promise((resolve, reject) => {
        const pending = { command, resolve: resolve as (answer: unknown) => void, reject, signal: undefined };
        transaction
          .withSession((session) => runInside(within, session, pending))
          .then((result) => result.tell())
          .catch((error) => reject(told(insideError(error))));
      });
    },
    get queued() {
      return lanes.reduce((sum, lane) => sum + lane.queued, 0);
    },
    async drain() {
      await Promise.all(lanes.map((lane) => lane.idle()));
    },
  };
}

/** One command in the caller's transaction, after what time has left undone there for too long. */
async function runInside(parts: BatchParts, session: Session, pending: Pending): Promise<BatchResult> {
  const batch: Batch = new Map([[pending.command.workspace, [pending]]]);
  for (;;) {
    try {
      return await runBatch(parts, session, batch, { skipLocked: false });
    } catch (error) {
      if (!(error instanceof Overdue)) throw error;
      const { written } = await sweepOverdue(parts, session, pending.command.workspace);
      if (written === 0) throw error;
    }
  }
}

/** What went wrong in the caller's own transaction, which only the caller can roll back and try again. */
function insideError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "22012") {
    return new DucatError(
      "invalid_options",
      "This transaction is not READ COMMITTED: after waiting for a lock it would still see what was before. Begin it with" +
        " `begin isolation level read committed`.",
      { cause: error },
    );
  }
  if (code === "23505") {
    return new DucatError(
      "overloaded",
      "Another transaction made the same thing first. Roll this one back and try again.",
      { cause: error },
    );
  }
  return error;
}

function forMany(sql: Sql): BatchSql {
  return { loader: createLoader(sql), saver: createSaver(sql) };
}

/** Which lane a workspace's commands run in: always the same one, so that they keep their order. */
function laneOf(workspace: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < workspace.length; i++) {
    hash = Math.imul(hash ^ workspace.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
