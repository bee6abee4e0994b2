import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drainable } from "../src/drain.ts";

/*
 * A client that keeps its connection sends the next request when it has read an answer. A server that closes the
 * connection at that moment has that request unread: the client is told ECONNRESET, and does not know whether its charge
 * was made. So the last answer on every connection says that it is the last.
 */

let server: Server;
let drain: () => Promise<void>;
let waiting: ServerResponse[];
let sockets: Socket[];

beforeEach(async () => {
  waiting = [];
  sockets = [];
  server = createServer((request, response) => {
    if (request.url === "/streams") response.write("a");
    if (request.url === "/now") response.end("done");
    else waiting.push(response);
  });
  // Longer than any pause of a busy machine: what is on its way must have come before it is over.
  drain = drainable(server, 2_000);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const response of waiting) response.destroy();
  await drain();
});

/** A connection, and all that came on it, as it came. */
function dial() {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  sockets.push(socket);
  let heard = "";
  socket.on("data", (chunk: Buffer) => {
    heard += chunk.toString();
  });
  const ended = new Promise<string>((resolve) => {
    socket.once("error", (error) => resolve(error.message));
    socket.once("end", () => resolve("ended"));
  });
  return {
    ended,
    ask: (path: string) => void socket.write(`GET ${path} HTTP/1.1\r\nhost: ducat.test\r\n\r\n`),
    heard: () => heard,
    async hears(text: string) {
      await expect.poll(() => heard).toContain(text);
    },
  };
}

test("a request that was on its way when the server was stopped is answered, as the last on its connection", async () => {
  const caller = dial();
  caller.ask("/now");
  await caller.hears("done");
  expect(caller.heard()).toContain("Connection: keep-alive");
  const drained = drain();
  caller.ask("/now");
  expect(await caller.ended).toBe("ended");
  expect(caller.heard().toLowerCase()).toContain("connection: close");
  expect(caller.heard().match(/done/g)).toHaveLength(2);
  await drained;
});

test("a request that was running says that its answer is the last", async () => {
  const caller = dial();
  caller.ask("/later");
  await expect.poll(() => waiting.length).toBe(1);
  const drained = drain();
  waiting[0]?.end("at last");
  expect(await caller.ended).toBe("ended");
  expect(caller.heard()).toContain("at last");
  expect(caller.heard().toLowerCase()).toContain("connection: close");
  await drained;
});

test("an answer whose beginning is out already comes to its end, and so does its connection", async () => {
  const caller = dial();
  caller.ask("/streams");
  await caller.hears("a");
  const drained = drain();
  waiting[0]?.end("z");
  expect(await caller.ended).toBe("ended");
  expect(caller.heard()).toContain("z");
  await drained;
});

test("a connection on which nothing more comes does not hold the server up", async () => {
  const caller = dial();
  caller.ask("/now");
  await caller.hears("done");
  await drain();
  expect(await caller.ended).toBe("ended");
});

test("nobody new is let in", async () => {
  const caller = dial();
  caller.ask("/later");
  await expect.poll(() => waiting.length).toBe(1);
  const { port } = server.address() as AddressInfo;
  const drained = drain();
  const late = connect(port, "127.0.0.1");
  sockets.push(late);
  await expect(new Promise((_, reject) => late.once("error", reject))).rejects.toThrow("ECONNREFUSED");
  waiting[0]?.end("at last");
  await drained;
});
