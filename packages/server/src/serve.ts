import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Catalog, type CreditsOptions, createCredits, createHandler, type HttpLog } from "ducat";
import { drainable } from "./drain.ts";

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
    const drain = drainable(server);
    await listen(server, port, host);
    return {
      url: urlOf(server.address() as AddressInfo),
      catalogVersion: version,
      async close() {
        await drain();
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

/** A server that listens on every address is reached by the local one. */
function urlOf({ address, family, port }: AddressInfo): string {
  const any = address === "0.0.0.0" || address === "::";
  const host = any ? "127.0.0.1" : family === "IPv6" ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
