import { describe, expect, test } from "vitest";
import { ms, story } from "./story.ts";

const day = "2026-01-10T00:00:00.000Z";
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
    // What else there is to blank about a person, only the tables know.
    expect(t.ledger.writes()).toBe(erased + 1);
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
