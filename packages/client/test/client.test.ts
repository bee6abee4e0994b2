import { createCredits, createHandler } from "ducat";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientOptions, createClient } from "../src/client.ts";
import { failure } from "./failure.ts";

const apiKey = "a-secret-key-for-tests";
const credits = createCredits({ database: { memory: true }, background: false });
const handler = createHandler(credits as never, { apiKeys: [apiKey], log: { info() {}, error() {} } });

/** A network whose n-th journeys fail in the ways given; all others reach the server. */
function network(...failures: ("lost request" | "lost answer" | Response)[]) {
  const journeys: Request[] = [];
  const carry = async (url: string | URL | Request, init?: RequestInit) => {
    const failure = failures[journeys.length];
    const request = new Request(url, init);
    journeys.push(request.clone());
    if (failure instanceof Response) return failure;
    if (failure === "lost request") throw new TypeError("fetch failed");
    const answer = await handler(request);
    if (failure === "lost answer") throw new TypeError("terminated");
    return answer;
  };
  return { fetch: carry as typeof fetch, journeys };
}

function connect(fetch: typeof globalThis.fetch, options: Partial<ClientOptions> = {}) {
  return createClient({ baseUrl: "http://ducat.test/", apiKey, fetch, ...options });
}

const direct = connect(network().fetch);
const charge = { workspace: "acme", member: "ada", feature: "generate-screen" } as const;

beforeAll(async () => {
  await direct.workspaces.put({ workspace: "acme", name: "Acme" });
  await direct.members.put({ workspace: "acme", member: "ada", role: "owner" });
}, 60_000);
afterAll(() => credits.close());

describe("as in process", () => {
  test("a charge, its settlement and the balance", async () => {
    const charged = await direct.charge({ ...charge, id: "c1", quantity: 2 });
    expect(charged).toMatchObject({ outcome: "charged", replayed: false, balance: { available: 540, held: 60 } });
    expect(await direct.charges.get({ workspace: "acme", id: "c1" })).toEqual(
      await credits.charges.get({ workspace: "acme", id: "c1" }),
    );
    expect(await direct.settle({ workspace: "acme", id: "c1", delivered: 1 })).toMatchObject({ outcome: "settled" });
    const { at: _at, ...balance } = await direct.balance({ workspace: "acme", member: "ada" });
    const { at: _its, ...same } = await credits.balance({ workspace: "acme", member: "ada" });
    expect(balance).toEqual(same);
    expect(await direct.catalog.published()).toEqual(await credits.catalog.published());
  });

  test("a refusal is an outcome, equal to the one in process", async () => {
    const input = { ...charge, id: "too-much", quantity: 1000 } as const;
    expect(await direct.charge(input)).toEqual(await credits.charge(input));
    const unknown = { ...charge, id: "x", feature: "fly" };
    expect(await direct.charge(unknown)).toEqual({ outcome: "unknown_feature" });
    const late = await direct.heartbeat({ workspace: "acme", id: "c1" });
    expect(late).toMatchObject({ outcome: "not_open", charge: { id: "c1" } });
  });

  test("an error is a DucatError with code, status, faults and request id", async () => {
    const invalid = await failure(direct.charge({ ...charge, id: "c2", quantity: 0 }));
    expect(invalid).toMatchObject({
      code: "invalid_input",
      status: 422,
      retryable: false,
      errors: [{ path: "quantity", message: "must be a whole number from 1 to 1000, got 0" }],
      requestId: expect.stringMatching(/./),
    });
    expect(await failure(direct.settle({ workspace: "acme", id: "nothing" }))).toMatchObject({
      code: "unknown_charge",
    });
    const wrongKey = connect(network().fetch, { apiKey: "another-key-entirely" });
    expect(await failure(wrongKey.catalog.published())).toMatchObject({ code: "unauthorized", status: 401 });
  });

  test("ids with signs reach the server whole; what is no id never leaves", async () => {
    await direct.members.put({ workspace: "acme", member: "auth0|1&a=b+c", role: "viewer" });
    const { member } = await direct.balance({ workspace: "acme", member: "auth0|1&a=b+c" });
    expect(member).toBe("auth0|1&a=b+c");
    const { fetch, journeys } = network();
    for (const id of ["..", ".", "", "/x"]) {
      expect(await failure(connect(fetch).charges.get({ workspace: "acme", id }))).toMatchObject({
        code: "invalid_input",
      });
    }
    expect(journeys).toEqual([]);
  });
});

describe("when the network fails", { timeout: 30_000 }, () => {
  test("a charge whose answer was lost is charged once, and is told so", async () => {
    const { fetch, journeys } = network("lost answer", "lost request", "lost answer");
    const before = (await direct.balance({ workspace: "acme", member: "ada" })).available;
    const charged = await connect(fetch).charge({ ...charge, id: "c-lost" });
    expect(charged).toMatchObject({ outcome: "charged", replayed: false, balance: { available: before - 30 } });
    expect(journeys).toHaveLength(4);
  });

  test("an attempt that is given as undefined is made like one that is not given", async () => {
    const { fetch } = network("lost answer");
    const charged = await connect(fetch).charge({ ...charge, id: "c-undefined", attempt: undefined as never });
    expect(charged).toMatchObject({ outcome: "charged", replayed: false });
  });

  test("a settlement whose answer was lost is the first one", async () => {
    const { fetch } = network("lost answer");
    expect(await connect(fetch).settle({ workspace: "acme", id: "c-lost" })).toMatchObject({ outcome: "settled" });
  });

  test("503 and 429 are tried again, other statuses are not", async () => {
    const busy = network(
      new Response("", { status: 503 }),
      new Response("", { status: 429, headers: { "retry-after": "0" } }),
    );
    await connect(busy.fetch).catalog.published();
    expect(busy.journeys).toHaveLength(3);
    const broken = network(new Response("<html>", { status: 500 }));
    expect(await failure(connect(broken.fetch).catalog.published())).toMatchObject({
      code: "unexpected_answer",
      details: { status: 500 },
    });
    expect(broken.journeys).toHaveLength(1);
  });

  test("waits as long as Retry-After says", async () => {
    const { fetch } = network(new Response("", { status: 503, headers: { "retry-after": "1" } }));
    const startedAt = performance.now();
    await connect(fetch).catalog.published();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  test("gives up after three more tries", async () => {
    const { fetch, journeys } = network(...new Array(10).fill("lost request"));
    expect(await failure(connect(fetch).catalog.published())).toMatchObject({ code: "unreachable", retryable: true });
    expect(journeys).toHaveLength(4);
  });

  test("a caller who has gone ends the waiting", async () => {
    const { fetch, journeys } = network(new Response("", { status: 503, headers: { "retry-after": "30" } }));
    const gone = new AbortController();
    const call = connect(fetch).catalog.published({ signal: gone.signal });
    setTimeout(() => gone.abort(new Error("gone")), 20);
    await expect(call).rejects.toThrow("gone");
    expect(journeys).toHaveLength(1);
  });

  test("an answer that never comes is given up", async () => {
    const silent = ((_url: unknown, init: RequestInit) =>
      new Promise((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
      })) as typeof fetch;
    expect(await failure(connect(silent, { timeoutMs: 20, retries: 1 }).catalog.published())).toMatchObject({
      code: "unreachable",
    });
  });

  test("a token is fetched anew for each try", async () => {
    const { fetch, journeys } = network("lost request");
    let made = 0;
    const { apiKey: _none, ...withToken } = { apiKey: undefined, token: () => `token-${++made}` };
    const client = createClient({ baseUrl: "http://ducat.test", fetch, ...withToken });
    await failure(client.catalog.published());
    expect(journeys.map((request) => request.headers.get("authorization"))).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });
});

describe("lists", () => {
  test("await answers a page, for await everything", async () => {
    const page = await direct.entries({ workspace: "acme", limit: 2 });
    expect(page.data).toHaveLength(2);
    const { seq } = await direct.workspaces.get({ workspace: "acme" });
    const seqs: number[] = [];
    for await (const entry of direct.entries({ workspace: "acme", limit: 2 })) seqs.push(entry.seq);
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
  });

  test("dates are asked for as instants", async () => {
    const { fetch, journeys } = network();
    await connect(fetch).entries({ workspace: "acme", from: new Date(0) });
    expect(new URL(journeys[0]?.url ?? "").searchParams.get("from")).toBe("1970-01-01T00:00:00.000Z");
  });
});
