import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { urlThrough } from "../setup/stand-in.ts";
import { type Aim, type Mark, type Moment, observeBatches } from "./batch-observer.ts";

/** What becomes of the piece of bytes in which a mark was seen: a part of it passes, and then the connection is cut. */
export interface Cut {
  /** How much of the piece passes, 0 up to 1. */
  share: number;
}

export interface WatchingProxy {
  /** The database's URL by way of this proxy. */
  readonly url: string;
  /**
   * Calls the listener for every mark of every batch, before the bytes that show it go on. It may answer with a cut. The
   * function that comes back ends the watch.
   */
  watch(listener: (mark: Mark, batch: number) => Cut | undefined): () => void;
  /** Does it at the moment that is aimed at, before the bytes that show it go on; without an aim, at once. */
  at<T>(aim: Aim | null, act: () => Promise<T>): Promise<T>;
  /** Notes every mark, and what is told with `say`, until the function that comes back is called. */
  note(note: (text: string) => void): () => void;
  say(text: string): void;
  /** The moments of the batches that are between their first statement and their answer now. */
  underWay(): Moment[];
  /** From now on every piece of bytes, in either direction, takes so long. */
  slow(delayMs: number): void;
  /** From now on no answer of the database passes on the connections that there are. */
  mute(): void;
  /** Resolves when no connection is left, neither of the ledger nor to the database. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

/** A network between the ledger and its database that knows where each batch is. */
export async function startWatchingProxy(databaseUrl: string): Promise<WatchingProxy> {
  const target = new URL(databaseUrl);
  const listeners = new Set<(mark: Mark, batch: number) => Cut | undefined>();
  const notes = new Set<(text: string) => void>();
  const moments = new Map<number, Moment>();
  const sockets = new Set<Socket>();
  const muted = new WeakSet<Socket>();
  let lastBatch = 0;
  let delayMs = 0;
  let whenQuiet: (() => void)[] = [];

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      for (const resolve of whenQuiet) resolve();
      whenQuiet = [];
    });
  }

  function say(text: string): void {
    for (const note of notes) note(text);
  }

  function pass(bytes: Buffer, to: Socket): void {
    if (delayMs === 0) to.write(bytes);
    else setTimeout(() => to.write(bytes), delayMs);
  }

  function watch(listener: (mark: Mark, batch: number) => Cut | undefined): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    keep(client);
    keep(upstream);
    let batch = 0;
    let cut: Cut | undefined;
    const observer = observeBatches((mark) => {
      if (mark === "opened") batch = ++lastBatch;
      if (mark === "over") moments.delete(batch);
      else moments.set(batch, mark);
      say(`batch ${batch} ${mark}`);
      for (const listener of listeners) cut ??= listener(mark, batch);
    });
    // What a process wrote before it died reaches the database all the same.
    client.on("close", () => {
      moments.delete(batch);
      upstream.end();
    });
    upstream.on("close", () => client.destroy());
    client.on("data", (bytes) => {
      observer.fromClient(bytes);
      if (cut === undefined) pass(bytes, upstream);
      else {
        upstream.end(bytes.subarray(0, Math.floor(bytes.length * cut.share)));
        client.destroy();
      }
    });
    upstream.on("data", (bytes) => {
      observer.fromServer(bytes);
      if (muted.has(client)) return;
      if (cut === undefined) pass(bytes, client);
      else client.end(bytes.subarray(0, Math.floor(bytes.length * cut.share)), () => client.destroy());
    });
  });
  const url = await urlThrough(server, databaseUrl);

  return {
    url,
    watch,
    at(aim, act) {
      if (aim === null) return act();
      return new Promise((resolve, reject) => {
        let left = aim.times;
        const unwatch = watch((mark) => {
          if (mark !== aim.moment || --left > 0) return undefined;
          unwatch();
          act().then(resolve, reject);
          return undefined;
        });
      });
    },
    note(note) {
      notes.add(note);
      return () => notes.delete(note);
    },
    say,
    underWay: () => [...moments.values()],
    slow(ms) {
      delayMs = ms;
    },
    mute() {
      for (const socket of sockets) muted.add(socket);
    },
    async quiet() {
      if (sockets.size > 0) await new Promise<void>((resolve) => whenQuiet.push(resolve));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
