import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { urlThrough } from "./stand-in.ts";

export interface CommitProxy {
  /** The database's URL by way of this proxy. */
  readonly url: string;
  /** Loses the next answer to a COMMIT, which the database has then carried out, and breaks its connection. */
  loseNextCommit(): Promise<void>;
  /** Breaks the next transaction before the database hears of anything that it would save, or of its COMMIT. */
  stopNextCommit(): Promise<void>;
  /** The database is away: every connection breaks, and every new one is refused after it was counted. */
  goAway(): void;
  comeBack(): void;
  /** Connections that were tried since the database went away. */
  triedWhileAway(): number;
  close(): Promise<void>;
}

/** Between an engine and its database, a network that fails at the worst moment. */
export async function startCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let lose: (() => void) | undefined;
  let stop: (() => void) | undefined;
  let away = false;
  let tried = 0;

  const server: Server = createServer((client) => {
    if (away) {
      tried += 1;
      client.destroy();
      return;
    }
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
    let inTransaction = false;
    client.on("data", (bytes) => {
      if (stop !== undefined && inTransaction) {
        stop();
        stop = undefined;
        client.destroy();
        return;
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      if (bytes.includes("BEGIN\0")) inTransaction = true;
      if (bytes.includes("COMMIT\0")) inTransaction = false;
      // The tag of a COMMIT that has been carried out.
      if (lose !== undefined && bytes.includes("COMMIT\0")) {
        lose();
        lose = undefined;
        client.destroy();
        return;
      }
      client.write(bytes);
    });
  });
  const url = await urlThrough(server, databaseUrl);

  return {
    url,
    loseNextCommit: () =>
      new Promise((resolve) => {
        lose = resolve;
      }),
    stopNextCommit: () =>
      new Promise((resolve) => {
        stop = resolve;
      }),
    goAway() {
      away = true;
      tried = 0;
      for (const socket of sockets) socket.destroy();
    },
    comeBack() {
      away = false;
    },
    triedWhileAway: () => tried,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
