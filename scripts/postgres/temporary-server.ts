import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";
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
  /** Ends every process of the server with SIGKILL; answers when the last one is gone. */
  kill(): Promise<void>;
  /** Starts a killed server again, on the same data and port; answers when it has recovered and takes connections. */
  start(): Promise<void>;
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
  const lines = createInterface({ input: supervisor.stdout });
  const url = await nextLine(lines);
  if (url === null) throw new Error(`The temporary PostgreSQL ${binaries.version} did not start; see above.`);

  // Nothing of it may keep this process alive, unless it was asked something.
  supervisor.unref();
  const [stdin, stdout] = [supervisor.stdin as Socket, supervisor.stdout as Socket];
  stdin.unref();
  stdout.unref();

  async function tell(command: "kill" | "start"): Promise<void> {
    stdout.ref();
    stdin.write(`${command}\n`);
    const answer = await nextLine(lines);
    stdout.unref();
    if (answer !== "done") throw new Error(`The supervisor of PostgreSQL could not ${command} it; see above.`);
  }

  return {
    url,
    version: binaries.version,
    kill: () => tell("kill"),
    start: () => tell("start"),
    async stop() {
      supervisor.ref();
      supervisor.stdin.end();
      await ended;
    },
  };
}

/** `null` when there will be none. */
async function nextLine(lines: Interface): Promise<string | null> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    const [line] = await Promise.race([once(lines, "line", { signal }), once(lines, "close", { signal })]);
    return line ?? null;
  } finally {
    ended.abort();
  }
}
