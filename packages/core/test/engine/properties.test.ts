import fc from "fast-check";
import { expect, test } from "vitest";
import type { Command } from "../../src/engine/command.ts";
import {
  entriesByHolder,
  movementsByHolder,
  newLedger,
  outcomeOf,
  runs,
  type Step,
  steps,
  tellAll,
} from "./arbitrary-story.ts";
import { commandOf, ms, story } from "./story.ts";

test("whatever is done, every grant is conserved and the entries add up", () => {
  fc.assert(
    // On the plan without monthly credits debts and support refunds come about sooner.
    fc.property(steps, fc.constantFrom("pro", "bare"), (list, plan) => {
      const ledger = newLedger(plan);
      tellAll(ledger, list);
      expect(ledger.verify()).toEqual([]);
      for (const { amount, available, held, spent, expired, revoked } of ledger.grants()) {
        expect(available + held + spent + expired + revoked).toBe(amount);
        expect(Math.min(available, held, spent, expired, revoked)).toBeGreaterThanOrEqual(0);
      }
    }),
    runs(200),
  );
});

/** The verbs whose commands carry an id: what was done under it is not done again. */
const identified: ReadonlySet<Command["verb"]> = new Set([
  "charge",
  "settle",
  "refund",
  "grant",
  "revokeGrant",
  "supportRefund",
  "topUp",
]);
const didSomething = new Set(["charged", "settled", "refunded", "granted", "revoked", "paid"]);

test("repeating what was done changes nothing", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const ledger = newLedger();
      const { told, at } = tellAll(ledger, list);
      const done = list.filter(({ command }, i) => {
        const { outcome } = (told[i]?.answer ?? {}) as { outcome?: string };
        return identified.has(command.verb) && outcome !== undefined && didSomething.has(outcome);
      });
      const before = ledger.stored();
      for (const { command } of done) ledger.tell(at, command);
      expect(ledger.stored()).toEqual(before);
    }),
    runs(60),
  );
});

test("splitting a batch changes nothing", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const [whole, apart] = [newLedger(), newLedger()];
      let at = tellAll(whole, []).at;
      for (const batch of batches(list)) {
        at += batch[0]?.wait ?? 0;
        const commands = batch.map(({ command }) => command);
        const together = whole.batch(at, commands).map(outcomeOf);
        expect(commands.map((command) => outcomeOf(apart.tell(at, command)))).toEqual(together);
      }
      expect(apart.stored()).toEqual(whole.stored());
    }),
    runs(60),
  );
});

/** Steps of the same instant belong together. */
function batches(list: readonly Step[]): Step[][] {
  const result: Step[][] = [];
  for (const step of list) {
    if (step.wait === 0 && result.length > 0) result.at(-1)?.push(step);
    else result.push([step]);
  }
  return result;
}

test("the order of independent commands does not matter", () => {
  const own = (member: string) =>
    fc
      .array(
        fc.record({
          quantity: fc.integer({ min: 1, max: 60 }),
          end: fc.constantFrom("settle", "refund", "none"),
        }),
        { maxLength: 5 },
      )
      .map((list) =>
        list.flatMap(({ quantity, end }, i) => {
          const id = `${member}-${i}`;
          const charged = commandOf("charge", { id, member, feature: "generate-screen", quantity });
          if (end === "settle") return [charged, commandOf("settle", { id })];
          return end === "refund" ? [charged, commandOf("refund", { id, reason: "failed" })] : [charged];
        }),
      );
  fc.assert(
    fc.property(own("ada"), own("bob"), fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (ada, bob, turns) => {
      const [first, mixed] = [newLedger(), newLedger()];
      const at = tellAll(first, []).at;
      const expected = new Map([...ada, ...bob].map((command) => [command, outcomeOf(first.tell(at, command))]));
      const queues: [Command[], Command[]] = [[...ada], [...bob]];
      for (let i = 0; queues[0].length + queues[1].length > 0; i++) {
        const [one, other] = turns[i % turns.length] ? queues : ([queues[1], queues[0]] as const);
        const command = (one.shift() ?? other.shift()) as Command;
        expect(outcomeOf(mixed.tell(at, command))).toEqual(expected.get(command));
      }
      expect(entriesByHolder(mixed)).toEqual(entriesByHolder(first));
    }),
    runs(60),
  );
});

test("settling less is charging less", () => {
  const grant = fc.record({
    amount: fc.integer({ min: 1, max: 400 }),
    days: fc.integer({ min: 1, max: 40 }),
    own: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(grant, { maxLength: 6 }),
      fc.integer({ min: 2, max: 30 }),
      fc.nat(30),
      (grants, quantity, part) => {
        const delivered = Math.min(part, quantity - 1);
        const ledgers = [quantity, delivered].map((charged) => {
          const t = story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
          for (const [i, { amount, days, own }] of grants.entries()) {
            const expiresAt = new Date(ms("2026-01-10") + days * 86_400_000);
            t.promo(`p${i}`, amount, { expiresAt, ...(own ? { member: "ada" } : {}) });
          }
          if (charged > 0) {
            t.screens("c", "ada", charged);
            t.tell("settle", { id: "c", delivered });
          }
          return t;
        });
        const [less, fewer] = ledgers.map((t) => ({
          grants: t.ledger.grants(),
          available: t.balance("ada").available,
        }));
        const columns = (list: typeof less) =>
          list?.grants.map(({ id, available, held, spent }) => [id, available, held, spent]);
        expect(columns(less)).toEqual(columns(fewer));
        expect(less?.available).toBe(fewer?.available);
      },
    ),
    runs(60),
  );
});

test("rounding never makes a credit: raised in steps a charge costs what it costs at once, and gives back the rest", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9_999), { minLength: 1, maxLength: 8 }), fc.nat(60_000), (increases, used) => {
      const t = story({ at: "2026-01-10T00:00:00Z", members: { ada: "editor" } });
      const totals = increases.map((_, i) => increases.slice(0, i + 1).reduce((sum, one) => sum + one, 0));
      const [first = 0, ...later] = totals;
      t.tell("charge", { id: "c", member: "ada", feature: "assistant", usage: { output: first } });
      for (const output of later) t.tell("extend", { id: "c", usage: { output } });
      const charged = Math.ceil((totals.at(-1) ?? 0) / 1000);
      expect(t.balance("ada")).toMatchObject({ available: 600 - charged, held: charged });
      const { charge } = t.tell("settle", { id: "c", usage: { output: used } });
      const price = Math.ceil(used / 1000);
      expect(charge).toMatchObject({
        settledAmount: Math.min(price, charged),
        refundedAmount: charged - Math.min(price, charged),
        uncollected: Math.max(0, price - charged),
      });
      expect(t.balance("ada").available).toBe(600 - Math.min(price, charged));
    }),
    runs(60),
  );
});

test("a read shows what the next write finds, and writes nothing", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const ledger = newLedger();
      let count = 0;
      tellAll(ledger, list, (at) => {
        const before = ledger.stored();
        const read = ledger.balance(at, "ada");
        expect(ledger.stored()).toEqual(before);
        count += 1;
        ledger.tell(at, commandOf("grant", { id: `one-${count}`, amount: 1, actor: "eve", note: "one" }));
        const written = ledger.balance(at, "ada");
        const seated = written.grants.length > 0 && ledger.stored()?.members.get("ada")?.role !== "viewer";
        const present = ledger.stored()?.members.get("ada")?.removedAt === null;
        expect(written.available).toBe(read.available + (seated && present ? 1 : 0));
        expect({ ...written.monthly, available: 0 }).toEqual({ ...read.monthly, available: 0 });
        expect(written.debt).toBe(read.debt);
      });
    }),
    runs(30),
  );
});

test("any sweep schedule gives the same balances, outcomes and movements of each holder", () => {
  fc.assert(
    fc.property(
      steps,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (list, when) => {
        const [unswept, swept] = [newLedger(), newLedger()];
        const expected = tellAll(unswept, list);
        let next = 0;
        const found = tellAll(swept, list, (at, since) => {
          const share = when[next++ % when.length] as number;
          swept.tell(since + Math.floor((at - since) * share), { verb: "sweep", workspace: "acme" });
          if (share > 0.7) swept.tell(at, { verb: "sweep", workspace: "acme" });
        });
        expect(found.told.map(outcomeOf)).toEqual(expected.told.map(outcomeOf));
        const end = expected.at + 86_400_000;
        for (const ledger of [unswept, swept]) ledger.tell(end, { verb: "sweep", workspace: "acme" });
        for (const member of ["ada", "bob", null]) {
          const [a, b] = [unswept, swept].map((ledger) => ({ ...ledger.balance(end, member), seq: 0 }));
          expect(b).toEqual(a);
        }
        expect(movementsByHolder(swept)).toEqual(movementsByHolder(unswept));
      },
    ),
    runs(60),
  );
});
