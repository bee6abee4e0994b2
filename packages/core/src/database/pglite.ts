import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { DucatError } from "@ducat/client";
import { missingDependency } from "./errors.ts";
import { lockFolder } from "./folder-lock.ts";
import { beginOpening, databaseFolder, unopenable } from "./folder-state.ts";
import type { DataPlace, FromWorker, ToWorker } from "./pglite-worker.ts";
import { allBytes, emptyRegistry, isNothing, type Pipeline, scriptPipeline, statementPipeline } from "./pipeline.ts";
import type { Database, Result, Session } from "./port.ts";
import { readResponse, type TransactionStatus } from "./response.ts";

export interface PgliteOptions {
  /** The folder that holds the data; made when it is missing. */
  directory?: string;
  /** True keeps everything in memory, gone with the process. */
  memory?: boolean;
  /**
   * A file that PGlite's `dumpDataDir("none")` made of an empty database. A database without data starts from it several
   * times faster than from nothing, which tests that open many are glad of.
   */
  template?: string;
}

/** PostgreSQL inside this process: PGlite, on a thread of its own, opened at the first use. It is one connection. */
export function pgliteDatabase(options: PgliteOptions): Database {
  const { directory, template } = options;
  if ((directory === undefined) === (options.memory !== true)) {
    throw new DucatError("invalid_options", "PGlite takes either a directory or memory: true.");
  }
  let releaseFolder: (() => void) | undefined;
  let opening: Promise<Engine> | undefined;
  let closing: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function open(): Promise<Engine> {
    if (directory === undefined) return await startEngine({ template });
    releaseFolder ??= lockFolder(directory);
    try {
      const opened = beginOpening(directory);
      const engine = await startEngine({ directory: join(directory, databaseFolder), template });
      opened();
      return engine;
    } catch (error) {
      releaseFolder();
      releaseFolder = undefined;
      throw error;
    }
  }

  async function engine(): Promise<Engine> {
    if (opening) {
      const current = await opening;
      if (!current.dead) return current;
      // To open anew would be to go on with nothing, as if no charge had ever been made.
      if (directory === undefined) throw new DucatError("closed", "The database in memory was lost with its thread.");
    }
    opening = open();
    opening.catch(() => {
      opening = undefined;
    });
    return await opening;
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return await turn;
  }

  return {
    kind: "pglite",
    async withSession(work) {
      if (closing) throw new DucatError("closed", "The database was closed.");
      return await inTurn(async () => await borrow(await engine(), work));
    },
    async close() {
      closing ??= inTurn(async () => {
        try {
          await (await opening?.catch(() => undefined))?.close();
        } finally {
          releaseFolder?.();
        }
      });
      await closing;
    },
  };
}

async function borrow<T>(engine: Engine, work: (session: Session) => Promise<T>): Promise<T> {
  let busy = false;
  let ended = false;

  async function exclusively(pipeline: () => Pipeline): Promise<readonly Result[]> {
    if (ended) throw new Error("A session was used after its work had ended.");
    if (busy) throw new Error("A session was used while it was running something else.");
    busy = true;
    try {
      return await engine.exchange(pipeline());
    } finally {
      busy = false;
    }
  }

  const session: Session = {
    run: async (statements) =>
      isNothing(statements) ? [] : await exclusively(() => statementPipeline(statements, engine.registry)),
    async script(text) {
      await exclusively(() => scriptPipeline(text));
    },
  };
  try {
    const result = await work(session);
    if (busy || engine.status !== "I") throw new Error("The work ended inside a transaction, which was rolled back.");
    return result;
  } finally {
    ended = true;
    if (busy) await engine.idle();
    // One connection serves everybody: when it cannot be put in order, it is thrown away with its thread.
    if (engine.status !== "I") await engine.exchange(scriptPipeline("rollback")).catch(engine.kill);
  }
}

/** The worker with PGlite in it. */
interface Engine {
  readonly registry: ReturnType<typeof emptyRegistry>;
  readonly status: TransactionStatus;
  readonly dead: boolean;
  exchange(pipeline: Pipeline): Promise<readonly Result[]>;
  /** Resolves when nothing is being run. */
  idle(): Promise<void>;
  /** Ends the thread as it is. What was committed stays; the next use opens the folder anew. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Beside this file there is the worker, as source or as built. */
const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./pglite-worker.ts" : "./pglite-worker.mjs",
  import.meta.url,
);

function startEngine(place: DataPlace): Promise<Engine> {
  if (!existsSync(workerUrl)) {
    const message = `The file ${workerUrl.pathname} is missing. Tell your bundler to leave the package ducat external.`;
    return Promise.reject(new DucatError("missing_dependency", message));
  }
  // Without the host's flags, of which some (`--input-type`) are not allowed for a file.
  const worker = new Worker(workerUrl, { workerData: place, name: "ducat-pglite", execArgv: [] });
  let waiting: { resolve(message: FromWorker): void; reject(error: unknown): void } | undefined;
  let current: Promise<unknown> = Promise.resolve();
  let death: DucatError | undefined;
  let status: TransactionStatus = "I";

  /** Refuses what waits and whatever comes; answers why the worker died first. */
  function die(cause: unknown): DucatError {
    death ??= new DucatError("database_unavailable", "The embedded database stopped.", { cause });
    waiting?.reject(death);
    waiting = undefined;
    return death;
  }

  worker.on("message", (message: FromWorker) => {
    const { resolve } = waiting ?? {};
    waiting = undefined;
    worker.unref();
    resolve?.(message);
  });
  worker.on("error", die);
  worker.on("messageerror", die);
  worker.on("exit", (code) => die(new Error(`The worker ended with code ${code}.`)));

  function next(): Promise<FromWorker> {
    if (death) return Promise.reject(death);
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  }

  function ask(message: ToWorker): Promise<FromWorker> {
    const answer = next();
    // Only a question under way keeps the process alive, so that a script that forgets `close()` ends all the same.
    worker.ref();
    if (message === "close") worker.postMessage(message);
    else worker.postMessage(message, [message.buffer as ArrayBuffer]);
    return answer;
  }

  const engine: Engine = {
    registry: emptyRegistry(),
    get status() {
      return status;
    },
    get dead() {
      return death !== undefined;
    },
    async exchange(pipeline) {
      const asked = ask(allBytes(pipeline));
      current = asked.catch(() => {});
      const answer = await asked;
      if (answer.type !== "response") throw new Error(`The worker answered ${answer.type}.`);
      const after = readResponse(answer.bytes, pipeline);
      if (!after) {
        const reason = die(new Error("The worker's answer broke off."));
        await worker.terminate();
        throw reason;
      }
      status = after;
      return pipeline.results();
    },
    async idle() {
      await current;
    },
    async kill() {
      die(new Error("The worker was ended."));
      await worker.terminate();
    },
    async close() {
      if (death) return;
      await ask("close");
      await worker.terminate();
    },
  };

  return next().then((first) => {
    if (first.type === "open") return engine;
    const { message, code } = first.type === "failed" ? first : { message: first.type, code: undefined };
    const cause = Object.assign(new Error(message), code === undefined ? {} : { code });
    const mapped = missingDependency("@electric-sql/pglite", cause);
    throw mapped === cause ? notOpened(place, cause) : mapped;
  });
}

function notOpened({ directory }: DataPlace, cause: Error): DucatError {
  const message = "The embedded database could not be opened.";
  if (directory === undefined) return new DucatError("database_unavailable", message, { cause });
  const remedy =
    "Its disk may be full, its files may not be this process's to write, or they are damaged; then put its folder back from a copy that was made while nothing used it.";
  return unopenable(`${message} ${remedy}`, dirname(directory), cause);
}
