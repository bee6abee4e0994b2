import { DucatError, isDucatError } from "@ducat/client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Client, type ClientOptions, createClient } from "../src/client.ts";

let asked: string[] = [];
const record: typeof fetch = async (url) => {
  asked.push(url as string);
  return Response.json({});
};
const client = createClient({ baseUrl: "http://ducat.test", apiKey: "a-secret-key-for-tests", fetch: record });
afterEach(() => {
  asked = [];
  vi.unstubAllGlobals();
});

const metadata: Record<string, unknown> = { self: null };
metadata.self = metadata;
const charge = { workspace: "acme", id: "c1", member: "ada", feature: "f" };

describe("what cannot be sent is invalid_input, as it is in process, and never leaves", () => {
  test.each<[string, string, (client: Client) => PromiseLike<unknown>]>([
    ["a lone surrogate in an id", "id", () => client.charges.get({ workspace: "acme", id: "c\ud800" })],
    ["an invalid Date in a list", "from", () => client.entries({ workspace: "acme", from: new Date(Number.NaN) })],
    ["a BigInt in a list", "limit", () => client.entries({ workspace: "acme", limit: 5n as never })],
    ["a BigInt", "maxAmount", () => client.charge({ ...charge, maxAmount: 5n as never })],
    ["a function", "quantity", () => client.charge({ ...charge, quantity: (() => 5) as never })],
    // JSON would make null of these three: credits that never expire, and members without a cap.
    [
      "an invalid Date",
      "expiresAt",
      () =>
        client.grant({ workspace: "acme", id: "g", amount: 5, actor: "a", note: "n", expiresAt: new Date(Number.NaN) }),
    ],
    [
      "a number that is none",
      "cap",
      () => client.members.put({ workspace: "acme", member: "ada", role: "owner", cap: Number.NaN }),
    ],
    [
      "an infinite number, deep inside",
      "members[1].cap",
      () =>
        client.members.sync({
          workspace: "acme",
          members: [
            { id: "ada", role: "owner" },
            { id: "bob", role: "editor", cap: Number.POSITIVE_INFINITY },
          ],
        }),
    ],
    ["data that contains itself", "", () => client.charge({ ...charge, metadata })],
  ])("%s", async (_what, path, call) => {
    const error = await Promise.resolve(call(client)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isDucatError(error)) throw new Error("expected a DucatError", { cause: error });
    expect(error).toMatchObject({ code: "invalid_input", errors: [{ path }] });
    expect(error.message).toMatch(/must be .*\.$/);
    expect(asked).toEqual([]);
  });
});

describe("baseUrl", () => {
  const connect = (baseUrl: unknown, options: Partial<ClientOptions> = {}) =>
    createClient({ baseUrl: baseUrl as string, ...options });

  test.each([
    undefined,
    "",
    "ducat",
    "127.0.0.1:4100",
    "localhost:4100",
    "ftp://127.0.0.1",
    "http://",
    "/api/credits",
    "http://app:secret@127.0.0.1:4100",
    "http://127.0.0.1:4100/?a=1",
    "http://127.0.0.1:4100/#a",
  ])("%j is refused before anything is asked, without repeating what may be secret", (baseUrl) => {
    const refusal = expect.objectContaining({ code: "invalid_options", message: expect.stringContaining("baseUrl") });
    expect(() => connect(baseUrl)).toThrow(refusal);
    expect(() => connect(baseUrl)).not.toThrow("secret");
  });

  test("a path is an address where a page or a fetch of one's own knows whose path it is", async () => {
    await connect("/api/credits/", { fetch: record }).catalog.published();
    vi.stubGlobal("location", { origin: "https://app.example.com" });
    vi.stubGlobal("fetch", record);
    await connect("/api/credits").catalog.published();
    await connect("").catalog.published();
    expect(asked).toEqual(["/api/credits/v1/catalog", "/api/credits/v1/catalog", "/v1/catalog"]);
  });

  test("whole addresses are kept as they are, but for slashes at the end", async () => {
    await connect("https://app.example.com:8443/credits//", { fetch: record }).catalog.published();
    expect(asked).toEqual(["https://app.example.com:8443/credits/v1/catalog"]);
  });

  test("the refusal is a DucatError", () => {
    expect(() => connect("nowhere")).toThrow(DucatError);
  });
});
