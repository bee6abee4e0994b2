import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHandler, type HandlerOptions } from "../../src/http/handler.ts";
import { usualBodyBytes } from "../../src/http/request-body.ts";
import { type Api, apiKey, openApi } from "./api.ts";

let api: Api;
const origin = "https://app.example.com";
beforeAll(async () => {
  api = openApi({ allowedOrigins: [origin] });
  await api.call("PUT", "/v1/workspaces/acme", {});
}, 60_000);
afterAll(() => api.close());

const bearer = { authorization: `Bearer ${apiKey}` };
const json = { ...bearer, "content-type": "application/json" };
const charges = "/v1/workspaces/acme/charges";

describe("keys", () => {
  test.each([
    ["no header", {}],
    ["another key", { authorization: "Bearer another-key-entirely" }],
    ["a key that is longer", { authorization: `Bearer ${apiKey}x` }],
    ["another scheme", { authorization: `Basic ${apiKey}` }],
    ["the bare key", { authorization: apiKey }],
    ["a huge key", { authorization: `Bearer ${"x".repeat(10_000)}` }],
  ])("%s is 401", async (_name, headers) => {
    const answer = await api.send("GET", "/v1/catalog", { headers: headers as Record<string, string> });
    expect([answer.status, answer.body.code]).toEqual([401, "unauthorized"]);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("comes before the body is looked at", async () => {
    expect((await api.send("POST", charges, { body: "{nope" })).status).toBe(401);
  });

  test("every key of several works", async () => {
    const many = openApi({ apiKeys: ["the-first-of-the-keys", apiKey] });
    // Past the key, the input is looked at.
    expect((await many.call("PUT", "/v1/workspaces/acme", { unknown: 1 })).status).toBe(422);
  });

  test.each([
    ["short", ["short"]],
    ["with a blank", ["with a blank in between"]],
    ["no key at all", []],
  ])("the handler refuses keys: %s", (_name, apiKeys) => {
    expect(() => openApi({ apiKeys })).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });
});

test.each([
  // An origin that is a part of the text would have been let in.
  ["allowedOrigins", "https://app.example.com"],
  ["allowedOrigins", ["https://app.example.com/"]],
  ["allowedOrigins", ["app.example.com"]],
  ["allowedOrigins", [5]],
  ["apiKeys", apiKey],
  ["authenticate", "ada"],
  ["basePath", "api/"],
  ["log", () => {}],
  ["alowedOrigins", []],
])("the handler refuses the option %s: %j", (name, value) => {
  const options = { apiKeys: [apiKey], [name]: value };
  expect(() => createHandler(api.credits, options as unknown as HandlerOptions)).toThrow(
    expect.objectContaining({ code: "invalid_options", message: expect.stringContaining(`createHandler: ${name} `) }),
  );
});

test("the handler takes the origin of an extension", () => {
  const allowedOrigins = ["chrome-extension://abcdefghijklmnop", "http://localhost:3000"];
  expect(createHandler(api.credits, { apiKeys: [apiKey], allowedOrigins })).toBeTypeOf("function");
});

describe("bodies", () => {
  test.each([
    ["no JSON", "{nope", 400, "malformed_json"],
    ["half a JSON", '{"id":', 400, "malformed_json"],
    ["bytes that are not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, "malformed_json"],
    ["a list", "[]", 422, "invalid_input"],
    ["a text", '"x"', 422, "invalid_input"],
    ["null", "null", 422, "invalid_input"],
    ["deeper than any stack", "[".repeat(60_000), 400, "malformed_json"],
    ["deep metadata", `{"metadata":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`, 422, "invalid_input"],
    ["__proto__", '{"__proto__":{"id":"x"}}', 422, "invalid_input"],
  ])("%s", async (_name, body, status, code) => {
    const answer = await api.send("POST", charges, { headers: json, body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("64 KiB pass, one byte more is 413", async () => {
    const filled = (bytes: number) => `{"x":"${"x".repeat(bytes - 8)}"}`;
    expect((await api.send("POST", charges, { headers: json, body: filled(usualBodyBytes) })).body.code).toBe(
      "invalid_input",
    );
    const over = await api.send("POST", charges, { headers: json, body: filled(usualBodyBytes + 1) });
    expect([over.status, over.body.code]).toEqual([413, "payload_too_large"]);
  });

  test("the whole list of members may have 16 MiB, from the operator only", async () => {
    const path = "/v1/workspaces/acme/members";
    const filled = (bytes: number) => `{"x":"${"x".repeat(bytes - 8)}"}`;
    const limit = 16 * 1_048_576;
    expect((await api.send("PUT", path, { headers: json, body: filled(limit) })).body.code).toBe("invalid_input");
    const over = await api.send("PUT", path, { headers: json, body: filled(limit + 1) });
    expect([over.status, over.body.detail]).toEqual([413, expect.stringContaining("(16 MiB)")]);
    const one = await api.send("PUT", `${path}/ada`, { headers: json, body: filled(usualBodyBytes + 1) });
    expect([one.status, one.body.detail]).toEqual([413, expect.stringContaining("(64 KiB)")]);
    const members = openApi({ authenticate: () => ({ workspace: "acme", member: "ada" }) });
    const refused = await members.send("PUT", path, {
      headers: { "content-type": "application/json" },
      body: filled(usualBodyBytes + 1),
    });
    expect(refused.status).toBe(413);
    await members.close();
  });

  test("a stream without length and without end is cut off", async () => {
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
      cancel() {
        cancelled = true;
      },
    });
    const init = { headers: json, body, duplex: "half" } as RequestInit;
    expect((await api.send("POST", charges, init)).status).toBe(413);
    expect(sent).toBeLessThanOrEqual(usualBodyBytes + 3 * 16_384);
    expect(cancelled).toBe(true);
  });

  test.each([
    ["with its length", { ...json, "content-length": "500" }],
    ["without its length", json],
  ])("one that breaks off, sent %s, is its sender's fault and not this server's", async (_name, headers) => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("aborted")),
    });
    const answer = await api.send("POST", charges, { headers, body, duplex: "half" } as RequestInit);
    expect([answer.status, answer.body.detail]).toEqual([400, "The body broke off before its end."]);
    expect(api.logged.at(-1)).toMatchObject({ level: "info", fields: { status: 400 } });
  });

  test("a lie about the length is 413 at once", async () => {
    const headers = { ...json, "content-length": String(usualBodyBytes + 1) };
    expect((await api.send("POST", charges, { headers, body: "{}" })).status).toBe(413);
  });

  test.each([["application/x-www-form-urlencoded"], ["text/plain"], ["application/jsonx"]])(
    "%s is 415 and says which header to send",
    async (type) => {
      const answer = await api.send("POST", charges, { headers: { ...bearer, "content-type": type }, body: "{}" });
      expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
      expect(answer.body.detail).toContain("content-type: application/json");
    },
  );

  test.each([["application/json; charset=utf-8"], ["APPLICATION/JSON"], ["application/problem+json"]])(
    "%s is JSON",
    async (type) => {
      const answer = await api.send("POST", charges, { headers: { ...bearer, "content-type": type }, body: "{}" });
      expect(answer.body.code).toBe("invalid_input");
    },
  );

  test("a query with a POST and a field of the path in a body are named", async () => {
    const query = await api.call("POST", `${charges}?id=c1`, {});
    expect(query.body.errors).toEqual([{ path: "id", message: "stands in the query; put it into the JSON body" }]);
    const path = await api.call("POST", charges, { workspace: "acme" });
    expect(path.body.errors).toEqual([{ path: "workspace", message: "stands in the path; leave it out of the body" }]);
    const twice = await api.call("GET", "/v1/workspaces/acme/entries?limit=1&limit=2");
    expect(twice.body.errors).toEqual([{ path: "limit", message: "is given twice; give it once" }]);
  });
});

describe("routing", () => {
  test.each([
    ["GET", "/"],
    ["GET", "/v1"],
    ["GET", "/v1/workspaces/acme/"],
    ["GET", "/v1/workspaces//balance"],
    ["GET", "/v2/catalog"],
    ["POST", "/v1/workspaces/acme/charges/c1/settle/now"],
    ["GET", "/v1/%ff"],
  ])("%s %s is 404", async (method, path) => {
    const answer = await api.send(method, path, { headers: bearer });
    expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
  });

  test("405 says which methods there are", async () => {
    const answer = await api.send("PATCH", charges, { headers: json, body: "{}" });
    expect([answer.status, answer.body.code]).toEqual([405, "method_not_allowed"]);
    expect(answer.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
  });

  test("HEAD is GET without a body", async () => {
    const head = await api.send("HEAD", "/v1/workspaces/acme", { headers: bearer });
    expect([head.status, head.text]).toEqual([200, ""]);
    expect((await api.send("HEAD", "/v1/workspaces/acme")).status).toBe(401);
    expect((await api.send("HEAD", "/v1/workspaces/nowhere", { headers: bearer })).status).toBe(404);
    expect((await api.send("HEAD", "/v1/workspaces/acme/quotes", { headers: bearer })).status).toBe(405);
  });

  test.each([["a%2Fb"], ["a%20b"], ["%00"], ["%C3%A9"], ["%zz"], ["x".repeat(129)]])("the id %s is 422", async (id) => {
    const answer = await api.send("GET", `/v1/workspaces/${id}`, { headers: bearer });
    expect([answer.status, answer.body.code, answer.body.errors?.[0].path]).toEqual([
      422,
      "invalid_input",
      "workspace",
    ]);
  });

  test("is mounted where the host says", async () => {
    const mounted = openApi({ basePath: "/api/credits" });
    expect((await mounted.send("GET", "/healthz")).status).toBe(200);
    expect((await mounted.call("PUT", "/v1/workspaces/acme", { unknown: 1 })).status).toBe(422);
    expect((await mounted.send("GET", "/openapi.json")).body.servers).toEqual([{ url: "/api/credits" }]);
  });
});

describe("other origins", () => {
  test("an allowed one may ask and read", async () => {
    const asked = await api.send("OPTIONS", charges, { headers: { origin, "access-control-request-method": "POST" } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(origin);
    expect(asked.headers.get("access-control-allow-methods")).toContain("POST");
    expect(asked.headers.get("access-control-allow-headers")).toContain("authorization");
    const read = await api.send("GET", "/v1/catalog", { headers: { ...bearer, origin } });
    expect(read.headers.get("access-control-allow-origin")).toBe(origin);
    expect(read.headers.get("vary")).toContain("Origin");
  });

  test.each([["https://evil.example.com"], ["null"], [`${origin}.evil.com`]])("%s may not", async (other) => {
    const asked = await api.send("OPTIONS", charges, { headers: { origin: other } });
    expect(asked.headers.get("access-control-allow-origin")).toBeNull();
    const refused = await api.send("GET", "/v1/catalog", { headers: { origin: other } });
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("also a refusal can be read by an allowed one", async () => {
    const refused = await api.send("GET", "/v1/catalog", { headers: { origin } });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, origin]);
  });
});

describe("request ids and logs", () => {
  test("a harmless id is kept, any other replaced", async () => {
    const kept = await api.call("GET", "/v1/catalog", undefined, { "x-request-id": "req-1" });
    expect(kept.headers.get("x-request-id")).toBe("req-1");
    const replaced = await api.call("GET", "/v1/catalog", undefined, { "x-request-id": "a b\u00e9" });
    expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("what goes wrong inside is logged with its stack and answered without", async () => {
    const broken = openApi({
      authenticate: () => {
        throw new Error("the password is hunter2");
      },
    });
    const answer = await broken.call("GET", `${charges}/c1`);
    expect([answer.status, answer.body.code]).toEqual([500, "internal"]);
    expect(answer.text).not.toContain("hunter2");
    const line = broken.logged.find(({ level }) => level === "error");
    expect(line?.fields).toMatchObject({ requestId: answer.body.requestId, status: 500, path: `${charges}/c1` });
    expect(line?.fields.error).toContain("hunter2");
    expect(line?.fields.error).toContain("protocol.test.ts");
  });

  test("a closed engine is 503 and says so", async () => {
    const closed = openApi();
    await closed.close();
    const answer = await closed.send("GET", "/readyz");
    expect([answer.status, answer.body.code]).toEqual([503, "closed"]);
    expect((await closed.send("GET", "/healthz")).status).toBe(200);
  });

  test("keys never reach the log", async () => {
    await api.call("GET", "/v1/catalog");
    expect(JSON.stringify(api.logged)).not.toContain(apiKey);
  });
});

describe("health", () => {
  test("up and ready, without a key", async () => {
    expect((await api.send("GET", "/healthz")).body).toEqual({ status: "up" });
    const ready = await api.send("GET", "/readyz");
    expect([ready.status, ready.body.status]).toEqual([200, "ready"]);
  });
});
