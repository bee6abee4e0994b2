import { defineCatalog } from "ducat";
import { createTestCredits } from "ducat/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const credits = createTestCredits({ now: "2026-01-31T10:00:00Z" });
beforeAll(async () => await credits.ready(), 30_000);
afterAll(async () => await credits.close());

describe("a workspace for a test", () => {
  test("is made with its members in one call, on a clock that stands still", async () => {
    const { id, plan, testClock } = await credits.workspace({
      plan: "pro",
      members: { ada: "owner", ben: { role: "editor", cap: 100 }, vera: "viewer" },
    });
    expect({ plan, testClock }).toEqual({ plan: "pro", testClock: "2026-01-31T10:00:00.000Z" });
    expect((await credits.balance({ workspace: id, member: "ada" })).available).toBe(3000);
    expect((await credits.balance({ workspace: id, member: "ben" })).cap).toEqual({ limit: 100, used: 0 });
    expect((await credits.balance({ workspace: id, member: "vera" })).available).toBe(0);
  });

  test("has an id of its own when none is given", async () => {
    const [one, other] = await Promise.all([credits.workspace(), credits.workspace()]);
    expect(one.id).not.toBe(other.id);
  });

  test("can be older than its clock: the second month has the second month's allowance", async () => {
    const { id } = await credits.workspace({ createdAt: "2025-12-31T10:00:00Z" });
    expect((await credits.balance({ workspace: id })).available).toBe(300);
  });

  test("lives through a month in one call: leases end, credits expire, new ones are there", async () => {
    const { id } = await credits.workspace({ plan: "pro", members: { ada: "owner" } });
    await credits.charge({ workspace: id, id: "c1", member: "ada", feature: "generate-screen" });
    const { cycle } = await credits.advance(id, "2026-02-28T10:00:00Z");
    expect(cycle.startsAt).toBe("2026-02-28T10:00:00.000Z");
    const { state, reason, endedAt } = await credits.charges.get({ workspace: id, id: "c1" });
    expect({ state, reason, endedAt }).toEqual({
      state: "refunded",
      reason: "timed_out",
      endedAt: "2026-01-31T10:10:00.000Z",
    });
    expect(await credits.balance({ workspace: id, member: "ada" })).toMatchObject({ available: 3000, held: 0 });
    await expect(credits.advance(id, "2026-02-01T00:00:00Z")).rejects.toMatchObject({ code: "clock_backwards" });
    expect(await credits.verify({ workspaces: [id] })).toMatchObject({ ok: true, differences: [] });
  });
});

test("the engine prices with the catalog that it is given", async () => {
  const catalog = defineCatalog({
    roles: { maker: { seat: "maker" } },
    features: { sing: { name: "Sing", unit: "song", settles: "unit", modes: { standard: 7 } } },
    plans: { free: { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 10 } },
  });
  const own = createTestCredits({ catalog });
  try {
    const { id, testClock } = await own.workspace({ id: "choir", members: { ada: "maker" } });
    expect({ id, testClock }).toEqual({ id: "choir", testClock: "2026-01-01T00:00:00.000Z" });
    const charged = await own.charge({ workspace: id, id: "c1", member: "ada", feature: "sing" });
    expect(charged).toMatchObject({ outcome: "charged", balance: { available: 3, held: 7 } });
  } finally {
    await own.close();
  }
}, 30_000);
