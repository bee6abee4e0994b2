import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createCredits, createHandler } from "ducat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClientOptions, createClient } from "../src/client.ts";
import { failure } from "./failure.ts";

/*
 * Servers and proxies die in the middle of an answer: its status and headers have arrived and look well, its body never
 * does. A client that took such a body for a faulty answer would not repeat the call, and would leave a charge open that
 * its caller does not know of.
 */

const apiKey = "a-secret-key-for-tests";
const credits = createCredits({ database: { memory: true }, background: false });
const handler = createHandler(credits as never, { apiKeys: [apiKey], log: { info() {}, error() {} } });
const charge = { workspace: "acme", member: "ada", feature: "generate-screen" } as const;

/** What becomes of the next answers: half of the body, then the connection is cut or nothing more comes. */
let next: ("cut" | "silent")[] = [];
let requests = 0;
let server: Server;

beforeAll(async () => {
  await credits.workspaces.put({ workspace: "acme" });
  await credits.members.put({ workspace: "acme", member: "ada", role: "owner" });
  server = createServer(async (incoming, outgoing) => {
    requests += 1;
    const { url, method = "GET", headers } = incoming;
    const body = await text(incoming);
    const answer = await handler(
      new Request(`http://ducat.test${url}`, {
        method,
        headers: { authorization: headers.authorization ?? "", "content-type": "application/json" },
        ...(body === "" ? {} : { body }),
      }),
    );
    const whole = Buffer.from(await answer.arrayBuffer());
    outgoing.writeHead(answer.status, { "content-type": "application/json", "content-length": whole.length });
    const fate = next.shift();
    if (fate === undefined) outgoing.end(whole);
    else outgoing.write(whole.subarray(0, whole.length / 2), () => fate === "cut" && outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}, 60_000);
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await credits.close();
});

function connect(fates: typeof next, options: Partial<ClientOptions> = {}) {
  next = fates;
  requests = 0;
  const { port } = server.address() as AddressInfo;
  return createClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey, ...options });
}

test("a charge whose answer was cut in its body is asked for again, and charged once", async () => {
  const charged = await connect(["cut", "cut"]).charge({ ...charge, id: "c-cut" });
  expect(charged).toMatchObject({ outcome: "charged", replayed: false, charge: { id: "c-cut", state: "open" } });
  expect(requests).toBe(3);
  const { data } = await credits.charges.list({ workspace: "acme", state: "open" });
  expect(data).toHaveLength(1);
});

test("an answer that is cut each time is no answer, which a caller may ask for again", async () => {
  const error = await failure(connect(["cut", "cut"], { retries: 1 }).balance({ workspace: "acme" }));
  expect(error).toMatchObject({ code: "unreachable", retryable: true });
  expect(requests).toBe(2);
});

test("an answer whose rest never comes is given up like one that never began", async () => {
  const patient = connect(["silent", "silent"], { retries: 1, timeoutMs: 200 });
  expect(await failure(patient.balance({ workspace: "acme" }))).toMatchObject({ code: "unreachable" });
});

test("a caller who goes while the body is on its way gets their own reason, and nothing is asked again", async () => {
  const gone = new AbortController();
  const client = connect(["silent"], {
    fetch: async (...request) => {
      const answer = await fetch(...request);
      gone.abort(new Error("gone"));
      return answer;
    },
  });
  await expect(client.balance({ workspace: "acme" }, { signal: gone.signal })).rejects.toThrow("gone");
  expect(requests).toBe(1);
});

test("a whole answer that is no JSON is not asked for again", async () => {
  let asked = 0;
  const client = connect([], {
    fetch: async () => {
      asked += 1;
      return new Response("<html>", { status: 200 });
    },
  });
  expect(await failure(client.balance({ workspace: "acme" }))).toMatchObject({
    code: "unexpected_answer",
    details: { status: 200 },
  });
  expect(asked).toBe(1);
});
