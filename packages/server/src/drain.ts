import type { Server, ServerResponse } from "node:http";
import { Server as Listener } from "node:net";

/** How long running requests may take once the server is asked to stop. */
const runningMs = 25_000;
/** How long a request may be on its way when the server is asked to stop. */
const onTheWayMs = 500;

/**
 * Prepares a server for being stopped without cutting anybody off; what comes back stops it. Nobody new is let in, and what
 * is running is finished. Every answer from then on says that it is the last on its connection: a client that was told to
 * keep it sends its next request on it, and never hears whether that was read.
 */
export function drainable(server: Server, patienceMs = onTheWayMs): () => Promise<void> {
  const running = new Set<ServerResponse>();
  let stopping = false;
  // Before the handler, which may answer at once.
  server.prependListener("request", (_request, response: ServerResponse) => {
    if (stopping) response.setHeader("connection", "close");
    running.add(response);
    response.once("close", () => running.delete(response));
  });

  return async () => {
    stopping = true;
    for (const response of running) if (!response.headersSent) response.setHeader("connection", "close");
    // Those whose headers are out already become idle when they end, and are closed like the others that are idle.
    server.keepAliveTimeout = patienceMs;
    const patience = setTimeout(() => server.closeIdleConnections(), patienceMs);
    const impatience = setTimeout(() => server.closeAllConnections(), runningMs);
    // Not the HTTP server's own `close`, which closes idle connections at once, whatever is on its way on them.
    await new Promise<void>((resolve) => Listener.prototype.close.call(server, () => resolve()));
    clearTimeout(patience);
    clearTimeout(impatience);
    // What that one does besides: it stops looking for requests that take too long.
    server.close();
  };
}
