import { startTemporaryServer } from "../scripts/postgres/temporary-server.ts";

/**
 * A small production server: everything that makes commits durable is on, as it is by default, and memory and log are large
 * enough that a checkpoint does not fall into a window by luck (each run begins with one).
 */
const settings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  max_wal_size: "4GB",
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
export async function startPostgres(): Promise<PostgresServer> {
  const server = await startTemporaryServer({ initialize: ["--locale=C"], settings });
  return { connectionString: server.url, version: server.version, settings, stop: () => server.stop() };
}
