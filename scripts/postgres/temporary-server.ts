import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findOrInstallPostgres } from "./install.ts";
import { serverUser } from "./server-user.ts";
import type { SupervisorOptions } from "./supervisor.ts";

export interface TemporaryServerOptions {
  /** The major version to run; default: the newest on this machine. */
  major?: number;
  /** Extra arguments of `initdb`. */
  initialize: readonly string[];
  settings: Readonly<Record<string, string>>;
}

export interface TemporaryServer {
  url: string;
  version: string;
  /** Ends the server and removes its data. Without it both go when this process ends, however it ends. */
  stop(): Promise<void>;
}

/**
 * Starts an empty PostgreSQL on a free loopback port, in a directory of its own, and answers when it takes
 * connections. Throws when there is no PostgreSQL and none can be installed, or when it does not start.
 */
export async function startTemporaryServer(options: TemporaryServerOptions): Promise<TemporaryServer> {
  const binaries = findOrInstallPostgres(options.major);
  const supervised: SupervisorOptions = {
    binaries: binaries.directory,
    user: serverUser(),
    initialize: options.initialize,
    settings: options.settings,
  };
  // Detached: Ctrl-C must reach the tests first and the server last, when our end of the pipe closes.
  const supervisor = spawn(
    process.execPath,
    [fileURLToPath(new URL("supervisor.ts", import.meta.url)), JSON.stringify(supervised)],
    { detached: true, stdio: ["pipe", "pipe", "inherit"] },
  );
  const ended = once(supervisor, "exit");
  const url = await firstLine(supervisor.stdout);
  if (url === null) throw new Error(`The temporary PostgreSQL ${binaries.version} did not start; see above.`);

  // Nothing of it may keep this process alive.
  supervisor.unref();
  (supervisor.stdin as Socket).unref();
  (supervisor.stdout as Socket).unref();
  return {
    url,
    version: binaries.version,
    async stop() {
      supervisor.ref();
      supervisor.stdin.end();
      await ended;
    },
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: stream })) return line;
  return null;
}
