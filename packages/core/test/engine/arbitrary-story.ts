import fc from "fast-check";
import type { Command } from "../../src/engine/command.ts";
import { type MemoryLedger, memoryLedger, type Told } from "./memory-ledger.ts";
import { commandOf, ms, type Verb, wideCatalog } from "./story.ts";

/** So many runs of a property, unless fewer are asked of all of them. */
export const runs = (numRuns: number) => ({ numRuns: fc.readConfigureGlobal().numRuns ?? numRuns });

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const START = ms("2026-01-31T08:00:00Z");

/** One command, and how long after the one before. */
export interface Step {
  wait: number;
  command: Command;
}

const member = fc.constantFrom("ada", "bob");
const id = (prefix: string, most: number) => fc.nat(most).map((n) => `${prefix}${n}`);
const by = { actor: "eve", note: "because" };

const inputs: readonly [number, Verb, fc.Arbitrary<Record<string, unknown>>][] = [
  [
    6,
    "charge",
    fc.record({
      id: id("c", 4),
      member,
      feature: fc.constantFrom("generate-screen", "generate-screen", "generate-theme", "free"),
      quantity: fc.integer({ min: 1, max: 40 }),
      leaseSeconds: fc.constantFrom(600, 86_400),
    }),
  ],
  [
    1,
    "charge",
    fc.record({ id: id("m", 3), member }).map((rest) => ({ ...rest, feature: "assistant", usage: { output: 30_000 } })),
  ],
  [1, "extend", fc.record({ id: id("m", 3), usage: fc.record({ output: fc.nat(200_000) }) })],
  [4, "settle", fc.record({ id: id("c", 4), delivered: fc.option(fc.nat(20), { nil: null }) }).map(settled)],
  [1, "settle", fc.record({ id: id("m", 3), usage: fc.record({ output: fc.nat(100_000) }) })],
  [2, "refund", fc.record({ id: fc.oneof(id("c", 4), id("m", 3)), reason: fc.constantFrom("failed", "cancelled") })],
  [1, "heartbeat", fc.record({ id: id("c", 4), leaseSeconds: fc.constantFrom(60, 7200) })],
  [
    1,
    "supportRefund",
    fc.record({ id: id("s", 2), charge: id("c", 4), reissue: fc.boolean() }).map((rest) => ({ ...rest, ...by })),
  ],
  [
    2,
    "grant",
    fc
      .record({ id: id("p", 5), member: fc.option(member, { nil: null }), amount: fc.integer({ min: 1, max: 900 }) })
      .map(({ member, ...rest }) => ({
        ...rest,
        ...by,
        ...(member && { member }),
        expiresAt: new Date(START + 20 * DAY),
      })),
  ],
  [1, "revokeGrant", fc.record({ id: id("v", 2), grant: id("promo:p", 5) }).map((rest) => ({ ...rest, ...by }))],
  [
    2,
    "topUp",
    fc
      .record({ id: id("o", 2), recipients: fc.constantFrom(["ada"], ["ada", "workspace"], ["bob"]) })
      .map((rest) => ({ ...rest, pack: "small", paid: true })),
  ],
  [2, "topUpRefunded", fc.record({ id: id("o", 2), refunded: fc.nat(10).map((tenths) => tenths * 100) })],
  [1, "memberPut", fc.record({ member, role: fc.constantFrom("editor", "guest-editor", "viewer") })],
  [1, "memberRemove", fc.record({ member })],
  [
    2,
    "subscription",
    fc.record({ plan: fc.constantFrom("starter", "pro", "business", "team", "bare"), effective: fc.constant("now") }),
  ],
  [1, "subscription", fc.record({ plan: fc.constantFrom("starter", "pro", "business") })],
];

/** Without `delivered`: all of it. */
function settled({ id, delivered }: { id: string; delivered: number | null }): Record<string, unknown> {
  return delivered === null ? { id } : { id, delivered };
}

const wait = fc.constantFrom(0, 0, 0, 1, MINUTE, 9 * MINUTE, 10 * MINUTE, DAY, 9 * DAY, 31 * DAY);

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    wait,
    command: fc.oneof(
      ...inputs.map(([weight, verb, input]) => ({ weight, arbitrary: input.map((one) => commandOf(verb, one)) })),
    ),
  }),
  { minLength: 5, maxLength: 40, size: "max" },
);

/** A new workspace in real time, with two members, on a plan. */
export function newLedger(plan = "pro"): MemoryLedger {
  const ledger = memoryLedger(wideCatalog);
  ledger.batch(START, [
    commandOf("workspacePut", { plan }),
    commandOf("memberPut", { member: "ada", role: "editor" }),
    commandOf("memberPut", { member: "bob", role: "guest-editor" }),
  ]);
  return ledger;
}

/** Tells the steps one by one; `before` is asked before each of them. Answers what each came to, and when it ended. */
export function tellAll(
  ledger: MemoryLedger,
  list: readonly Step[],
  before: (at: number, since: number) => void = () => {},
): { told: Told[]; at: number } {
  let at = START;
  const told = list.map(({ wait, command }) => {
    const since = at;
    at += wait;
    before(at, since);
    return ledger.tell(at, command);
  });
  return { told, at };
}

/** What a command came to, without the numbers that tell how much else was written. */
export function outcomeOf({ answer, error }: Told): unknown {
  if (error !== undefined) return error.code;
  const { seq: _, ...rest } = answer as { seq?: number };
  return rest;
}

/**
 * What the entries of each holder did, in an order of its own: a sweep may expire a promo while the month's grant that
 * began before it has not been made (a sweep opens no cycle), and then the grant's entry comes after it.
 */
export function movementsByHolder(ledger: MemoryLedger): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const { seq: _, holder, at: __, balanceAfter: ___, ...movement } of ledger.entries()) {
    lists[holder] ??= [];
    lists[holder].push(JSON.stringify(movement));
  }
  for (const list of Object.values(lists)) list.sort();
  return lists;
}

/** The entries of each holder in their order, without their numbers. */
export function entriesByHolder(ledger: MemoryLedger): Record<string, unknown[]> {
  const lists: Record<string, unknown[]> = {};
  for (const { seq: _, holder, ...entry } of ledger.entries()) {
    lists[holder] ??= [];
    lists[holder].push(entry);
  }
  return lists;
}
