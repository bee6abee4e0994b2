import { describe, expect, test } from "vitest";
import { toCommand } from "../../src/inputs/index.ts";
import { ms, story } from "./story.ts";

const day = "2026-01-10T00:00:00.000Z";
const by = { actor: "eve", note: "because" };
const everybody = { ada: "editor", olga: "owner", vera: "viewer" };

const begin = (plan = "pro") => story({ at: day, plan, members: everybody });
const january = { id: `monthly:ada:e1:${ms("2026-01-10")}:3000`, holder: "ada", source: "monthly" } as const;

describe("an answer carries everything", () => {
  test("of a charge, while it is open and when it has ended", () => {
    const t = begin();
    const answer = t.screens("c", "ada", 2, { attempt: "a", metadata: { page: 7 } });
    const open = {
      id: "c",
      workspace: "acme",
      member: "ada",
      feature: "generate-screen",
      mode: "standard",
      quantity: 2,
      delivered: 0,
      unitPrice: 30,
      settles: "unit",
      usage: null,
      estimated: false,
      amount: 60,
      state: "open",
      settledAmount: 0,
      refundedAmount: 0,
      uncollected: 0,
      reason: null,
      cancelRequested: false,
      slices: [{ grant: january.id, source: "monthly", holder: "ada", amount: 60, returned: 0 }],
      catalogVersion: expect.any(String),
      leaseExpiresAt: "2026-01-10T00:10:00.000Z",
      createdAt: day,
      endedAt: null,
      metadata: { page: 7 },
    };
    expect(answer).toStrictEqual({
      outcome: "charged",
      replayed: false,
      charge: open,
      balance: { available: 2940, held: 60 },
      seq: 3,
    });
    t.at("2026-01-10T00:01:00Z");
    expect(t.tell("settle", { id: "c", delivered: 1, reason: "failed", attempt: "a" })).toStrictEqual({
      outcome: "settled",
      charge: {
        ...open,
        state: "settled",
        delivered: 1,
        settledAmount: 30,
        refundedAmount: 30,
        reason: "failed",
        slices: [{ ...open.slices[0], returned: 30 }],
        leaseExpiresAt: null,
        endedAt: "2026-01-10T00:01:00.000Z",
      },
      balance: { available: 2970, held: 0 },
      seq: 5,
    });
    expect(t.ledger.charge(0, "c")).toMatchObject({ state: "settled", settledAmount: 30 });
  });

  test("of a refusal: what it takes, what is there, when more comes and what to do", () => {
    const t = begin();
    const refused = { required: 3030, available: 3000, renewsAt: "2026-02-10T00:00:00.000Z" };
    expect(t.screens("c", "ada", 101)).toStrictEqual({
      outcome: "insufficient",
      ...refused,
      remedies: ["wait", "request"],
    });
    expect(t.screens("c", "olga", 101)).toStrictEqual({
      outcome: "insufficient",
      ...refused,
      remedies: ["wait", "buy", "upgrade"],
    });
    expect(t.screens("c", "vera", 1)).toStrictEqual({
      outcome: "not_allowed",
      reason: "role",
      required: 30,
      available: 0,
      renewsAt: null,
      remedies: [],
    });
    expect(t.screens("c", "ada", 2, { maxAmount: 59 })).toStrictEqual({
      outcome: "price_changed",
      maxAmount: 59,
      ...refused,
      required: 60,
      remedies: ["wait", "request"],
    });
    expect(t.screens("c", "ada", 2, { maxAmount: 60 })).toMatchObject({ outcome: "charged" });
    t.tell("memberPut", { member: "ada", role: "editor", cap: 89 });
    expect(t.screens("d", "ada", 1)).toStrictEqual({
      outcome: "cap_reached",
      cap: { limit: 89, used: 60 },
      required: 30,
      available: 2940,
      renewsAt: "2026-02-10T00:00:00.000Z",
      remedies: ["wait", "request"],
    });
    t.tell("memberPut", { member: "ada", role: "editor", cap: 90 });
    expect(t.screens("d", "ada", 1)).toMatchObject({ outcome: "charged" });
  });

  test("of a workspace, its members, and what is changed of them", () => {
    const t = begin();
    const workspace = {
      id: "acme",
      name: null,
      plan: "pro",
      status: "active",
      pending: null,
      createdAt: day,
      cycle: { index: 0, startsAt: day, endsAt: "2026-02-10T00:00:00.000Z" },
      seq: 0,
      testClock: day,
      archivedAt: null,
      metadata: {},
    };
    // The two seats have had their grants.
    expect(t.ledger.workspace(0)).toStrictEqual({ ...workspace, seq: 2 });
    expect(t.tell("workspacePut", { name: "Acme", metadata: { tier: 1 } })).toStrictEqual({
      outcome: "updated",
      workspace: { ...workspace, seq: 2, name: "Acme", metadata: { tier: 1 } },
    });
    const writes = t.ledger.writes();
    expect(t.tell("workspacePut", { name: "Acme" })).toMatchObject({ outcome: "updated" });
    expect(t.tell("workspacePut", { metadata: { tier: 1 } })).toMatchObject({ outcome: "updated" });
    expect(t.tell("workspacePut", { plan: "pro", testClock: day })).toMatchObject({ outcome: "updated" });
    expect(t.ledger.writes()).toBe(writes);
    t.tell("workspacePut", { name: "Acme two" });
    t.tell("workspacePut", { metadata: { tier: 2 } });
    expect(t.ledger.workspace(0)).toMatchObject({ name: "Acme two", metadata: { tier: 2 } });
    t.tell("workspacePut", { name: null, metadata: null });
    expect(t.ledger.workspace(0)).toMatchObject({ name: null, metadata: {} });
    t.tell("workspaceArchive");
    expect(t.ledger.workspace(0)).toMatchObject({ archivedAt: day });
    const archived = t.ledger.writes();
    expect(t.tell("workspaceArchive")).toMatchObject({ outcome: "updated", workspace: { archivedAt: day } });
    expect(t.ledger.writes()).toBe(archived);
  });

  test("of members who come, change, go and come back", () => {
    const t = story({ at: day, plan: "pro" });
    const ada = { id: "ada", role: "editor", seat: "editor", name: null, email: null, cap: null, removedAt: null };
    const put = (fields: object) => t.tell("memberPut", { member: "ada", role: "editor", ...fields });
    expect(put({})).toStrictEqual({ outcome: "added", member: ada });
    const writes = t.ledger.writes();
    expect(put({})).toStrictEqual({ outcome: "unchanged", member: ada });
    expect(put({ name: null, email: null, cap: null })).toMatchObject({ outcome: "unchanged" });
    expect(t.ledger.writes()).toBe(writes);
    expect(put({ name: "Ada" })).toStrictEqual({ outcome: "changed", member: { ...ada, name: "Ada" } });
    expect(put({ email: "a@b.c" })).toMatchObject({ outcome: "changed", member: { name: "Ada", email: "a@b.c" } });
    expect(put({ cap: 10 })).toMatchObject({ outcome: "changed", member: { email: "a@b.c", cap: 10 } });
    expect(put({ role: "viewer" })).toMatchObject({ outcome: "changed", member: { seat: null, cap: 10 } });
    expect(put({})).toMatchObject({ outcome: "changed", member: { seat: "editor" } });
    t.at("2026-01-11T00:00:00Z");
    expect(t.tell("memberRemove", { member: "ada" })).toMatchObject({
      outcome: "removed",
      member: { seat: null, name: "Ada", removedAt: "2026-01-11T00:00:00.000Z" },
    });
    const removed = t.ledger.writes();
    expect(t.tell("memberRemove", { member: "ada" })).toMatchObject({ outcome: "removed" });
    expect(t.ledger.writes()).toBe(removed);
    expect(t.tell("memberRemove", { member: "ada", erase: true })).toMatchObject({
      member: { name: null, email: null, removedAt: "2026-01-11T00:00:00.000Z" },
    });
    const erased = t.ledger.writes();
    expect(t.tell("memberRemove", { member: "ada", erase: true })).toMatchObject({ outcome: "removed" });
    expect(t.ledger.writes()).toBe(erased);
    expect(put({})).toMatchObject({ outcome: "added", member: { removedAt: null, cap: 10 } });
    expect(t.balance("ada").available).toBe(3000);
  });

  test("of a whole list of members", () => {
    const t = begin();
    const list = [
      { id: "olga", role: "owner" },
      { id: "vera", role: "editor" },
      { id: "zoe", role: "editor", name: "Zoe", email: "z@b.c", cap: 9 },
    ];
    const synced = { added: ["zoe"], changed: ["vera"], removed: ["ada"], unchanged: 1 };
    expect(t.tell("membersSync", { members: list })).toStrictEqual(synced);
    const writes = t.ledger.writes();
    expect(t.tell("membersSync", { members: list })).toStrictEqual({
      added: [],
      changed: [],
      removed: [],
      unchanged: 3,
    });
    expect(t.ledger.writes()).toBe(writes);
    expect(t.ledger.stored()?.members.get("zoe")).toMatchObject({ name: "Zoe", email: "z@b.c", cap: 9 });
    expect(t.tell("membersSync", { members: [{ id: "zoe", role: "editor" }] })).toMatchObject({
      removed: ["olga", "vera"],
      unchanged: 1,
    });
  });

  test("of an order, its payment and its money back", () => {
    const t = begin();
    const order = {
      id: "o",
      state: "awaiting_payment",
      buyer: "olga",
      pack: "small",
      credits: 1000,
      price: { amount: 1000, currency: "usd" },
      recipients: ["ada", "workspace"],
      payment: null,
      refunded: 0,
      checkoutUrl: null,
      createdAt: day,
      paidAt: null,
    };
    const input = { id: "o", pack: "small", buyer: "olga", recipients: ["ada", "workspace"] };
    expect(t.tell("topUp", input)).toStrictEqual({ outcome: "ordered", replayed: false, topUp: order });
    const writes = t.ledger.writes();
    expect(t.tell("topUp", input)).toStrictEqual({ outcome: "ordered", replayed: true, topUp: order });
    expect(t.ledger.writes()).toBe(writes);
    t.at("2026-01-11T00:00:00Z");
    const paid = { ...order, state: "paid", payment: "p", paidAt: "2026-01-11T00:00:00.000Z" };
    expect(t.tell("topUpPaid", { id: "o", payment: "p" })).toStrictEqual({
      outcome: "paid",
      replayed: false,
      topUp: paid,
    });
    const done = t.ledger.writes();
    expect(t.tell("topUpPaid", { id: "o", payment: "p" })).toStrictEqual({
      outcome: "paid",
      replayed: true,
      topUp: paid,
    });
    expect(t.tell("topUpPaid", { id: "o" })).toMatchObject({ outcome: "paid", replayed: true });
    expect(t.tell("topUp", input)).toMatchObject({ outcome: "paid", replayed: true });
    expect(t.tell("topUpRefunded", { id: "o", refunded: 0 })).toMatchObject({ outcome: "paid", replayed: true });
    expect(t.ledger.writes()).toBe(done);
    expect(t.tell("topUpRefunded", { id: "o", refunded: 2000 })).toStrictEqual({
      outcome: "paid",
      replayed: false,
      topUp: { ...paid, refunded: 2000 },
    });
    expect(t.balance("ada").topUp.available).toBe(0);
    expect(t.ledger.stored()?.operations.get("payment:p")).toMatchObject({
      kind: "payment",
      id: "p",
      fingerprint: "o",
      actor: null,
      note: null,
      result: {},
      at: ms("2026-01-11"),
    });
  });

  test("of a request and its decision", () => {
    const t = begin();
    const request = {
      id: "r",
      state: "open",
      member: "ada",
      pack: "small",
      note: "please",
      decidedBy: null,
      topUp: null,
      createdAt: day,
      decidedAt: null,
    };
    const input = { id: "r", member: "ada", pack: "small", note: "please" };
    expect(t.tell("topUpRequest", input)).toStrictEqual({ outcome: "requested", replayed: false, request });
    const asked = t.ledger.writes();
    expect(t.tell("topUpRequest", input)).toStrictEqual({ outcome: "requested", replayed: true, request });
    expect(t.tell("approve", { id: "r", buyer: "ada" })).toStrictEqual({ outcome: "not_allowed", reason: "role" });
    expect(t.ledger.writes()).toBe(asked);
    t.at("2026-01-11T00:00:00Z");
    const decided = { decidedBy: "olga", decidedAt: "2026-01-11T00:00:00.000Z" };
    const approved = t.tell("approve", { id: "r", buyer: "olga" });
    expect(approved).toStrictEqual({
      outcome: "approved",
      replayed: false,
      request: { ...request, ...decided, state: "approved", topUp: "request:r" },
      topUp: {
        id: "request:r",
        state: "awaiting_payment",
        buyer: "olga",
        pack: "small",
        credits: 1000,
        price: { amount: 1000, currency: "usd" },
        recipients: ["ada"],
        payment: null,
        refunded: 0,
        checkoutUrl: null,
        createdAt: "2026-01-11T00:00:00.000Z",
        paidAt: null,
      },
    });
    const done = t.ledger.writes();
    expect(t.tell("approve", { id: "r", buyer: "olga" })).toStrictEqual({ ...approved, replayed: true });
    expect(t.ledger.writes()).toBe(done);
    for (const id of ["d", "w"]) t.tell("topUpRequest", { id, member: "ada", pack: "small" });
    const declined = { ...request, ...decided, createdAt: decided.decidedAt, note: null };
    expect(t.tell("decline", { id: "d", buyer: "olga" })).toStrictEqual({
      outcome: "declined",
      replayed: false,
      request: { ...declined, id: "d", state: "declined" },
    });
    expect(t.tell("withdraw", { id: "w", member: "ada" })).toStrictEqual({
      outcome: "withdrawn",
      replayed: false,
      request: { ...declined, id: "w", state: "withdrawn", decidedBy: "ada" },
    });
    expect(t.tell("withdraw", { id: "w", member: "ada" })).toMatchObject({ outcome: "withdrawn", replayed: true });
  });

  test("of a promo and what is revoked of it", () => {
    const t = begin("bare");
    const grant = {
      id: "promo:g",
      holder: "workspace",
      source: "promo",
      amount: 100,
      available: 100,
      held: 0,
      spent: 0,
      expired: 0,
      revoked: 0,
      at: day,
      expiresAt: "2026-03-01T00:00:00.000Z",
      frozen: false,
      purchase: null,
    };
    const input = { id: "g", amount: 100, expiresAt: "2026-03-01T00:00:00Z", ...by };
    const granted = { outcome: "granted", replayed: false, amount: 100, grant, seq: 1 };
    expect(t.tell("grant", input)).toStrictEqual(granted);
    const writes = t.ledger.writes();
    expect(t.tell("grant", input)).toStrictEqual({ ...granted, replayed: true });
    expect(t.ledger.writes()).toBe(writes);
    for (const other of [{ amount: 99 }, { member: "ada" }, { expiresAt: "2026-03-02T00:00:00Z" }]) {
      expect(() => t.tell("grant", { ...input, ...other })).toThrow(expect.objectContaining({ code: "id_reused" }));
    }
    const left = { ...grant, available: 60, revoked: 40 };
    const revoked = { outcome: "revoked", replayed: false, amount: 40, grant: left, seq: 2 };
    const back = { id: "v", grant: "promo:g", amount: 40, ...by };
    expect(t.tell("revokeGrant", back)).toStrictEqual(revoked);
    expect(t.tell("revokeGrant", back)).toStrictEqual({ ...revoked, replayed: true });
    for (const other of [{ amount: 41 }, { grant: "promo:h" }]) {
      expect(() => t.tell("revokeGrant", { ...back, ...other })).toThrow(
        expect.objectContaining({ code: "id_reused" }),
      );
    }
    expect(t.tell("revokeGrant", { id: "all", grant: "promo:g", ...by })).toMatchObject({ amount: 60 });
    const operation = (kind: string, id: string) => t.ledger.stored()?.operations.get(`${kind}:${id}`);
    expect(operation("promo", "g")).toMatchObject({ ...by, kind: "promo", id: "g", result: { grant: "promo:g" } });
    expect(operation("revoke", "v")).toMatchObject({ ...by, result: { grant: "promo:g", amount: 40 } });
  });

  test("of a support refund", () => {
    const t = begin();
    t.promo("p", 30, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.screens("c", "ada", 3);
    t.tell("settle", { id: "c" });
    t.at("2026-01-21T00:00:00Z");
    const input = { id: "s", charge: "c", quantity: 1, ...by };
    const answer = t.tell("supportRefund", input);
    expect(answer).toMatchObject({
      outcome: "refunded",
      replayed: false,
      restored: 30,
      expired: 0,
      reissued: 0,
      charge: { id: "c", settledAmount: 90, refundedAmount: 30 },
      balance: { available: 2970, held: 0 },
      seq: t.ledger.workspace(0).seq,
    });
    expect(t.tell("supportRefund", input)).toStrictEqual({ ...answer, replayed: true });
    for (const other of [{ quantity: 2 }, { reissue: false }]) {
      expect(() => t.tell("supportRefund", { ...input, ...other })).toThrow(
        expect.objectContaining({ code: "id_reused" }),
      );
    }
    expect(t.tell("supportRefund", { id: "all", charge: "c", ...by })).toMatchObject({
      restored: 30,
      expired: 30,
      reissued: 30,
      charge: { refundedAmount: 90, slices: [{ returned: 30 }, { returned: 60 }] },
    });
    expect(t.ledger.grants().find(({ id }) => id === "reissue:all:ada")).toMatchObject({
      source: "promo",
      amount: 30,
      at: ms("2026-01-21"),
      expiresAt: ms("2026-02-10"),
    });
    expect(t.ledger.stored()?.operations.get("support-refund:all")).toMatchObject({
      ...by,
      result: { restored: 30, expired: 30, reissued: 30, charge: "c", amount: 60 },
      at: ms("2026-01-21"),
    });
  });

  test("of a balance, the member's and the pool's", () => {
    const t = begin();
    t.promo("p", 20);
    t.buy("o", ["ada"]);
    t.screens("c", "ada", 10);
    t.tell("memberPut", { member: "ada", role: "editor", cap: 5000 });
    const grant = { held: 0, spent: 0, expired: 0, revoked: 0, at: day, expiresAt: null, frozen: false };
    const promo = { ...grant, id: "promo:p", holder: "workspace", source: "promo", amount: 20, available: 20 };
    const pool = {
      available: 20,
      held: 0,
      monthly: { allowance: 0, available: 0, used: 0, renewsAt: null },
      promo: { available: 20 },
      topUp: { available: 0, frozen: 0 },
    };
    expect(t.balance(null)).toStrictEqual({
      workspace: "acme",
      member: null,
      seq: 5,
      at: day,
      ...pool,
      unlimited: false,
      pool: null,
      debt: 0,
      cap: null,
      remedies: [],
      grants: [{ ...promo, purchase: null }],
    });
    expect(t.balance("ada")).toStrictEqual({
      workspace: "acme",
      member: "ada",
      seq: 5,
      at: day,
      available: 3720,
      held: 300,
      unlimited: false,
      monthly: { allowance: 3000, available: 2700, used: 300, renewsAt: "2026-02-10T00:00:00.000Z" },
      promo: { available: 20 },
      topUp: { available: 1000, frozen: 0 },
      pool,
      debt: 0,
      cap: { limit: 5000, used: 300 },
      remedies: ["wait", "request"],
      grants: [
        {
          ...grant,
          ...january,
          amount: 3000,
          available: 2700,
          held: 300,
          expiresAt: "2026-02-10T00:00:00.000Z",
          purchase: null,
        },
        { ...promo, purchase: null },
        {
          ...grant,
          id: "top-up:o:ada",
          holder: "ada",
          source: "top-up",
          amount: 1000,
          available: 1000,
          purchase: "o",
        },
      ],
    });
    // Without a seat nothing of it can be spent, though it is there.
    t.tell("memberPut", { member: "ada", role: "viewer" });
    expect(t.balance("ada")).toMatchObject({
      available: 0,
      held: 300,
      monthly: { available: 0, used: 300, renewsAt: null },
      promo: { available: 0 },
      topUp: { available: 0, frozen: 0 },
      pool: { available: 0, promo: { available: 0 }, monthly: { available: 0 } },
      remedies: [],
    });
    expect(t.tell("refund", { id: "c", reason: "failed" })).toMatchObject({ balance: { available: 0, held: 0 } });
  });
});

describe("quotes", () => {
  const item = (feature: string, more: object = {}) => ({
    feature,
    mode: "standard",
    quantity: 1,
    usage: null,
    ...more,
  });

  test("say of each item by itself what it costs, how many there can be and why not", () => {
    const t = begin();
    t.screens("c", "ada", 98);
    const quote = t.ledger.quote(0, {
      member: "ada",
      items: [
        item("generate-screen", { quantity: 2 }),
        item("generate-screen", { quantity: 3 }),
        item("free", { quantity: 5 }),
        item("assistant", { usage: { output: 60_000 } }),
        item("assistant", { usage: { output: 60_001 } }),
        item("constructor"),
        item("generate-image", { mode: "deep-design" }),
      ],
    });
    const line = { feature: "generate-screen", mode: "standard", unit: "screen", unitPrice: 30 };
    expect(quote).toStrictEqual({
      data: [
        { ...line, quantity: 2, amount: 60, affordable: true, affordableQuantity: 2, reason: null },
        { ...line, quantity: 3, amount: 90, affordable: false, affordableQuantity: 2, reason: "insufficient" },
        {
          feature: "free",
          mode: "standard",
          quantity: 5,
          unit: "look",
          unitPrice: 0,
          amount: 0,
          affordable: true,
          affordableQuantity: 1000,
          reason: null,
        },
        {
          feature: "assistant",
          mode: "standard",
          quantity: 1,
          unit: "request",
          unitPrice: null,
          amount: 60,
          affordable: true,
          affordableQuantity: 1,
          reason: null,
        },
        {
          feature: "assistant",
          mode: "standard",
          quantity: 1,
          unit: "request",
          unitPrice: null,
          amount: 61,
          affordable: false,
          affordableQuantity: 0,
          reason: "insufficient",
        },
        {
          feature: "constructor",
          mode: "standard",
          quantity: 1,
          unit: "",
          unitPrice: null,
          amount: 0,
          affordable: false,
          affordableQuantity: 0,
          reason: "unknown_feature",
        },
        {
          feature: "generate-image",
          mode: "deep-design",
          quantity: 1,
          unit: "image",
          unitPrice: null,
          amount: 0,
          affordable: false,
          affordableQuantity: 0,
          reason: "unknown_mode",
        },
      ],
      available: 60,
      renewsAt: "2026-02-10T00:00:00.000Z",
      remedies: ["wait", "request"],
      catalogVersion: expect.any(String),
    });
    const vera = t.ledger.quote(0, { member: "vera", items: [item("generate-screen")] });
    expect(vera).toMatchObject({
      data: [{ amount: 30, affordable: false, affordableQuantity: 0, reason: "role" }],
      available: 0,
      renewsAt: null,
    });
  });

  test("open a cycle that has come, in what they show and not in what is kept", () => {
    const t = begin();
    t.screens("c", "ada", 100);
    t.tell("settle", { id: "c" });
    t.at("2026-02-10T00:00:00Z");
    const before = t.ledger.stored();
    expect(t.ledger.quote(0, { member: "ada", items: [item("generate-screen")] })).toMatchObject({
      data: [{ affordable: true, affordableQuantity: 100 }],
      available: 3000,
    });
    expect(t.ledger.stored()).toEqual(before);
  });
});

describe("the end of a charge", () => {
  const metered = (t: ReturnType<typeof begin>, id: string) =>
    t.tell("charge", { id, member: "ada", feature: "assistant", usage: { input: 4000, output: 9000 } });

  test("of what is metered is by usage; nothing delivered is nothing paid", () => {
    const t = begin();
    metered(t, "none");
    expect(t.tell("settle", { id: "none", delivered: 0 })).toMatchObject({
      outcome: "refunded",
      charge: { delivered: 0, settledAmount: 0, refundedAmount: 10, uncollected: 0 },
    });
    metered(t, "one");
    expect(t.tell("settle", { id: "one", delivered: 1, usage: { output: 5000 } })).toMatchObject({
      outcome: "settled",
      charge: { delivered: 1, settledAmount: 5, usage: { output: 5000 }, estimated: false },
    });
    metered(t, "as-estimated");
    expect(t.tell("settle", { id: "as-estimated" })).toMatchObject({
      charge: { settledAmount: 10, usage: { input: 4000, output: 9000 }, uncollected: 0 },
    });
    metered(t, "more");
    expect(t.tell("settle", { id: "more", usage: { output: 12_000 } })).toMatchObject({
      charge: { settledAmount: 10, uncollected: 2 },
    });
  });

  test("is the same answer to the same attempt, and another word to anybody else", () => {
    const t = begin();
    t.screens("c", "ada", 1, { attempt: "a" });
    const first = t.tell("refund", { id: "c", reason: "cancelled", attempt: "a" });
    expect(first).toMatchObject({ outcome: "refunded", charge: { reason: "cancelled" } });
    const writes = t.ledger.writes();
    expect(t.tell("refund", { id: "c", reason: "failed", attempt: "a" })).toStrictEqual(first);
    expect(t.tell("refund", { id: "c", reason: "failed", attempt: "b" })).toMatchObject({
      outcome: "already_refunded",
      charge: { reason: "cancelled" },
    });
    expect(t.tell("settle", { id: "c", attempt: "a" })).toMatchObject({ outcome: "already_refunded" });
    expect(t.ledger.writes()).toBe(writes);
    t.screens("d", "ada", 1, { attempt: "a" });
    expect(t.tell("settle", { id: "d", attempt: "a" })).toMatchObject({ outcome: "settled" });
    expect(t.tell("settle", { id: "d", attempt: "a" })).toMatchObject({ outcome: "settled" });
    expect(t.tell("settle", { id: "d", attempt: "b" })).toMatchObject({ outcome: "already_settled" });
    expect(t.tell("refund", { id: "d", reason: "failed", attempt: "a" })).toMatchObject({
      outcome: "already_settled",
    });
  });

  test("belongs to the attempt that has taken over", () => {
    const t = begin();
    t.screens("c", "ada", 1, { attempt: "a" });
    t.at("2026-01-10T00:05:00Z");
    expect(t.screens("c", "ada", 1, { attempt: "b" })).toMatchObject({ replayed: true });
    expect(t.screens("c", "ada", 1, { attempt: "b", resume: true, leaseSeconds: 600 })).toMatchObject({
      replayed: false,
      charge: { leaseExpiresAt: "2026-01-10T00:15:00.000Z" },
    });
    // The old one may not take it back.
    const writes = t.ledger.writes();
    expect(t.screens("c", "ada", 1, { attempt: "a", resume: true })).toMatchObject({ replayed: true });
    expect(t.tell("heartbeat", { id: "c", attempt: "a" })).toMatchObject({
      outcome: "superseded",
      charge: { id: "c" },
    });
    expect(t.tell("settle", { id: "c", attempt: "a" })).toMatchObject({ outcome: "superseded" });
    expect(t.tell("refund", { id: "c", reason: "failed", attempt: "a" })).toMatchObject({ outcome: "superseded" });
    expect(t.ledger.writes()).toBe(writes);
    expect(t.tell("heartbeat", { id: "c", attempt: "b" })).toMatchObject({ outcome: "open" });
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "open" });
    expect(t.tell("settle", { id: "c", attempt: "b" })).toMatchObject({ outcome: "settled" });
  });

  test("a lease taken over is never shorter than it was, nor the charge older than a day", () => {
    const t = begin();
    t.screens("c", "ada", 1, { attempt: "a", leaseSeconds: 7200 });
    expect(t.screens("c", "ada", 1, { attempt: "b", resume: true, leaseSeconds: 60 })).toMatchObject({
      charge: { leaseExpiresAt: "2026-01-10T02:00:00.000Z" },
    });
    t.at("2026-01-10T01:00:00Z");
    expect(t.screens("c", "ada", 1, { attempt: "c", resume: true, leaseSeconds: 86_400 })).toMatchObject({
      charge: { leaseExpiresAt: "2026-01-11T00:00:00.000Z" },
    });
  });

  test("remembers twenty attempts that were overtaken", () => {
    const t = begin();
    const resumed = (attempt: string) => t.screens("c", "ada", 1, { attempt, resume: true });
    t.screens("c", "ada", 1, { attempt: "t0" });
    for (let i = 1; i <= 21; i++) resumed(`t${i}`);
    // The oldest is forgotten, and may take over once more.
    expect(resumed("t1")).toMatchObject({ replayed: true });
    expect(resumed("t0")).toMatchObject({ replayed: false });
  });
});

describe("heartbeats and cancelling", () => {
  test("a heartbeat counts what was handed over, up to all of it, and is a touch", () => {
    const t = begin();
    t.at("2026-02-09T23:00:00Z");
    t.screens("c", "ada", 3, { leaseSeconds: 7200 });
    expect(t.tell("heartbeat", { id: "c", delivered: 3 })).toMatchObject({ outcome: "open", charge: { delivered: 3 } });
    expect(t.tell("heartbeat", { id: "c", delivered: 1 })).toMatchObject({ charge: { delivered: 3 } });
    t.at("2026-02-10T00:00:00Z");
    t.tell("heartbeat", { id: "c" });
    expect(t.ledger.stored()?.grants.has(`monthly:ada:e1:${ms("2026-02-10")}:3000`)).toBe(true);
    expect(t.ledger.charge(0, "c")).toMatchObject({ delivered: 3, leaseExpiresAt: "2026-02-10T02:00:00.000Z" });
  });

  test("a heartbeat keeps the lease as long as it says, or as the charge said, and for a day at most", () => {
    const t = begin();
    t.screens("c", "ada", 1, { leaseSeconds: 3600 });
    const until = (more: object = {}) => t.tell("heartbeat", { id: "c", ...more }).charge.leaseExpiresAt;
    t.at("2026-01-10T00:30:00Z");
    expect(until({ leaseSeconds: 60 })).toBe("2026-01-10T01:00:00.000Z");
    expect(until({ leaseSeconds: 7200 })).toBe("2026-01-10T02:30:00.000Z");
    expect(until()).toBe("2026-01-10T02:30:00.000Z");
    t.at("2026-01-10T02:00:00Z");
    expect(until()).toBe("2026-01-10T03:00:00.000Z");
    expect(until({ leaseSeconds: 86_400 })).toBe("2026-01-11T00:00:00.000Z");
    t.tell("settle", { id: "c" });
    const writes = t.ledger.writes();
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "not_open", charge: { state: "settled" } });
    expect(t.tell("cancel", { id: "c" })).toMatchObject({ outcome: "not_open", charge: { state: "settled" } });
    expect(t.ledger.writes()).toBe(writes);
  });

  test("only the member who made a charge, or the operator, asks for it to be cancelled; once is enough", () => {
    const t = begin();
    t.screens("c", "ada", 1);
    const cancel = (who: string | null) =>
      t.ledger.tell(0, toCommand.cancel({ workspace: "acme", id: "c" }, who)) as {
        answer: unknown;
        error?: { code: string; message: string };
      };
    expect(cancel("olga").error).toMatchObject({
      code: "forbidden",
      message: "Only the member who made a charge, or the operator, may cancel it.",
    });
    expect(t.ledger.charge(0, "c").cancelRequested).toBe(false);
    expect(cancel("ada").answer).toMatchObject({ outcome: "open", charge: { cancelRequested: true } });
    expect(t.ledger.charge(0, "c").cancelRequested).toBe(true);
    const writes = t.ledger.writes();
    expect(cancel(null).answer).toMatchObject({ outcome: "open", charge: { id: "c", cancelRequested: true } });
    expect(t.ledger.writes()).toBe(writes);
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "open", charge: { cancelRequested: true } });
  });
});
