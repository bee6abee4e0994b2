import { startTemporaryServer } from "../scripts/postgres/temporary-server.ts";

/**
 * A tuned production server: everything that makes commits durable is on, as it is by default, and memory, log and the time
 * between checkpoints are large enough that what falls into a window is the contender's work and not an older one's.
 */
const settings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "4GB",
  max_wal_size: "16GB",
  checkpoint_timeout: "30min",
  max_connections: "200",
  timezone: "UTC",
};

export interface PostgresServer {
  connectionString: string;
  version: string;
  settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A server of the benchmark's own, so that nothing else on the machine is measured or touched. */
export async function startPostgres(extra: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const all = { ...settings, ...extra };
  const server = await startTemporaryServer({ initialize: ["--locale=C"], settings: all });
  return { connectionString: server.url, version: server.version, settings: all, stop: () => server.stop() };
}
