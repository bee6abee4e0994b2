import { isDucatError } from "@ducat/client";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { verifyAll } from "../../src/store/verify.ts";
import { onEachDatabase } from "../database/databases.ts";
import { ledgerOf, type TestLedger, testLedger } from "./test-ledger.ts";

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
const by = { actor: "eve", note: "because" };
/** One of the charges (or orders) made so far, counted from the last. */
const charge = fc.nat(3).map((back) => ({ back }));

const made: fc.Arbitrary<Step> = fc
  .record({
    member,
    what: fc.constantFrom(
      { feature: "generate-screen", mode: "deep-design" },
      { feature: "generate-image" },
      { feature: "generate-theme" },
      { feature: "free" },
    ),
    quantity: fc.integer({ min: 1, max: 25 }),
    leaseSeconds: fc.constantFrom(600, 86_400),
  })
  .map(({ what, ...rest }) => ({ verb: "charge", input: { ...rest, ...what } }));
const metered: fc.Arbitrary<Step> = fc
  .record({ member, tokens: fc.integer({ min: 0, max: 2_000_000 }) })
  .map(({ member, tokens }) => ({
    verb: "charge",
    input: { member, feature: "assistant", usage: { input: tokens }, leaseSeconds: 86_400 },
  }));
const extended: fc.Arbitrary<Step> = fc
  .record({ id: charge, output: fc.integer({ min: 0, max: 3_000_000 }) })
  .map(({ id, output }) => ({ verb: "extend", input: { id, usage: { output } } }));
const settled: fc.Arbitrary<Step> = fc
  .record({ id: charge, delivered: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 2, nil: undefined }) })
  .map((input) => ({ verb: "settle", input }));
const refunded: fc.Arbitrary<Step> = charge.map((id) => ({ verb: "refund", input: { id, reason: "failed" } }));
const beaten: fc.Arbitrary<Step> = charge.map((id) => ({ verb: "heartbeat", input: { id, leaseSeconds: 7200 } }));
const supported: fc.Arbitrary<Step> = fc
  .record({ charge, reissue: fc.boolean(), quantity: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }) })
  .map((input) => ({ verb: "supportRefund", input: { ...input, ...by } }));
const given: fc.Arbitrary<Step> = fc
  .record({
    id: fc.nat(3).map((n) => `g${n}`),
    member: fc.option(member, { nil: undefined }),
    amount: fc.integer({ min: 1, max: 900 }),
  })
  .map((input) => ({ verb: "grant", input: { ...input, ...by, expiresAt: new Date(START + 40 * 24 * HOUR) } }));
const revoked: fc.Arbitrary<Step> = fc
  .record({
    id: fc.nat(4).map((n) => `v${n}`),
    grant: fc.constantFrom("promo:g0", "promo:g1", "top-up:o1:ada", "top-up:o2:workspace"),
  })
  .map((input) => ({ verb: "revokeGrant", input: { ...input, ...by } }));
const bought: fc.Arbitrary<Step> = fc
  .record({ recipients: fc.constantFrom(["ada"], ["ada"], ["ada", "workspace"], ["workspace"]) })
  .map((input) => ({ verb: "topUp", input: { ...input, pack: "small", paid: true } }));
const moneyBack: fc.Arbitrary<Step> = fc
  .record({ id: charge, refunded: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths * 100) })
  .map((input) => ({ verb: "topUpRefunded", input }));
const joined: fc.Arbitrary<Step> = fc
  .record({
    member,
    role: fc.constantFrom("owner", "editor", "guest-editor", "viewer"),
    cap: fc.constantFrom(null, 9000),
  })
  .map((input) => ({ verb: "memberPut", input }));
const left: fc.Arbitrary<Step> = member.map((member) => ({ verb: "memberRemove", input: { member } }));
const subscribed: fc.Arbitrary<Step> = fc
  .record({
    plan: fc.constantFrom("starter", "pro", "business", "team", "endless"),
    effective: fc.constantFrom("now", "period_end", undefined),
    status: fc.constantFrom("active", "active", "past_due", undefined),
    newPeriod: fc.constantFrom("i1", "i2", undefined),
  })
  .map((input) => ({ verb: "subscription", input }));

const step = fc.oneof(
  { weight: 12, arbitrary: made },
  { weight: 2, arbitrary: metered },
  extended,
  { weight: 8, arbitrary: settled },
  refunded,
  beaten,
  { weight: 3, arbitrary: supported },
  given,
  revoked,
  { weight: 2, arbitrary: bought },
  { weight: 4, arbitrary: moneyBack },
  joined,
  left,
  subscribed,
);

const hours = fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.constantFrom(1, 12, 24 * 9, 24 * 33));

/** Each step some time after the one before. */
const story = fc.array(fc.tuple(step, hours), { minLength: 30, maxLength: 80 });

const large: fc.Arbitrary<Step> = fc.integer({ min: 2, max: 10 }).map((quantity) => ({
  verb: "charge",
  input: { member: "ada", feature: "generate-screen", mode: "deep-design", quantity },
}));

/** Bought credits that are spent, taken back, owed, repaid, and given back again. */
const money = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 5, arbitrary: large },
      { weight: 4, arbitrary: settled },
      { weight: 1, arbitrary: refunded },
      { weight: 2, arbitrary: supported },
      { weight: 3, arbitrary: bought },
      { weight: 5, arbitrary: moneyBack },
      { weight: 1, arbitrary: revoked },
    ),
    fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 25),
  ),
  { minLength: 30, maxLength: 60 },
);

onEachDatabase((database) => {
  let t: TestLedger;
  let n = 0;
  beforeAll(async () => {
    t = await testLedger(database(), catalog);
  }, 60_000);

  /** Charges and support refunds get ids of their own; what acts on a charge acts on one of the last. */
  let charges: string[] = [];
  let orders: string[] = [];
  function idsOf(verb: Verb, input: Step["input"], i: number): Record<string, unknown> {
    if (verb === "charge") {
      charges.push(`c${i}`);
      return { ...input, id: `c${i}` };
    }
    if (verb === "topUp") {
      orders.push(`o${orders.length + 1}`);
      return { ...input, id: orders.at(-1) };
    }
    const one = (back: unknown, of = charges) => of.at(-1 - (back as { back: number }).back) ?? "none";
    if (verb === "topUpRefunded") return { ...input, id: one(input.id, orders) };
    if (verb === "supportRefund") return { ...input, id: `s${i}`, charge: one(input.charge) };
    return typeof input.id === "object" ? { ...input, id: one(input.id) } : input;
  }

  async function live(role: string, steps: readonly [Step, number][]): Promise<void> {
    const workspace = `w${++n}`;
    let now = START;
    charges = [];
    orders = [];
    await t.run("workspacePut", { workspace, plan: "pro", testClock: new Date(now) });
    await t.run("memberPut", { workspace, member: "ada", role });
    await t.run("memberPut", { workspace, member: "bob", role: "guest-editor" });
    for (const [i, [{ verb, input }, hours]] of steps.entries()) {
      if (hours > 0) {
        now += hours * HOUR;
        await t.run("advanceClock", { workspace, now: new Date(now) });
      }
      try {
        await t.run(verb, { workspace, ...idsOf(verb, input, i) });
      } catch (error) {
        if (!isDucatError(error) || error.code === "internal") throw error;
      }
    }
    const { differences, entries } = await verifyAll(database(), t.sql, { workspaces: [workspace] });
    expect(differences).toEqual([]);
    expect(entries).toBeGreaterThan(0);
  }

  const numRuns = Number(process.env.DUCAT_TEST_RUNS ?? 25);

  it("whatever is done, in any order, adds up", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(story, (steps) => live("editor", steps)),
      { numRuns },
    );
  });

  it("whatever becomes of the money, debts add up", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(money, (steps) => live("guest-editor", steps)),
      { numRuns },
    );
  });

  it("whatever two processes do at once, in real time, adds up", { timeout: 120_000 }, async () => {
    const other = ledgerOf(database(), t.schema);
    await fc.assert(
      fc.asyncProperty(story, fc.integer({ min: 2, max: 12 }), async (steps, beside) => {
        const workspace = `w${++n}`;
        charges = [];
        orders = [];
        await t.run("workspacePut", { workspace, plan: "pro" });
        await t.run("memberPut", { workspace, member: "ada", role: "editor" });
        for (let from = 0; from < steps.length; from += beside) {
          const now = steps.slice(from, from + beside).map(async ([{ verb, input }], i) => {
            try {
              await (i % 2 === 0 ? t : other).run(verb, { workspace, ...idsOf(verb, input, from + i) });
            } catch (error) {
              if (!isDucatError(error) || error.code === "internal") throw error;
            }
          });
          await Promise.all(now);
        }
        const { differences } = await verifyAll(database(), t.sql, { workspaces: [workspace] });
        expect(differences).toEqual([]);
      }),
      { numRuns },
    );
  });
});
