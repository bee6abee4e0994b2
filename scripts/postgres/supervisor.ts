/**
 * A process that makes one temporary PostgreSQL, runs it, and removes it when its own standard input closes. The
 * kernel closes that pipe however the parent ends (normally, by Ctrl-C, by `kill -9`), so no server and no data
 * directory is ever left behind. It writes the connection URL to its standard output once the server answers. On the line
 * `kill` it kills every process of the server, on `start` it starts the server again on the same data and port, and says
 * `done` after each.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ServerUser } from "./server-user.ts";

export interface SupervisorOptions {
  /** Where `initdb` and `postgres` are. */
  binaries: string;
  user: ServerUser | null;
  /** Extra arguments of `initdb`: the locale. */
  initialize: readonly string[];
  /** Server settings, as in postgresql.conf. */
  settings: Readonly<Record<string, string>>;
}

const options: SupervisorOptions = JSON.parse(process.argv[2] ?? "");
const directory = mkdtempSync(join(tmpdir(), "ducat-postgres-"));
const data = join(directory, "data");
const as = { cwd: directory, ...options.user };
let server: ChildProcess | undefined;

process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
createInterface({ input: process.stdin })
  .on("line", (line) => void obey(line))
  .on("close", stop);

if (options.user) chownSync(directory, options.user.uid, options.user.gid);
initialize();
const port = await start();
process.stdout.write(`postgres://postgres@127.0.0.1:${port}/postgres\n`);

function initialize(): void {
  const initdb = spawnSync(
    join(options.binaries, "initdb"),
    ["--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", ...options.initialize],
    { ...as, encoding: "utf8" },
  );
  if (initdb.status !== 0) fail(`initdb failed in ${directory}: ${initdb.error ?? initdb.stderr}`);
}

/** Another process may take a free port before the server binds it, hence the tries. */
async function start(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const candidate = await freePort();
    const log: string[] = [];
    if (await launch(candidate, log)) return candidate;
    if (attempt === 3) fail(`PostgreSQL did not start:\n${log.join("\n")}`);
  }
}

async function launch(candidate: number, log: string[]): Promise<boolean> {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(candidate),
    unix_socket_directories: "",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(join(options.binaries, "postgres"), ["-D", data, ...flags], {
    ...as,
    stdio: ["ignore", "ignore", "pipe"],
  });
  server = child;
  const lines = createInterface({ input: child.stderr });
  const isReady = await new Promise<boolean>((resolve) => {
    child.once("error", (error) => log.push(String(error)));
    child.once("close", () => resolve(false));
    lines.on("line", (line) => {
      log.push(line);
      log.splice(0, log.length - 100);
      if (line.includes("ready to accept connections")) resolve(true);
    });
  });
  if (isReady) child.once("close", () => fail(`PostgreSQL ended by itself:\n${log.join("\n")}`));
  return isReady;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address ? address.port : fail("No free port on 127.0.0.1.");
}

async function obey(line: string): Promise<void> {
  if (line === "kill") await killAll();
  else if (line === "start") await startAgain();
  else fail(`The supervisor was told ${line}.`);
  process.stdout.write("done\n");
}

/** All of them at one moment, as when the machine's memory runs out. Those that are left alone would go on and tidy up. */
async function killAll(): Promise<void> {
  if (server?.pid === undefined) return;
  server.removeAllListeners("close");
  // They share the pipe of their log: it closes when the last of them is gone.
  const gone = once(server, "close");
  server.kill("SIGSTOP"); // It must not start others while these are looked up.
  for (const pid of childrenOf(server.pid)) kill(pid);
  server.kill("SIGKILL");
  await gone;
}

/** The kernel may take a moment to give back the memory that the dead shared, hence the tries. */
async function startAgain(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const log: string[] = [];
    if (await launch(port, log)) return;
    if (attempt === 20) fail(`PostgreSQL did not start again:\n${log.join("\n")}`);
  }
}

function childrenOf(parent: number): number[] {
  return [...childrenFromSystem(parent).matchAll(/\d+/g)].map(([pid]) => Number(pid));
}

function childrenFromSystem(parent: number): string {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8");
  } catch {
    const all = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    const mine = all.split("\n").filter((line) => line.trim().endsWith(` ${parent}`));
    return mine.map((line) => line.trim().split(/\s+/)[0]).join(" ");
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Nothing in a temporary server is worth keeping: it ends at once, and its directory goes when we exit. */
function stop(): void {
  if (!server || server.exitCode !== null || server.signalCode !== null) process.exit(0);
  server.removeAllListeners("close");
  server.once("exit", () => process.exit(0));
  server.kill("SIGQUIT");
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
