import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { urlThrough } from "../../../../test/setup/stand-in.ts";

export interface BreakableProxy {
  /** The database's URL by way of this proxy. */
  readonly url: string;
  /** How often the client spoke after the server had: round trips. Starts from 0 at each call of `restart`. */
  roundTrips(): number;
  /** Pieces in which the client's bytes arrived. */
  pieces(): number;
  restart(): void;
  /** Breaks every connection, as a network does, after the client's next piece or at once. */
  cut(when: "now" | "after the next piece"): void;
  close(): Promise<void>;
}

/** A TCP proxy in front of the test server that counts and breaks. */
export async function startProxy(databaseUrl: string): Promise<BreakableProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let roundTrips = 0;
  let pieces = 0;
  let lastToSpeak: "client" | "server" = "server";
  let cutAfterNext = false;

  function cutAll(): void {
    cutAfterNext = false;
    for (const socket of sockets) socket.destroy();
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (bytes) => {
      pieces++;
      if (lastToSpeak === "server") roundTrips++;
      lastToSpeak = "client";
      if (cutAfterNext) upstream.write(bytes, cutAll);
      else upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      lastToSpeak = "server";
      client.write(bytes);
    });
  });
  const url = await urlThrough(server, databaseUrl);

  return {
    url,
    roundTrips: () => roundTrips,
    pieces: () => pieces,
    restart() {
      roundTrips = 0;
      pieces = 0;
    },
    cut(when) {
      if (when === "now") cutAll();
      else cutAfterNext = true;
    },
    async close() {
      cutAll();
      server.close();
      await once(server, "close");
    },
  };
}
