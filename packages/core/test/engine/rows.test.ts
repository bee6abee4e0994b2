import { describe, expect, test } from "vitest";
import { catalogVersion } from "../../src/catalog/version.ts";
import { asRunOut } from "../../src/engine/run-out.ts";
import type { ChargeRow } from "../../src/engine/state.ts";
import { creationInstant, newWorkspace } from "../../src/engine/workspace.ts";
import { commandOf, ms, story, wideCatalog } from "./story.ts";

const version = catalogVersion(wideCatalog);
const tracked = { savedBy: -1, dirty: false, fresh: false };

describe("rows as they are kept", () => {
  test("of a workspace that nobody has made yet", () => {
    expect(newWorkspace("acme")).toStrictEqual({
      id: "acme",
      name: null,
      metadata: {},
      createdAt: 0,
      archivedAt: null,
      seq: 0,
      lastInstant: 0,
      testClock: null,
      testClockFrom: null,
      pending: null,
      periodEndsAt: null,
      pinnedEpoch: null,
      pinnedCycle: null,
      pinnedVersion: null,
      parkedPin: null,
      roles: {},
      epochs: 0,
      poolLive: false,
      leaseDue: null,
      revision: 0,
      savedBy: -1,
      dirty: false,
      fresh: true,
    });
    const put = (input: object) => commandOf("workspacePut", { ...input }) as never;
    expect(creationInstant(put({}), 5)).toBe(5);
    expect(creationInstant(put({ testClock: "2026-01-10T00:00:00Z" }), 5)).toBe(ms("2026-01-10"));
  });

  test("of a workspace that left its free month for a paid plan, and of its pool", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", members: { ada: "editor", vera: "viewer" } });
    t.screens("c", "ada", 1);
    t.at("2026-01-20T00:00:00Z");
    t.tell("subscription", { plan: "pro", periodEndsAt: "2027-01-20T00:00:00Z" });
    t.tell("memberPut", { member: "bob", role: "editor" });
    t.tell("memberRemove", { member: "bob" });
    const stored = t.ledger.stored();
    expect(stored?.workspace).toStrictEqual({
      ...newWorkspace("acme"),
      ...tracked,
      createdAt: ms("2026-01-10"),
      seq: 5,
      lastInstant: ms("2026-01-20"),
      testClock: ms("2026-01-20"),
      testClockFrom: ms("2026-01-10"),
      periodEndsAt: ms("2027-01-20"),
      pinnedEpoch: "e1",
      pinnedCycle: ms("2026-01-20"),
      pinnedVersion: version,
      parkedPin: { cycle: ms("2026-01-10"), version },
      roles: { editor: 1, viewer: 1 },
      epochs: 1,
    });
    expect(stored?.holders.get("workspace")).toStrictEqual({
      ...tracked,
      id: "workspace",
      balance: 0,
      debt: 0,
      epoch: "e1",
      cycleStartsAt: ms("2026-01-20"),
      mark: 0,
      allotted: 0,
      capUsed: 0,
      notices: 0,
      term: 2,
      lastAt: ms("2026-01-20"),
      // The 30 that are spent or gone were never more than 600, of which the rest was lost with the month.
      parked: { cycleStartsAt: ms("2026-01-10"), mark: 600, allotted: 0, capUsed: 0, notices: 0 },
    });
    expect(stored?.holders.get("bob")).toMatchObject({ balance: 3000, mark: 3000, allotted: 3000, parked: null });
    expect(stored?.members.get("bob")).toStrictEqual({
      ...tracked,
      id: "bob",
      role: "editor",
      name: null,
      email: null,
      cap: null,
      removedAt: ms("2026-01-20"),
    });
  });

  test("of the terms, line by line", () => {
    const t = story({ at: "2026-01-10T00:00:00Z" });
    t.at("2026-01-20T00:00:00Z");
    t.tell("subscription", { plan: "pro" });
    t.at("2026-01-21T00:00:00Z");
    t.tell("subscription", { status: "past_due" });
    t.at("2026-01-22T00:00:00Z");
    t.tell("subscription", { anchor: "2026-01-25T00:00:00Z" });
    t.tell("subscription", { plan: "team", status: "active", effective: "now" });
    t.tell("subscription", { newPeriod: "in_1" });
    t.tell("subscription", { plan: "starter" });
    t.at("2026-03-01T00:00:00Z");
    t.tell("subscription", { status: "past_due" });
    t.tell("subscription", { plan: "business" });
    const line = {
      paid: true,
      status: "active",
      waited: false,
      pastDueFrom: null,
      catalogVersion: version,
      plan: "pro",
      anchor: ms("2026-01-20"),
    };
    const free = { plan: "starter", paid: false, anchor: ms("2026-01-10"), epoch: "free" };
    const e1 = { epoch: "e1", epochFrom: ms("2026-01-20"), run: 2 };
    const due = { status: "past_due", pastDueFrom: ms("2026-01-21") };
    const e2 = { plan: "team", anchor: ms("2026-01-25"), epoch: "e2", epochFrom: ms("2026-01-22"), run: 5 };
    const e3 = { ...e2, epoch: "e3", run: 6 };
    const again = { ...line, ...free, epochFrom: ms("2026-01-25"), run: 7, from: ms("2026-01-25"), waited: true };
    const march = ms("2026-03-01");
    expect(t.ledger.stored()?.terms).toStrictEqual([
      { ...line, ...free, n: 1, from: ms("2026-01-10"), epochFrom: ms("2026-01-10"), run: 1 },
      { ...line, ...e1, n: 2, from: ms("2026-01-20") },
      { ...line, ...e1, n: 3, from: ms("2026-01-21"), ...due },
      { ...line, ...e1, n: 4, from: ms("2026-01-22"), ...due, anchor: ms("2026-01-25") },
      { ...line, ...e2, n: 5, from: ms("2026-01-22") },
      { ...line, ...e3, n: 6, from: ms("2026-01-22") },
      { ...again, n: 7 },
      { ...again, n: 8, from: march, waited: false, status: "past_due", pastDueFrom: march },
      { ...line, plan: "business", anchor: march, epoch: "e4", epochFrom: march, run: 9, n: 9, from: march },
    ]);
  });

  test("of a grant of a month, and of one that was bought", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.buy("o:1", ["ada"]);
    const grant = {
      ...tracked,
      holder: "ada",
      held: 0,
      spent: 0,
      expired: 0,
      revoked: 0,
      at: ms("2026-01-10"),
      clawback: null,
      noticed: 0,
    };
    expect(t.ledger.grants()).toStrictEqual([
      {
        ...grant,
        id: `monthly:ada:e1:${ms("2026-01-10")}:3000`,
        source: "monthly",
        amount: 3000,
        available: 3000,
        expiresAt: ms("2026-02-10"),
        epoch: "e1",
        run: 1,
        cycleStartsAt: ms("2026-01-10"),
        purchase: null,
      },
      {
        ...grant,
        id: "top-up:o::1:ada",
        source: "top-up",
        amount: 1000,
        available: 1000,
        expiresAt: null,
        epoch: null,
        run: null,
        cycleStartsAt: null,
        purchase: "o:1",
      },
    ]);
  });

  test("of a charge whose lease has run out, as lists show it before it is written", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.screens("c", "ada", 2, { attempt: "a" });
    const open = t.ledger.stored()?.charges.get("c") as ChargeRow;
    expect(asRunOut(open)).toStrictEqual({
      ...open,
      state: "refunded",
      refundedAmount: 60,
      reason: "timed_out",
      endedBy: "refund",
      endedAt: ms("2026-01-10T00:10:00Z"),
      slices: [{ ...open.slices[0], returned: 60 }],
    });
    t.at("2026-01-10T00:10:00Z");
    const written = t.ledger.stored()?.charges.get("c") as ChargeRow;
    expect({ ...written, entries: open.entries }).toStrictEqual(asRunOut(open));
  });
});

describe("notices", () => {
  test("carry what somebody has to be told", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    t.promo("p", 10, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.screens("c", "ada", 81);
    t.tell("refund", { id: "c", reason: "failed" });
    t.at("2026-01-19T06:00:00Z");
    expect(t.ledger.events()).toStrictEqual([
      {
        id: `usage:ada:e1:${ms("2026-01-10")}:3000:80`,
        kind: "notice.usage",
        at: ms("2026-01-10"),
        payload: { holder: "ada", percent: 80, allotted: 3000, used: 2420 },
      },
      {
        id: "expiry:promo:p:1",
        kind: "notice.expiry",
        at: ms("2026-01-19"),
        payload: { holder: "ada", grant: "promo:p", days: 1, available: 10, expiresAt: ms("2026-01-20") },
      },
    ]);
  });
});

describe("an archived workspace", () => {
  const by = { actor: "eve", note: "because" };
  const begin = () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor", olga: "owner" } });
    for (const id of ["a", "b", "c", "d"]) t.screens(id, "ada", 1);
    t.tell("charge", { id: "m", member: "ada", feature: "assistant", usage: { output: 1 } });
    t.promo("p", 10);
    t.tell("topUp", { id: "o", pack: "small", recipients: ["ada"] });
    t.tell("topUpRequest", { id: "r", member: "ada", pack: "small" });
    t.tell("workspaceArchive");
    return t;
  };

  test("ends what is open, lets time pass and people go", () => {
    const t = begin();
    expect(t.tell("settle", { id: "a" })).toMatchObject({ outcome: "settled" });
    expect(t.tell("refund", { id: "b", reason: "failed" })).toMatchObject({ outcome: "refunded" });
    expect(t.tell("heartbeat", { id: "c" })).toMatchObject({ outcome: "open" });
    expect(t.tell("cancel", { id: "c" })).toMatchObject({ outcome: "open" });
    t.at("2026-01-10T00:10:00Z");
    expect(t.ledger.charge(0, "d")).toMatchObject({ state: "refunded" });
    expect(t.sweep().error).toBeUndefined();
    expect(t.tell("memberRemove", { member: "ada", erase: true })).toMatchObject({ outcome: "removed" });
    expect(t.tell("workspaceArchive")).toMatchObject({ outcome: "updated" });
  });

  test("takes nothing else", () => {
    const t = begin();
    const archived = expect.objectContaining({ code: "archived" });
    const asked: Parameters<typeof t.tell>[] = [
      ["charge", { id: "e", member: "ada", feature: "generate-screen" }],
      ["extend", { id: "m", usage: { output: 5000 } }],
      ["supportRefund", { id: "s", charge: "a", ...by }],
      ["grant", { id: "q", amount: 1, ...by }],
      ["revokeGrant", { id: "v", grant: "promo:p", ...by }],
      ["workspacePut", { name: "Acme" }],
      ["memberPut", { member: "zoe", role: "editor" }],
      ["membersSync", { members: [] }],
      ["subscription", { plan: "business" }],
      ["topUp", { id: "o2", pack: "small", recipients: ["ada"] }],
      ["topUpPaid", { id: "o" }],
      ["topUpRefunded", { id: "o", refunded: 1 }],
      ["topUpRequest", { id: "r2", member: "ada", pack: "small" }],
      ["approve", { id: "r", buyer: "olga" }],
      ["decline", { id: "r", buyer: "olga" }],
      ["withdraw", { id: "r", member: "ada" }],
    ];
    for (const [verb, input] of asked) expect(() => t.tell(verb, input), verb).toThrow(archived);
  });
});

describe("a sweep", () => {
  test("says how much it wrote, and writes nothing when there is nothing to do", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
    expect(t.sweep().answer).toStrictEqual({ written: 0 });
    const writes = t.ledger.writes();
    t.sweep();
    expect(t.ledger.writes()).toBe(writes);
  });

  test("counts entries, notices, and charges that ended without an entry", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
    t.promo("p", 70, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
    t.screens("c", "ada", 1);
    t.tell("charge", { id: "f", member: "ada", feature: "free" });
    t.ledger.letTimePass(ms("2026-01-10T00:10:00Z"));
    // Two charges, and the entry of the one that had taken credits.
    expect(t.sweep().answer).toStrictEqual({ written: 3 });
    t.ledger.letTimePass(ms("2026-01-13"));
    expect(t.sweep().answer).toStrictEqual({ written: 1 });
    t.ledger.letTimePass(ms("2026-01-20"));
    expect(t.sweep().answer).toStrictEqual({ written: 1 });
    expect(t.sweep().answer).toStrictEqual({ written: 0 });
  });

  test("keeps a plan change that had waited, though it wrote no entry", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro" });
    t.tell("subscription", { plan: "starter" });
    t.ledger.letTimePass(ms("2026-02-10"));
    const writes = t.ledger.writes();
    expect(t.sweep().answer).toStrictEqual({ written: 0 });
    expect(t.ledger.writes()).toBe(writes + 1);
    expect(t.ledger.stored()?.workspace).toMatchObject({ pending: null, periodEndsAt: null });
    expect(t.ledger.stored()?.terms).toHaveLength(2);
  });
});
