import { isDucatError } from "@ducat/client";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { onEachDatabase } from "../database/databases.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

const catalog = defineCatalog({
  ...defaultCatalogInput,
  features: {
    ...defaultCatalogInput.features,
    free: { name: "Free", unit: "look", settles: "unit", modes: { standard: 0 } },
    assistant: {
      name: "Assistant",
      settles: "metered",
      unit: "request",
      modes: { standard: { perMillion: { input: 250, output: 1000 } } },
    },
  },
  plans: {
    ...defaultCatalogInput.plans,
    team: {
      name: "Team",
      paid: true,
      anchor: "subscription",
      holder: "workspace",
      allowance: { editor: 1500, guest: 300 },
    },
    endless: {
      name: "Endless",
      paid: true,
      anchor: "subscription",
      holder: "member",
      allowance: { editor: "unlimited", guest: 100 },
    },
  },
});

const HOUR = 3_600_000;
const START = Date.parse("2026-01-31T08:00:00Z");

type Verb = Parameters<TestLedger["run"]>[0];
interface Step {
  verb: Verb;
  input: Record<string, unknown>;
}

const member = fc.constantFrom("ada", "bob", "cy");
const charge = fc.integer({ min: 1, max: 9 }).map((n) => `c${n}`);
const order = fc.constantFrom("o1", "o2", "o3");
const by = { actor: "eve", note: "because" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        id: charge,
        member,
        what: fc.constantFrom(
          { feature: "generate-screen", mode: "deep-design" },
          { feature: "generate-image" },
          { feature: "generate-theme" },
          { feature: "free" },
        ),
        quantity: fc.integer({ min: 1, max: 20 }),
      })
      .map(({ what, ...rest }) => ({ verb: "charge" as const, input: { ...rest, ...what } })),
  },
  fc.record({ id: charge, member, tokens: fc.integer({ min: 0, max: 2_000_000 }) }).map(({ id, member, tokens }) => ({
    verb: "charge" as const,
    input: { id, member, feature: "assistant", usage: { input: tokens } },
  })),
  fc.record({ id: charge, output: fc.integer({ min: 0, max: 3_000_000 }) }).map(({ id, output }) => ({
    verb: "extend" as const,
    input: { id, usage: { output } },
  })),
  {
    weight: 4,
    arbitrary: fc.record({ id: charge, delivered: fc.integer({ min: 0, max: 20 }) }).map((input) => ({
      verb: "settle" as const,
      input,
    })),
  },
  charge.map((id) => ({ verb: "settle" as const, input: { id } })),
  charge.map((id) => ({ verb: "refund" as const, input: { id, reason: "failed" } })),
  charge.map((id) => ({ verb: "heartbeat" as const, input: { id, leaseSeconds: 7200 } })),
  fc
    .record({
      charge,
      id: fc.nat(5).map((n) => `s${n}`),
      reissue: fc.boolean(),
      quantity: fc.option(fc.integer({ min: 1, max: 5 })),
    })
    .map(({ quantity, ...rest }) => ({
      verb: "supportRefund" as const,
      input: { ...rest, ...by, ...(quantity === null ? {} : { quantity }) },
    })),
  fc
    .record({ id: fc.nat(3).map((n) => `g${n}`), member: fc.option(member), amount: fc.integer({ min: 1, max: 900 }) })
    .map(({ member, ...rest }) => ({
      verb: "grant" as const,
      input: { ...rest, ...by, ...(member === null ? {} : { member }), expiresAt: new Date(START + 40 * 24 * HOUR) },
    })),
  fc
    .record({
      id: fc.nat(4).map((n) => `v${n}`),
      grant: fc.constantFrom("promo:g0", "promo:g1", "top-up:o1:ada", "top-up:o2:workspace"),
    })
    .map((input) => ({ verb: "revokeGrant" as const, input: { ...input, ...by } })),
  {
    weight: 2,
    arbitrary: fc
      .record({ id: order, recipients: fc.constantFrom(["ada"], ["ada", "workspace"], ["bob"], ["workspace"]) })
      .map((input) => ({ verb: "topUp" as const, input: { ...input, pack: "small", paid: true } })),
  },
  {
    weight: 3,
    arbitrary: fc.record({ id: order, refunded: fc.integer({ min: 0, max: 2000 }) }).map((input) => ({
      verb: "topUpRefunded" as const,
      input,
    })),
  },
  fc
    .record({
      member,
      role: fc.constantFrom("owner", "editor", "guest-editor", "viewer"),
      cap: fc.constantFrom(null, 200),
    })
    .map((input) => ({ verb: "memberPut" as const, input })),
  member.map((member) => ({ verb: "memberRemove" as const, input: { member } })),
  {
    weight: 2,
    arbitrary: fc
      .record({
        plan: fc.constantFrom("starter", "pro", "business", "team", "endless"),
        effective: fc.constantFrom("now", "period_end", undefined),
        status: fc.constantFrom("active", "past_due", undefined),
        newPeriod: fc.constantFrom("i1", "i2", undefined),
      })
      .map((input) => ({ verb: "subscription" as const, input })),
  },
);

/** Each step some time after the one before. */
const story = fc.array(fc.tuple(step, fc.constantFrom(0, 0, 0, 1, 12, 24 * 9, 24 * 33)), {
  minLength: 20,
  maxLength: 60,
});

onEachDatabase((database) => {
  let t: TestLedger;
  let n = 0;
  beforeAll(async () => {
    t = await testLedger(database(), catalog);
  }, 60_000);

  it("whatever is done, in any order, adds up", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const workspace = `w${++n}`;
        let now = START;
        await t.run("workspacePut", { workspace, plan: "pro", testClock: new Date(now) });
        await t.run("memberPut", { workspace, member: "ada", role: "owner" });
        await t.run("memberPut", { workspace, member: "bob", role: "guest-editor" });
        for (const [{ verb, input }, hours] of steps) {
          if (hours > 0) {
            now += hours * HOUR;
            await t.run("advanceClock", { workspace, now: new Date(now) });
          }
          try {
            await t.run(verb, { workspace, ...input });
          } catch (error) {
            if (!isDucatError(error) || error.code === "internal") throw error;
          }
        }
        const { differences, entries } = await verifyAll(database(), t.sql, { workspaces: [workspace] });
        expect(differences).toEqual([]);
        expect(entries).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});
