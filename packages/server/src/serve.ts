import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Catalog, type CreditsOptions, createCredits, createHandler, type HttpLog } from "ducat";

export interface ServerOptions {
  database: CreditsOptions["database"];
  schema?: string;
  /** Published at start if its version is new. Absent: what is published stays; an empty database gets the built-in one. */
  catalog?: Catalog;
  apiKeys: readonly string[];
  allowedOrigins?: readonly string[];
  /** 0: any free one. */
  port: number;
  host: string;
  /** Where the server reports: a pino logger fits. */
  log: HttpLog;
}

export interface RunningServer {
  /** Where it can be reached from this machine. */
  url: string;
  catalogVersion: string;
  /** Stops accepting, finishes what is running, lets go of the database. */
  close(): Promise<void>;
}

/** How long running requests may take once the server is asked to stop. */
const drainMs = 25_000;

/** Prepares the database, then listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { database, schema, catalog, apiKeys, allowedOrigins = [], log, port, host } = options;
  const credits = createCredits<Catalog>({
    database,
    ...(schema === undefined ? {} : { schema }),
    ...(catalog === undefined ? {} : { catalog }),
    log: (message, error) => log.error({ error: error instanceof Error ? error.stack : error }, message),
  });
  try {
    const handler = createHandler(credits, { apiKeys, allowedOrigins, log });
    await credits.ready();
    const { version } = await credits.catalog.published();
    const server = createAdaptorServer({ fetch: handler }) as Server;
    await listen(server, port, host);
    return {
      url: urlOf(server.address() as AddressInfo),
      catalogVersion: version,
      async close() {
        await drain(server);
        await credits.close();
      },
    };
  } catch (error) {
    await credits.close();
    throw error;
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Waits for the running requests; connections that only wait for a next one are closed. */
async function drain(server: Server): Promise<void> {
  const impatience = setTimeout(() => server.closeAllConnections(), drainMs);
  // A connection becomes idle when its answer is out, which may be after the server was asked to stop.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(impatience);
  clearInterval(idle);
}

/** A server that listens on every address is reached by the local one. */
function urlOf({ address, family, port }: AddressInfo): string {
  const any = address === "0.0.0.0" || address === "::";
  const host = any ? "127.0.0.1" : family === "IPv6" ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
