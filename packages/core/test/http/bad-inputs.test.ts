import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/http/routes/index.ts";
import { type Api, openApi, routeOf } from "./api.ts";

let api: Api;
let before: unknown;

/** Everything a wrong request could have touched. */
async function ledger(): Promise<unknown> {
  const { seq, metadata, name, plan } = await api.credits.workspaces.get({ workspace: "acme" });
  const own = await api.credits.balance({ workspace: "acme", member: "ada" });
  const pool = await api.credits.balance({ workspace: "acme" });
  return { seq, metadata, name, plan, own: own.grants, pool: pool.grants, held: own.held };
}

beforeAll(async () => {
  api = openApi();
  await api.call("PUT", "/v1/workspaces/acme", { name: "Acme" });
  await api.call("PUT", "/v1/workspaces/acme/members/ada", { role: "owner" });
  await api.call("POST", "/v1/workspaces/acme/charges", { id: "open", member: "ada", feature: "generate-screen" });
  before = await ledger();
}, 60_000);
afterAll(() => api.close());

const ws = "/v1/workspaces/acme";
const huge = "x".repeat(40_000);

/** Method, path, body, the field that is named, and words that say what to do. */
const cases: [method: string, path: string, body: unknown, field: string, words: string][] = [
  ["GET", "/v1/catalog?lang=de", undefined, "lang", "is not a known field"],
  ["PUT", "/v1/workspaces/-acme", {}, "workspace", "must begin with a letter or digit"],
  ["PUT", ws, { name: 5 }, "name", "must be a text of at most 200 characters, got 5"],
  ["PUT", ws, { name: huge }, "name", "must have at most 200 characters, got 40000"],
  ["PUT", ws, { plan: null }, "plan", "leave it out instead"],
  ["PUT", ws, { nmae: "x" }, "nmae", 'did you mean "name"?'],
  ["PUT", ws, { metadata: { a: huge } }, "metadata", "at most 4096 bytes"],
  ["PUT", ws, { createdAt: "yesterday" }, "createdAt", 'such as "2026-03-01T12:00:00Z"'],
  ["PUT", ws, { testClock: "1969-01-01T00:00:00Z" }, "testClock", "1970 to 9999"],
  ["GET", `${ws}?verbose=1`, undefined, "verbose", "is not a known field"],
  ["DELETE", `${ws}?force=true`, undefined, "force", "is not a known field"],
  // What every object has is no field either: each of these was a 500.
  ["GET", `${ws}?constructor=1`, undefined, "constructor", "is not a known field"],
  ["GET", "/v1/workspaces?__proto__=1", undefined, "__proto__", "is not a known field"],
  ["DELETE", `${ws}?hasOwnProperty=1`, undefined, "hasOwnProperty", "is not a known field"],
  ["GET", "/v1/workspaces?limit=0", undefined, "limit", "from 1 to 200, got 0"],
  ["GET", "/v1/workspaces?limit=ten", undefined, "limit", "must be a whole number"],
  ["PUT", `${ws}/subscription`, { status: "cancelled" }, "status", '"active", "trialing", "past_due" or "ended"'],
  ["PUT", `${ws}/subscription`, { effective: "later" }, "effective", '"now" or "period_end"'],
  ["PUT", `${ws}/subscription`, { anchor: "2026-01-01" }, "anchor", "ISO 8601"],
  ["POST", `${ws}/clock`, {}, "now", "is missing"],
  ["PUT", `${ws}/members/workspace`, { role: "editor" }, "member", "choose another id"],
  ["PUT", `${ws}/members/bob`, {}, "role", "is missing"],
  ["PUT", `${ws}/members/bob`, { role: "king" }, "role", "must be one of the catalog's roles"],
  ["PUT", `${ws}/members/bob`, { role: "editor", cap: -1 }, "cap", "from 0"],
  ["PUT", `${ws}/members/bob`, { role: "editor", email: "x".repeat(321) }, "email", "at most 320"],
  ["DELETE", `${ws}/members/ada?erase=yes`, undefined, "erase", "must be true or false"],
  ["GET", `${ws}/members/a%20b`, undefined, "member", "printable ASCII"],
  ["GET", `${ws}/members?cursor=`, undefined, "cursor", "nextCursor"],
  ["PUT", `${ws}/members`, { members: { ada: "owner" } }, "members", "must be a list"],
  ["PUT", `${ws}/members`, { members: [{ id: "ada" }] }, "members[0].role", "is missing"],
  [
    "PUT",
    `${ws}/members`,
    {
      members: [
        { id: "a", role: "owner" },
        { id: "a", role: "owner" },
      ],
    },
    "members[1].id",
    "twice",
  ],
  ["POST", `${ws}/quotes`, { member: "ada", items: [] }, "items", "a list of 1 to 50"],
  ["POST", `${ws}/quotes`, { items: [{ feature: "generate-screen" }] }, "member", "is missing"],
  ["POST", `${ws}/quotes`, { member: "ada", feature: "generate-screen", quantity: 1001 }, "quantity", "from 1 to 1000"],
  ["POST", `${ws}/charges`, {}, "id", "is missing"],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", quantity: "2" },
    "quantity",
    "write 2 without quotes",
  ],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", quantity: -1 },
    "quantity",
    "from 1 to 1000",
  ],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", quantity: 1e21 },
    "quantity",
    "from 1 to 1000",
  ],
  ["POST", `${ws}/charges`, { id: "c/d", member: "ada", feature: "generate-screen" }, "id", "write - or _ instead"],
  ["POST", `${ws}/charges`, { id: "c", member: "ada", feature: "generate-screen", mode: null }, "mode", "leave it out"],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", amount: 1 },
    "amount",
    "is not a known field",
  ],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", usage: { input: 5 } },
    "usage",
    "must be left out",
  ],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", metadata: { a: "\u0000" } },
    "metadata.a",
    "U+0000",
  ],
  [
    "POST",
    `${ws}/charges`,
    '{"id":"c","member":"ada","feature":"generate-screen","metadata":{"a":"\\ud800"}}',
    "metadata.a",
    "surrogate",
  ],
  [
    "POST",
    `${ws}/charges`,
    { id: "c", member: "ada", feature: "generate-screen", leaseSeconds: 5 },
    "leaseSeconds",
    "from 10 to 86400",
  ],
  ["GET", `${ws}/charges/a%20b`, undefined, "id", "printable ASCII"],
  ["POST", `${ws}/charges/open/settle`, { delivered: 2 }, "delivered", "must be at most the charge's quantity, 1"],
  ["POST", `${ws}/charges/open/settle`, { delivered: 0.5 }, "delivered", "from 0 to 1000"],
  ["POST", `${ws}/charges/open/settle`, { deliverd: 1 }, "deliverd", 'did you mean "delivered"?'],
  ["POST", `${ws}/charges/open/refund`, {}, "reason", '"cancelled" or "failed"'],
  ["POST", `${ws}/charges/open/cancel`, { by: "ada" }, "by", "is not a known field"],
  ["POST", `${ws}/charges/open/heartbeat`, { delivered: 5 }, "delivered", "must be at most the charge's quantity, 1"],
  ["POST", `${ws}/charges/open/extend`, { usage: { input: -1 } }, "usage.input", "from 0"],
  ["POST", `${ws}/charges/open/support-refund`, { id: "s", actor: "ops", note: " " }, "note", "must not be blank"],
  ["GET", `${ws}/charges/open/explain?deep=1`, undefined, "deep", "is not a known field"],
  ["GET", `${ws}/balance?member=a%20b`, undefined, "member", "printable ASCII"],
  ["GET", `${ws}/balance/explain?member=`, undefined, "member", "must not be empty"],
  ["GET", `${ws}/entries?from=2026`, undefined, "from", "ISO 8601"],
  ["GET", `${ws}/entries?cursor=not-a-cursor`, undefined, "cursor", "nextCursor"],
  ["GET", `${ws}/charges?state=done`, undefined, "state", '"open", "settled" or "refunded"'],
  ["GET", "/v1/charges?limit=201", undefined, "limit", "from 1 to 200"],
  ["GET", `${ws}/usage`, undefined, "by", "is missing"],
  ["POST", `${ws}/grants`, { id: "g", amount: 0, actor: "ops", note: "n" }, "amount", "from 1 to 9007199254740991"],
  ["POST", `${ws}/grants`, { id: "g", amount: 1.5, actor: "ops", note: "n" }, "amount", "got 1.5"],
  ["POST", `${ws}/grants`, { id: "g", amount: 1, note: "n" }, "actor", "is missing"],
  [
    "POST",
    `${ws}/grants`,
    { id: "g", amount: 1, actor: "ops", note: "n", expiresAt: "2020-01-01T00:00:00Z" },
    "expiresAt",
    "must be in the future",
  ],
  ["POST", `${ws}/grants/promo:g/revoke`, { id: "r", amount: 0, actor: "ops", note: "n" }, "amount", "from 1"],
  ["POST", `${ws}/top-ups`, { id: "t", pack: "small", recipients: "ada" }, "recipients", "a list of 1 to 100"],
  ["POST", `${ws}/top-ups`, { id: "t", pack: "small", recipients: ["a b"] }, "recipients[0]", "printable ASCII"],
  ["GET", `${ws}/top-ups/t?x=1`, undefined, "x", "is not a known field"],
  ["POST", `${ws}/top-ups/t/paid`, { payment: 5 }, "payment", "must be an id of 1–255"],
  ["POST", `${ws}/top-ups/t/refunded`, { refunded: -1 }, "refunded", "from 0"],
  ["POST", `${ws}/top-up-requests`, { id: "q", member: "ada", pack: "small", note: null }, "note", "leave it out"],
  ["GET", `${ws}/top-up-requests?state=new`, undefined, "state", '"open", "approved", "declined" or "withdrawn"'],
  ["POST", `${ws}/top-up-requests/q/approve`, {}, "buyer", "is missing"],
  ["POST", `${ws}/top-up-requests/q/decline`, { buyer: "workspace" }, "buyer", "choose another id"],
  ["POST", `${ws}/top-up-requests/q/withdraw`, { member: 1 }, "member", "must be an id"],
];

describe("bad input names the field, says what to do and changes nothing", () => {
  test.each(cases)("%s %s %j", async (method, path, body, field, words) => {
    const answer = await api.call(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_input"]);
    expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toContain(field);
    const fault = answer.body.errors.find(({ path }: { path: string }) => path === field);
    expect(fault.message).toContain(words);
    expect(answer.body.detail).toContain(field);
  });

  test("and the ledger is as it was", async () => {
    expect(await ledger()).toEqual(before);
  });

  test("the table has a case for every route", () => {
    const covered = new Set(cases.map(([method, path]) => routeOf(method, path)?.operationId));
    expect(routes.map(({ operationId }) => operationId).filter((id) => !covered.has(id))).toEqual([]);
  });
});
