import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/http/routes/index.ts";
import { type Api, openApi } from "./api.ts";

let api: Api;
beforeAll(async () => {
  api = openApi();
  await api.credits.ready();
}, 60_000);
afterAll(() => api.close());

const workspace = "/v1/workspaces/acme";

describe("a workspace and its members", () => {
  test("PUT creates, then changes; null clears", async () => {
    const created = await api.call("PUT", workspace, { name: "Acme", metadata: { crm: 7 } });
    expect([created.status, created.body.outcome]).toEqual([201, "created"]);
    const again = await api.call("PUT", workspace, { name: null });
    expect([again.status, again.body.outcome]).toEqual([200, "updated"]);
    expect(again.body.workspace).toMatchObject({ name: null, metadata: { crm: 7 } });
  });

  test("what is read at creation only is 409 later", async () => {
    const plan = await api.call("PUT", workspace, { plan: "pro" });
    expect([plan.status, plan.body.code]).toEqual([409, "use_subscription"]);
    const clock = await api.call("PUT", workspace, { testClock: "2026-01-01T00:00:00Z" });
    expect([clock.status, clock.body.code]).toEqual([409, "immutable"]);
  });

  test("members are added, changed and removed", async () => {
    for (const [member, role] of [
      ["ada", "owner"],
      ["bob", "editor"],
      ["eve", "viewer"],
    ]) {
      expect((await api.call("PUT", `${workspace}/members/${member}`, { role })).status).toBe(201);
    }
    expect((await api.call("PUT", `${workspace}/members/bob`, { role: "editor", cap: 500 })).status).toBe(200);
    const guest = await api.call("PUT", `${workspace}/members/auth0%7C1`, { role: "editor", email: "g@example.com" });
    expect([guest.status, guest.body.member.id]).toEqual([201, "auth0|1"]);
    const erased = await api.call("DELETE", `${workspace}/members/auth0%7C1?erase=true`);
    expect([erased.status, erased.body.member.email]).toEqual([200, null]);
    const unknown = await api.call("DELETE", `${workspace}/members/nobody`);
    expect([unknown.status, unknown.body.code]).toEqual([404, "unknown_member"]);
  });

  test("the whole list at once", async () => {
    await api.call("PUT", "/v1/workspaces/sync", {});
    const first = await api.call("PUT", "/v1/workspaces/sync/members", {
      members: [
        { id: "a", role: "owner" },
        { id: "b", role: "editor" },
      ],
    });
    expect(first.body).toEqual({ added: ["a", "b"], changed: [], removed: [], unchanged: 0 });
    const next = await api.call("PUT", "/v1/workspaces/sync/members", { members: [{ id: "a", role: "editor" }] });
    expect(next.body).toEqual({ added: [], changed: ["a"], removed: ["b"], unchanged: 0 });
  });
});

describe("charges", () => {
  const charge = { id: "c1", member: "ada", feature: "generate-screen", mode: "deep-design", quantity: 2 };

  test("a quote of a list, and of one item inline", async () => {
    const { mode, feature, quantity } = charge;
    const list = await api.call("POST", `${workspace}/quotes`, { member: "ada", items: [{ feature, mode, quantity }] });
    const inline = await api.call("POST", `${workspace}/quotes`, { member: "ada", feature, mode, quantity });
    expect(list.body.data[0]).toMatchObject({ amount: 180, affordable: true });
    expect(inline.body).toEqual(list.body);
    const faulty = await api.call("POST", `${workspace}/quotes`, { member: "ada", feature, quantity: 0 });
    expect(faulty.body.errors[0].path).toBe("quantity");
    const faultyList = await api.call("POST", `${workspace}/quotes`, {
      member: "ada",
      items: [{ feature, quantity: 0 }],
    });
    expect(faultyList.body.errors[0].path).toBe("items[0].quantity");
  });

  test("201, then 200 as a replay, 409 for another input", async () => {
    const first = await api.call("POST", `${workspace}/charges`, charge);
    expect([first.status, first.body.outcome, first.body.replayed]).toEqual([201, "charged", false]);
    const again = await api.call("POST", `${workspace}/charges`, charge);
    expect([again.status, again.body.outcome, again.body.replayed]).toEqual([200, "charged", true]);
    const other = await api.call("POST", `${workspace}/charges`, { ...charge, quantity: 1 });
    expect([other.status, other.body.code]).toEqual([409, "id_reused"]);
  });

  test("a lost answer repeated with its attempt is 201 again", async () => {
    const input = { id: "c-lost", member: "ada", feature: "generate-theme", attempt: "try-1" };
    expect((await api.call("POST", `${workspace}/charges`, input)).status).toBe(201);
    expect((await api.call("POST", `${workspace}/charges`, input)).status).toBe(201);
    await api.call("POST", `${workspace}/charges/c-lost/refund`, { reason: "failed" });
  });

  test("heartbeat, cancel, settle", async () => {
    const beat = await api.call("POST", `${workspace}/charges/c1/heartbeat`, { delivered: 1, leaseSeconds: 60 });
    expect([beat.status, beat.body.charge.delivered]).toEqual([200, 1]);
    const cancelled = await api.call("POST", `${workspace}/charges/c1/cancel`);
    expect([cancelled.status, cancelled.body.charge.cancelRequested]).toEqual([200, true]);
    const settled = await api.call("POST", `${workspace}/charges/c1/settle`, { delivered: 1 });
    expect([settled.status, settled.body.outcome]).toEqual([200, "settled"]);
    expect(settled.body.charge).toMatchObject({ settledAmount: 90, refundedAmount: 90 });
    const late = await api.call("POST", `${workspace}/charges/c1/settle`, {});
    expect([late.status, late.body.outcome]).toEqual([200, "already_settled"]);
    const refund = await api.call("POST", `${workspace}/charges/c1/refund`, { reason: "failed" });
    expect([refund.status, refund.body.outcome]).toEqual([200, "already_settled"]);
    const replay = await api.call("POST", `${workspace}/charges`, charge);
    expect([replay.status, replay.body.outcome]).toEqual([200, "already_settled"]);
    const dead = await api.call("POST", `${workspace}/charges/c1/heartbeat`);
    expect([dead.status, dead.body.code, dead.body.charge.state]).toEqual([409, "not_open", "settled"]);
    const cancelLate = await api.call("POST", `${workspace}/charges/c1/cancel`);
    expect([cancelLate.status, cancelLate.body.outcome]).toEqual([200, "not_open"]);
    expect((await api.call("GET", `${workspace}/charges/c1`)).body.state).toBe("settled");
    const extended = await api.call("POST", `${workspace}/charges/c1/extend`, { usage: { input: 1 } });
    expect([extended.status, extended.body.outcome]).toEqual([200, "already_settled"]);
  });

  test("a support refund gives a unit back, never more than was settled", async () => {
    const path = `${workspace}/charges/c1/support-refund`;
    const input = { id: "sr1", actor: "ops", note: "blank", quantity: 1 };
    const given = await api.call("POST", path, input);
    expect([given.status, given.body.restored, given.body.replayed]).toEqual([200, 90, false]);
    expect((await api.call("POST", path, input)).body.replayed).toBe(true);
    const more = await api.call("POST", path, { ...input, id: "sr2" });
    expect([more.status, more.body.code]).toEqual([409, "exceeds_settled"]);
  });

  const refusals: [string, Record<string, unknown>, number, string][] = [
    ["insufficient", { quantity: 1000 }, 402, "insufficient"],
    ["cap reached", { member: "bob", quantity: 20 }, 402, "cap_reached"],
    ["a role without a seat", { member: "eve" }, 403, "not_allowed"],
    ["a price above the quote", { maxAmount: 1 }, 409, "price_changed"],
    ["an unknown member", { member: "nobody" }, 404, "unknown_member"],
    ["an unknown feature", { feature: "fly" }, 404, "unknown_feature"],
    ["an unknown mode", { mode: "turbo" }, 404, "unknown_mode"],
  ];
  test.each(refusals)("%s is a problem that carries its outcome", async (_name, fields, status, code) => {
    const refused = await api.call("POST", `${workspace}/charges`, {
      id: "refused",
      member: "ada",
      feature: "generate-screen",
      ...fields,
    });
    expect(refused.status).toBe(status);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.body).toMatchObject({ type: `urn:ducat:problem:${code}`, status, code, outcome: code });
    expect(refused.body.detail).toMatch(/\.$/);
    expect(refused.body.requestId).toBe(refused.headers.get("x-request-id"));
  });

  test("insufficient says what is needed, what there is and what to do", async () => {
    const input = { id: "refused", member: "ada", feature: "generate-screen", quantity: 1000 };
    const { body } = await api.call("POST", `${workspace}/charges`, input);
    expect(body).toMatchObject({ required: 30_000, available: 600, remedies: ["wait", "upgrade"] });
    expect(body.renewsAt).toMatch(/Z$/);
    expect(body.detail).toBe("This needs 30000 credits and 600 are available.");
  });

  test("an unknown workspace", async () => {
    const refused = await api.call("POST", "/v1/workspaces/nowhere/charges", charge);
    expect([refused.status, refused.body.code]).toEqual([404, "unknown_workspace"]);
    const settled = await api.call("POST", "/v1/workspaces/nowhere/charges/c1/settle", {});
    expect([settled.status, settled.body.code]).toEqual([404, "unknown_workspace"]);
  });
});

describe("grants", () => {
  test("201, 200 again, 409 for another amount; then revoked", async () => {
    const input = { id: "g1", member: "ada", amount: 100, expiresAt: null, actor: "ops", note: "sorry" };
    expect((await api.call("POST", `${workspace}/grants`, input)).status).toBe(201);
    const again = await api.call("POST", `${workspace}/grants`, input);
    expect([again.status, again.body.replayed]).toEqual([200, true]);
    expect((await api.call("POST", `${workspace}/grants`, { ...input, amount: 5 })).status).toBe(409);
    const path = `${workspace}/grants/${encodeURIComponent(again.body.grant.id)}/revoke`;
    const revoked = await api.call("POST", path, { id: "r1", amount: 40, actor: "ops", note: "too much" });
    expect([revoked.status, revoked.body.grant.available]).toEqual([200, 60]);
    const more = await api.call("POST", path, { id: "r2", amount: 61, actor: "ops", note: "too much" });
    expect([more.status, more.body.code, more.body.available]).toEqual([409, "exceeds_available", 60]);
  });
});

describe("plans, top-ups and requests", () => {
  test("top-ups are for paid plans", async () => {
    const refused = await api.call("POST", `${workspace}/top-ups`, {
      id: "t0",
      buyer: "ada",
      pack: "small",
      recipients: ["ada"],
    });
    expect([refused.status, refused.body.code, refused.body.reason]).toEqual([403, "not_allowed", "plan"]);
    const upgraded = await api.call("PUT", `${workspace}/subscription`, { plan: "pro" });
    expect([upgraded.status, upgraded.body.plan]).toEqual([200, "pro"]);
  });

  test("ordered, paid, given back", async () => {
    const order = { id: "t1", buyer: "ada", pack: "small", recipients: ["ada", "workspace"] };
    const ordered = await api.call("POST", `${workspace}/top-ups`, order);
    expect([ordered.status, ordered.body.topUp.state]).toEqual([201, "awaiting_payment"]);
    expect((await api.call("POST", `${workspace}/top-ups`, order)).status).toBe(200);
    const early = await api.call("POST", `${workspace}/top-ups/t1/refunded`, { refunded: 1 });
    expect([early.status, early.body.code]).toEqual([409, "not_paid"]);
    const paid = await api.call("POST", `${workspace}/top-ups/t1/paid`, { payment: "pay_1" });
    expect([paid.status, paid.body.topUp.state, paid.body.replayed]).toEqual([200, "paid", false]);
    expect((await api.call("POST", `${workspace}/top-ups/t1/paid`, { payment: "pay_1" })).body.replayed).toBe(true);
    const twice = await api.call("POST", `${workspace}/top-ups`, { ...order, id: "t2", paid: true, payment: "pay_1" });
    expect([twice.status, twice.body.code]).toEqual([409, "payment_used"]);
    const back = await api.call("POST", `${workspace}/top-ups/t1/refunded`, { refunded: 1000 });
    expect([back.status, back.body.topUp.refunded]).toEqual([200, 1000]);
    const pack = await api.call("POST", `${workspace}/top-ups`, { ...order, id: "t3", pack: "vast" });
    expect([pack.status, pack.body.code]).toEqual([404, "unknown_pack"]);
  });

  test("requested, approved, declined, withdrawn; one decision wins", async () => {
    const requests = `${workspace}/top-up-requests`;
    for (const id of ["q1", "q2", "q3"]) {
      expect((await api.call("POST", requests, { id, member: "bob", pack: "small" })).status).toBe(201);
    }
    expect((await api.call("POST", requests, { id: "q1", member: "bob", pack: "small" })).status).toBe(200);
    const own = await api.call("POST", `${requests}/q1/approve`, { buyer: "bob" });
    expect([own.status, own.body.code, own.body.reason]).toEqual([403, "not_allowed", "role"]);
    const approved = await api.call("POST", `${requests}/q1/approve`, { buyer: "ada" });
    expect([approved.status, approved.body.topUp.state]).toEqual([200, "awaiting_payment"]);
    const order = await api.call("GET", `${workspace}/top-ups/${encodeURIComponent(approved.body.topUp.id)}`);
    expect(order.status).toBe(200);
    const late = await api.call("POST", `${requests}/q1/decline`, { buyer: "ada" });
    expect([late.status, late.body.code]).toEqual([409, "already_decided"]);
    expect((await api.call("POST", `${requests}/q2/decline`, { buyer: "ada" })).body.outcome).toBe("declined");
    expect((await api.call("POST", `${requests}/q3/withdraw`, { member: "bob" })).body.outcome).toBe("withdrawn");
    expect((await api.call("GET", `${requests}?state=open`)).body).toEqual({ data: [], nextCursor: null });
    expect((await api.call("GET", requests)).body.data).toHaveLength(3);
  });
});

describe("reads", () => {
  test("balance of a member, of the pool, explained", async () => {
    const own = await api.call("GET", `${workspace}/balance?member=ada`);
    expect(own.body).toMatchObject({ member: "ada" });
    expect((await api.call("GET", `${workspace}/balance`)).body.member).toBeNull();
    expect((await api.call("GET", `${workspace}/balance/explain?member=ada`)).body.lines.length).toBeGreaterThan(0);
    expect((await api.call("GET", `${workspace}/charges/c1/explain`)).body.summary).not.toBe("");
    const unknown = await api.call("GET", `${workspace}/balance?member=nobody`);
    expect([unknown.status, unknown.body.code]).toEqual([404, "unknown_member"]);
  });

  test("entries in pages, without gaps", async () => {
    const seqs: number[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: { data: { seq: number }[]; nextCursor: string | null } } = await api.call(
        "GET",
        `${workspace}/entries?limit=3${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.body.data.length).toBeLessThanOrEqual(3);
      seqs.push(...page.body.data.map(({ seq }) => seq));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    const { seq } = (await api.call("GET", workspace)).body;
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
  });

  test("entries as CSV, all of them", async () => {
    const { seq } = (await api.call("GET", workspace)).body;
    const csv = await api.call("GET", `${workspace}/entries?format=csv`);
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const lines = csv.text.trimEnd().split("\r\n");
    expect(lines[0]).toBe("seq,kind,holder,member,grant,charge,purchase,amount,moved,balanceAfter,at,recordedAt");
    expect(lines).toHaveLength(seq + 1);
    const paged = await api.call("GET", `${workspace}/entries?format=csv&limit=5`);
    expect([paged.status, paged.body.errors[0].path]).toEqual([422, "limit"]);
    const xml = await api.call("GET", `${workspace}/entries?format=xml`);
    expect([xml.status, xml.body.errors[0].path]).toEqual([422, "format"]);
    const nowhere = await api.call("GET", "/v1/workspaces/nowhere/entries?format=csv");
    expect([nowhere.status, nowhere.body.code]).toEqual([404, "unknown_workspace"]);
  });

  test("charges, usage, members, workspaces", async () => {
    const charges = await api.call("GET", `${workspace}/charges?member=ada&state=settled`);
    expect(charges.body.data.map(({ id }: { id: string }) => id)).toEqual(["c1"]);
    expect((await api.call("GET", "/v1/charges?limit=1")).body.data).toHaveLength(1);
    const usage = await api.call("GET", `${workspace}/usage?by=feature`);
    expect(usage.body.data.map(({ key }: { key: string }) => key)).toContain("generate-screen");
    expect((await api.call("GET", `${workspace}/members?limit=200`)).body.data).toHaveLength(3);
    expect((await api.call("GET", `${workspace}/members/bob`)).body).toMatchObject({ role: "editor", cap: 500 });
    expect((await api.call("GET", "/v1/workspaces")).body.data.length).toBeGreaterThanOrEqual(2);
  });

  test("the catalog, with its version as ETag", async () => {
    const catalog = await api.call("GET", "/v1/catalog");
    const etag = catalog.headers.get("etag") ?? "";
    expect(etag).toBe(`"${catalog.body.version}"`);
    expect((await api.call("GET", "/v1/catalog", undefined, { "if-none-match": `W/${etag}, "x"` })).status).toBe(304);
    expect((await api.call("GET", "/v1/catalog", undefined, { "if-none-match": '"x"' })).status).toBe(200);
  });
});

describe("clocks and the end", () => {
  test("a test clock moves forward only", async () => {
    const clock = "/v1/workspaces/timed/clock";
    await api.call("PUT", "/v1/workspaces/timed", {
      createdAt: "2026-01-31T10:00:00Z",
      testClock: "2026-01-31T10:00:00Z",
    });
    const moved = await api.call("POST", clock, { now: "2026-03-01T00:00:00Z" });
    expect([moved.status, moved.body.testClock]).toEqual([200, "2026-03-01T00:00:00.000Z"]);
    const back = await api.call("POST", clock, { now: "2026-02-01T00:00:00Z" });
    expect([back.status, back.body.code]).toEqual([409, "clock_backwards"]);
    const real = await api.call("POST", `${workspace}/clock`, { now: "2026-02-01T00:00:00Z" });
    expect([real.status, real.body.code]).toEqual([409, "not_a_test_clock"]);
  });

  test("an archived workspace takes no charge and can be read", async () => {
    const archived = await api.call("DELETE", "/v1/workspaces/sync");
    expect([archived.status, archived.body.workspace.archivedAt]).toEqual([200, expect.any(String)]);
    const refused = await api.call("POST", "/v1/workspaces/sync/charges", {
      id: "x",
      member: "a",
      feature: "generate-theme",
    });
    expect([refused.status, refused.body.code]).toEqual([409, "archived"]);
    expect((await api.call("GET", "/v1/workspaces/sync/balance")).status).toBe(200);
  });

  // Each answer is held to the document, which must name the error.
  const stillTaken = [
    "quote",
    "settle",
    "refund",
    "cancel",
    "heartbeat",
    "advanceClock",
    "archiveWorkspace",
    "removeMember",
  ];
  const closed = routes.filter(
    ({ method, path, operationId }) =>
      method !== "GET" && path.startsWith("/v1/workspaces/:workspace") && !stillTaken.includes(operationId),
  );
  test.each(closed)(
    "$operationId of an archived workspace is refused as such, and the document says so",
    async (route) => {
      await api.call("PUT", "/v1/workspaces/gone", {});
      await api.call("DELETE", "/v1/workspaces/gone");
      const path = route.path.replace(":workspace", "gone").replaceAll(/:\w+/g, "x");
      const refused = await api.call(route.method, path, route.example ?? {});
      expect([refused.status, refused.body.code]).toEqual([409, "archived"]);
    },
  );
});
