import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiKey, openApi } from "./api.ts";

/** A host that knows who is signed in by a header, as a session would tell it. */
function authenticate(request: Request): { workspace: string; member: string } | null {
  const member = request.headers.get("x-signed-in");
  return member === null ? null : { workspace: "acme", member };
}

let api: Api;
const ws = "/v1/workspaces/acme";
const as = (member: string) => ({ "x-signed-in": member, "content-type": "application/json" });

beforeAll(async () => {
  api = openApi({ authenticate, apiKeys: [apiKey], allowedOrigins: ["https://app.example.com"] });
  for (const id of ["acme", "other"]) {
    await api.call("PUT", `/v1/workspaces/${id}`, { plan: "pro" });
    await api.call("PUT", `/v1/workspaces/${id}/members/ada`, { role: "owner" });
    await api.call("PUT", `/v1/workspaces/${id}/members/bob`, { role: "editor" });
    await api.call("POST", `/v1/workspaces/${id}/charges`, { id: "c-ada", member: "ada", feature: "generate-theme" });
    await api.call("POST", `/v1/workspaces/${id}/charges`, { id: "c-bob", member: "bob", feature: "generate-theme" });
  }
}, 60_000);
afterAll(() => api.close());

const send = (member: string, method: string, path: string, body?: unknown, headers = {}) =>
  api.send(method, path, {
    headers: { ...as(member), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe("who calls", () => {
  test("nobody is 401, the key is the operator", async () => {
    expect((await api.send("GET", ws)).status).toBe(401);
    expect((await api.call("GET", "/v1/workspaces/other")).status).toBe(200);
  });

  test("a wrong key does not fall back to nothing when a session is there", async () => {
    expect((await send("bob", "GET", ws, undefined, { authorization: "Bearer of-something-else" })).status).toBe(200);
  });

  test("a hook that answers no ids is the host's fault, not the caller's", async () => {
    const broken = openApi({ authenticate: () => ({ workspace: "acme", member: "" }) });
    expect((await broken.send("GET", ws)).status).toBe(500);
  });
});

describe("a member", () => {
  test.each([
    ["PUT", ws, {}],
    ["DELETE", ws, undefined],
    ["GET", "/v1/workspaces", undefined],
    ["PUT", `${ws}/members/bob`, { role: "owner" }],
    ["PUT", `${ws}/members`, { members: [] }],
    ["GET", `${ws}/members`, undefined],
    ["PUT", `${ws}/subscription`, { plan: "business" }],
    ["POST", `${ws}/charges`, { id: "x", member: "bob", feature: "generate-theme" }],
    ["POST", `${ws}/charges/c-bob/settle`, {}],
    ["POST", `${ws}/charges/c-bob/refund`, { reason: "failed" }],
    ["POST", `${ws}/charges/c-bob/support-refund`, { id: "s", actor: "bob", note: "mine" }],
    ["POST", `${ws}/charges/c-bob/heartbeat`, {}],
    ["POST", `${ws}/grants`, { id: "g", amount: 5, actor: "bob", note: "mine" }],
    ["POST", `${ws}/top-ups/t/paid`, {}],
    ["POST", `${ws}/clock`, { now: "2030-01-01T00:00:00Z" }],
    ["GET", "/v1/charges", undefined],
  ])("may not %s %s", async (method, path, body) => {
    const answer = await send("bob", method, path, body);
    expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
  });

  test("sees the catalog without hidden plans, the workspace, their balance", async () => {
    expect((await send("bob", "GET", "/v1/catalog")).status).toBe(200);
    expect((await send("bob", "GET", ws)).status).toBe(200);
    expect((await send("bob", "GET", `${ws}/balance`)).body.member).toBe("bob");
    expect((await send("bob", "GET", `${ws}/balance?member=bob`)).body.member).toBe("bob");
    expect((await send("bob", "GET", `${ws}/balance?member=ada`)).status).toBe(403);
  });

  test("is quoted for themself", async () => {
    const quote = await send("bob", "POST", `${ws}/quotes`, { feature: "generate-theme" });
    expect(quote.body.data[0].amount).toBe(5);
    const other = await send("bob", "POST", `${ws}/quotes`, { member: "ada", feature: "generate-theme" });
    expect(other.status).toBe(403);
  });

  test("sees and cancels their own charges only", async () => {
    expect((await send("bob", "GET", `${ws}/charges/c-bob`)).body.member).toBe("bob");
    expect((await send("bob", "GET", `${ws}/charges/c-ada`)).status).toBe(403);
    expect((await send("bob", "POST", `${ws}/charges/c-ada/cancel`)).status).toBe(403);
    expect((await send("bob", "POST", `${ws}/charges/c-bob/cancel`)).body.charge.cancelRequested).toBe(true);
    expect((await send("bob", "GET", `${ws}/charges/nothing`)).status).toBe(404);
  });

  test.each([["/v1/workspaces/other"], ["/v1/workspaces/other/balance"], ["/v1/workspaces/other/charges/c-bob"]])(
    "sees nothing of another workspace: %s",
    async (path) => {
      expect((await send("bob", "GET", path)).status).toBe(403);
    },
  );

  test("sees their own usage; a role that buys sees everybody's", async () => {
    const total = async (member: string, query = "") => {
      const { body } = await send(member, "GET", `${ws}/usage?by=member${query}`);
      return body.data?.map(({ key }: { key: string }) => key);
    };
    expect(await total("bob")).toEqual(["bob"]);
    expect(await total("ada")).toEqual(["ada", "bob"]);
    expect(await total("ada", "&member=bob")).toEqual(["bob"]);
    expect((await send("bob", "GET", `${ws}/usage?by=member&member=ada`)).status).toBe(403);
  });

  test("orders as themself, by role, and never says that it is paid", async () => {
    const order = { id: "t-ada", pack: "small", recipients: ["ada"] };
    const ordered = await send("ada", "POST", `${ws}/top-ups`, order);
    expect([ordered.status, ordered.body.topUp.state, ordered.body.topUp.buyer]).toEqual([
      201,
      "awaiting_payment",
      "ada",
    ]);
    const bob = await send("bob", "POST", `${ws}/top-ups`, { ...order, id: "t-bob" });
    expect([bob.status, bob.body.code, bob.body.reason]).toEqual([403, "not_allowed", "role"]);
    for (const paid of [{ paid: true }, { paid: false }, { payment: "pay_1" }]) {
      expect((await send("ada", "POST", `${ws}/top-ups`, { ...order, id: "t-paid", ...paid })).status).toBe(403);
    }
    expect((await send("bob", "POST", `${ws}/top-ups`, { ...order, id: "t-as", buyer: "ada" })).status).toBe(403);
  });

  test("requests for themself; a buyer decides", async () => {
    const requests = `${ws}/top-up-requests`;
    const asked = await send("bob", "POST", requests, { id: "q1", pack: "small" });
    expect([asked.status, asked.body.request.member]).toEqual([201, "bob"]);
    expect((await send("bob", "POST", requests, { id: "q2", member: "ada", pack: "small" })).status).toBe(403);
    expect((await send("ada", "GET", `${requests}?state=open`)).body.data).toHaveLength(1);
    expect((await send("bob", "GET", requests)).body.data).toHaveLength(1);
    expect((await send("eve", "GET", requests)).status).toBe(404);
    expect((await send("bob", "POST", `${requests}/q1/approve`)).status).toBe(403);
    expect((await send("ada", "POST", `${requests}/q1/withdraw`)).status).toBe(403);
    expect((await send("ada", "POST", `${requests}/q1/approve`)).body.request.decidedBy).toBe("ada");
  });
});

describe("a session on another site's page", () => {
  const cancel = `${ws}/charges/c-bob/cancel`;
  test("may not write", async () => {
    const foreign = await send("bob", "POST", cancel, undefined, { origin: "https://evil.example.com" });
    expect([foreign.status, foreign.body.code]).toEqual([403, "forbidden"]);
    expect((await send("bob", "POST", cancel, undefined, { origin: "null" })).status).toBe(403);
  });

  test("may from its own and from an allowed origin", async () => {
    expect((await send("bob", "POST", cancel, undefined, { origin: "http://api.test" })).status).toBe(200);
    expect((await send("bob", "POST", cancel, undefined, { origin: "https://app.example.com" })).status).toBe(200);
  });
});
