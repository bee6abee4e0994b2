import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** Size and checkpoint settings of a small production server. Durability is PostgreSQL's default: all of it. */
const settings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  max_wal_size: "4GB",
  max_connections: "200",
};

export interface PostgresServer {
  connectionString: string;
  version: string;
  settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface Account {
  uid: number;
  gid: number;
}

/** Starts a PostgreSQL of our own in a temporary directory, so that nothing else on the machine is measured or touched. */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = findBinaries();
  const account = process.getuid?.() === 0 ? accountOf("postgres") : undefined;
  const directory = await mkdtemp(join(tmpdir(), "ducat-bench-"));
  if (account) await chown(directory, account.uid, account.gid);
  const data = join(directory, "data");
  const owner = { ...account, cwd: directory };
  execFileSync(join(binaries, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], {
    ...owner,
    stdio: "pipe",
  });

  const port = await freePort();
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(
    join(binaries, "postgres"),
    ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", directory, ...flags],
    { ...owner, stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4_000);
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // A crash of the benchmark must not leave a server behind; SIGQUIT is immediate and needs no event loop.
  const killNow = () => child.kill("SIGQUIT");
  process.once("exit", killNow);

  const connectionString = `postgres://bench@127.0.0.1:${port}/postgres`;
  const version = await firstAnswer(connectionString, () => {
    if (child.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${log}`);
  });
  return {
    connectionString,
    version,
    settings,
    async stop() {
      child.kill("SIGINT");
      await exited;
      process.off("exit", killNow);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function findBinaries(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [process.env.PG_BIN ?? "", ...versions.map((version) => join(root, version, "bin"))];
  const found = candidates.find((candidate) => candidate !== "" && existsSync(join(candidate, "initdb")));
  if (!found) throw new Error("No PostgreSQL found. Install one (Debian: apt-get install postgresql), or set PG_BIN.");
  return found;
}

function accountOf(name: string): Account {
  const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

async function firstAnswer(connectionString: string, stillAlive: () => void): Promise<string> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    stillAlive();
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
      return rows[0]?.server_version ?? "unknown";
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
