import { DucatError, isDucatError } from "@ducat/client";
import type { Database, Statement } from "../database/port.ts";
import type { Command } from "../engine/command.ts";
import { jitter } from "../ids.ts";
import { createLoader, type Loader } from "../store/load.ts";
import { createChargeMemory } from "../store/needs.ts";
import { createSaver } from "../store/save.ts";
import { type CommitScope, createSql, type Sql } from "../store/sql.ts";
import { type Batch, type BatchParts, type BatchSql, type Committed, runBatch } from "./batch.ts";
import type { Catalogs } from "./catalogs.ts";
import { createBeside, createLane, type Lane } from "./lane.ts";

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
    begin:
      database.kind === "pg"
        ? beginStatements(lockTimeoutMs)
        : [{ name: "begin", text: "begin" }, localSettings(BY_KEY)],
    commit: [{ name: "commit", text: "commit" }],
  };
  const beside = createBeside(BESIDE);
  const publicError = (error: unknown): unknown => {
    if (isDucatError(error)) return error;
    options.log("a command failed", error);
    return new DucatError("internal", "Something went wrong inside Ducat. Nothing was changed.", { cause: error });
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
      committed: options.committed,
      publicError,
    }),
  );

  return {
    loader,
    submit(command, signal) {
      return new Promise((resolve, reject) => {
        const lane = lanes[laneOf(command.workspace, lanes.length)] as Lane;
        lane.submit({
          command,
          resolve: resolve as (answer: unknown) => void,
          reject: (error) => reject(publicError(error)),
          signal,
        });
      });
    },
    submitWithin(transaction, command) {
      const within = { ...parts, begin: [readCommitted], commit: [] };
      return new Promise((resolve, reject) => {
        const pending = { command, resolve: resolve as (answer: unknown) => void, reject, signal: undefined };
        const batch: Batch = new Map([[command.workspace, [pending]]]);
        transaction
          .withSession((session) => runBatch(within, session, batch, { skipLocked: false }))
          .then((result) => result.tell())
          .catch((error) => reject(publicError(error)));
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

function forMany(sql: Sql): BatchSql {
  return { loader: createLoader(sql), saver: createSaver(sql) };
}

/**
 * A half-open connection must not hold hundreds of workspaces, nor a batch wait for a lock without an end. And every
 * statement of a batch finds rows by their keys: a plan made while the tables were small or not yet analyzed must not
 * read them whole for ever after.
 */
function beginStatements(lockTimeoutMs: number): Statement[] {
  const settings = {
    idle_in_transaction_session_timeout: "10000",
    lock_timeout: String(lockTimeoutMs),
    ...BY_KEY,
  };
  return [{ name: "begin", text: "begin isolation level read committed" }, localSettings(settings)];
}

/** Plans that go by the keys. */
export const BY_KEY = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_bitmapscan: "off",
  plan_cache_mode: "force_generic_plan",
};

export function localSettings(settings: Readonly<Record<string, string>>): Statement {
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return { name: "settings", text: `select ${calls.join(", ")}` };
}

/** Under a stricter isolation level the statements after the lock would still see the rows of before the wait. */
const readCommitted: Statement = {
  name: "isolation",
  text: "select 1 / (current_setting('transaction_isolation') = 'read committed')::int",
};

/** Which lane a workspace's commands run in: always the same one, so that they keep their order. */
export function laneOf(workspace: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < workspace.length; i++) {
    hash = Math.imul(hash ^ workspace.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
