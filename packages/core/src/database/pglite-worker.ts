import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { parentPort, workerData } from "node:worker_threads";

/*
 * PGlite computes on the thread that calls it and cannot be interrupted, so it lives on a thread of its own. It receives
 * the bytes of PostgreSQL's protocol, one round trip a message, and answers with the bytes of the response.
 */

/** Where the data lives, in memory without a directory, and the dump that an empty database starts from. */
export interface DataPlace {
  readonly directory?: string | undefined;
  readonly template?: string | undefined;
}

/** What the worker tells its owner: ready, could not open, or the response to the message it was sent. */
export type FromWorker =
  | { readonly type: "open" }
  | { readonly type: "failed"; readonly message: string; readonly code: string | undefined }
  | { readonly type: "response"; readonly bytes: Uint8Array }
  | { readonly type: "closed" };

/** The bytes to execute, or the wish to close. */
export type ToWorker = Uint8Array | "close";

const port = parentPort;
if (!port) throw new Error("This file runs as a worker only.");
const { directory, template } = workerData as DataPlace;

function tell(message: FromWorker): void {
  port?.postMessage(message);
}

function failed(error: unknown): void {
  // What Emscripten throws for a file is no Error and has no message, only a number.
  const { message = inspect(error), code } = error as { message?: string; code?: string };
  tell({ type: "failed", message, code });
}

async function open() {
  const { PGlite } = await import("@electric-sql/pglite");
  const empty = directory === undefined || !existsSync(join(directory, "PG_VERSION"));
  return await PGlite.create({
    ...(directory === undefined ? {} : { dataDir: directory }),
    ...(template !== undefined && empty ? { loadDataDir: new Blob([readFileSync(template)]) } : {}),
  });
}

open().then(
  (pglite) => {
    port.on("message", async (message: ToWorker) => {
      if (message === "close") {
        await pglite.close();
        tell({ type: "closed" });
        port.close();
        return;
      }
      // The stream variant alone neither parses the response a second time nor keeps every message it has ever seen.
      const chunks: Uint8Array[] = [];
      await pglite.execProtocolRawStream(message, {
        syncToFs: false,
        onRawData: (bytes) => chunks.push(bytes.slice()),
      });
      tell({ type: "response", bytes: chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks) });
    });
    tell({ type: "open" });
  },
  (error: unknown) => {
    failed(error);
    port.close();
  },
);
