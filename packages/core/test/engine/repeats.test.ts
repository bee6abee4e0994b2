import { expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { story } from "./story.ts";

const begin = (plan = "pro") => story({ at: "2026-01-10T00:00:00Z", plan, members: { ada: "editor", bob: "editor" } });
const reused = expect.objectContaining({ code: "id_reused" });

test("a usage is the same in any order and with meters that count nothing, and no other is", () => {
  const t = begin();
  const ask = (usage: object | undefined) =>
    t.tell("charge", { id: "m", member: "ada", feature: "assistant", ...(usage && { usage }) });
  ask({ input: 4000, output: 9000 });
  expect(ask({ output: 9000, input: 4000 })).toMatchObject({ outcome: "charged", replayed: true });
  for (const other of [{ output: 9000 }, { input: 4000, output: 9001 }, { input: 9000, output: 4000 }, {}, undefined]) {
    expect(() => ask(other)).toThrow(reused);
  }
  const plain = (id: string, usage: object) => t.tell("charge", { id, member: "ada", feature: "assistant", usage });
  plain("zero", { output: 9000 });
  expect(plain("zero", { output: 9000, input: 0 })).toMatchObject({ replayed: true });
  // Raised or settled, what counts is what was first asked for.
  t.tell("extend", { id: "m", usage: { input: 4000, output: 10_000 } });
  expect(ask({ input: 4000, output: 9000 })).toMatchObject({ replayed: true });
  expect(() => ask({ input: 4000, output: 10_000 })).toThrow(reused);
});

test("a charge without a usage is not the same with one", () => {
  const t = begin();
  t.screens("c", "ada", 1);
  expect(() => t.screens("c", "ada", 1, { usage: { output: 1 } })).toThrow(reused);
});

test("what is free is never refused by a cap, not even by one that was lowered below what is used", () => {
  const t = begin();
  t.screens("c", "ada", 2);
  t.tell("memberPut", { member: "ada", role: "editor", cap: 10 });
  expect(t.tell("charge", { id: "f", member: "ada", feature: "free" })).toMatchObject({ outcome: "charged" });
  const quote = t.ledger.quote(0, {
    member: "ada",
    items: [{ feature: "free", mode: "standard", quantity: 1, usage: null }],
  });
  expect(quote.data[0]).toMatchObject({ affordable: true, reason: null });
});

test("a feature or a mode may be for some plans only", () => {
  const { features } = defaultCatalogInput;
  const catalog = defineCatalog({
    ...defaultCatalogInput,
    features: {
      ...features,
      villa: { name: "Villa", unit: "house", settles: "unit", plans: ["business"], modes: { standard: 1 } },
      hut: {
        name: "Hut",
        unit: "house",
        settles: "unit",
        modes: { standard: 1, fine: { price: 2, plans: ["business"] } },
      },
    },
  });
  const t = story({ catalog, at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor" } });
  const ask = (id: string, feature: string, mode = "standard") =>
    t.tell("charge", { id, member: "ada", feature, mode });
  const refused = {
    outcome: "not_allowed",
    reason: "plan",
    required: 1,
    available: 3000,
    remedies: ["wait", "request"],
  };
  expect(ask("a", "villa")).toMatchObject(refused);
  expect(ask("b", "hut", "fine")).toMatchObject({ ...refused, required: 2 });
  expect(ask("c", "hut")).toMatchObject({ outcome: "charged" });
  t.tell("subscription", { plan: "business" });
  expect(ask("a", "villa")).toMatchObject({ outcome: "charged" });
  expect(ask("b", "hut", "fine")).toMatchObject({ outcome: "charged" });
});

test("a charge remembers its entries in order, and nothing of others", () => {
  const t = begin();
  t.promo("p", 30, { member: "ada", expiresAt: "2026-01-20T00:00:00Z" });
  t.screens("c", "ada", 2);
  t.screens("d", "bob", 1);
  t.tell("settle", { id: "c", delivered: 1 });
  const entries = (id: string) => t.ledger.stored()?.charges.get(id)?.entries;
  const ofLedger = (id: string) => t.ledger.entries().flatMap(({ charge, seq }) => (charge === id ? [seq] : []));
  expect(entries("c")).toEqual(ofLedger("c"));
  expect(entries("c")).toHaveLength(4);
  expect(entries("d")).toEqual(ofLedger("d"));
});

test("what a charge of another cycle gives back does not make room under the cap of this one", () => {
  const t = begin();
  t.tell("memberPut", { member: "ada", role: "editor", cap: 100 });
  t.at("2026-02-09T23:00:00Z");
  t.screens("old", "ada", 3, { leaseSeconds: 86_400 });
  t.at("2026-02-10T00:00:00Z");
  t.screens("new", "ada", 2);
  t.tell("refund", { id: "old", reason: "failed" });
  expect(t.screens("more", "ada", 2)).toMatchObject({ outcome: "cap_reached", cap: { limit: 100, used: 60 } });
  t.tell("settle", { id: "new", delivered: 1 });
  expect(t.screens("more", "ada", 2)).toMatchObject({ outcome: "charged" });
});

test("a free month that was left counts for its cap when it goes on, with what came back meanwhile", () => {
  const t = story({ at: "2026-01-01T00:00:00Z", members: { ada: "editor" } });
  t.tell("memberPut", { member: "ada", role: "editor", cap: 100 });
  t.screens("kept", "ada", 1, { leaseSeconds: 86_400 });
  t.screens("back", "ada", 2, { leaseSeconds: 86_400 });
  t.tell("subscription", { plan: "pro" });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 0 });
  t.screens("paid", "ada", 1);
  t.tell("refund", { id: "back", reason: "failed" });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 30 });
  t.tell("subscription", { plan: "starter", effective: "now" });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 30 });
  t.tell("settle", { id: "paid" });
  t.tell("settle", { id: "kept", delivered: 0 });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 0 });
});

test("a paid month that began with the free one has a cap of its own", () => {
  const t = story({ at: "2026-01-01T00:00:00Z", members: { ada: "editor" } });
  t.tell("memberPut", { member: "ada", role: "editor", cap: 100 });
  t.screens("free", "ada", 1, { leaseSeconds: 86_400 });
  t.tell("subscription", { plan: "pro", anchor: "2026-01-01T00:00:00Z" });
  t.screens("paid", "ada", 2, { leaseSeconds: 86_400 });
  t.tell("subscription", { newPeriod: "in_2", anchor: "2026-01-01T00:00:00Z" });
  t.tell("refund", { id: "paid", reason: "failed" });
  t.tell("subscription", { plan: "starter", effective: "now" });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 30 });
});

test("a charge that took nothing ends for good all the same", () => {
  const t = begin();
  const ask = (id: string, feature: string) => t.tell("charge", { id, member: "ada", feature });
  for (const id of ["refunded", "settled", "forgotten"]) ask(id, "free");
  t.tell("refund", { id: "refunded", reason: "cancelled" });
  t.tell("settle", { id: "settled" });
  t.at("2026-01-10T00:10:00Z");
  t.promo("p", 1);
  const stored = t.ledger.stored()?.charges;
  expect(stored?.get("refunded")).toMatchObject({ state: "refunded", reason: "cancelled", endedBy: "refund" });
  expect(stored?.get("settled")).toMatchObject({ state: "settled", delivered: 1, endedBy: "settle" });
  expect(stored?.get("forgotten")).toMatchObject({
    state: "refunded",
    reason: "timed_out",
    endedBy: "refund",
    endedAttempt: null,
    endedAt: Date.parse("2026-01-10T00:10:00Z"),
  });
});

test("what was used and cost nothing is refunded", () => {
  const t = begin();
  t.tell("charge", { id: "m", member: "ada", feature: "assistant", usage: { output: 9000 } });
  expect(t.tell("settle", { id: "m", usage: { output: 0 } })).toMatchObject({
    outcome: "refunded",
    charge: { state: "refunded", delivered: 1, settledAmount: 0, refundedAmount: 9 },
  });
});

test("a charge of the free month before counts for no cap any more, whether the next one is left or not", () => {
  const t = story({ at: "2026-01-01T00:00:00Z", members: { ada: "editor" } });
  t.tell("memberPut", { member: "ada", role: "editor", cap: 100 });
  t.at("2026-01-31T23:00:00Z");
  for (const id of ["old", "older"]) t.screens(id, "ada", 1, { leaseSeconds: 86_400 });
  t.at("2026-02-01T00:00:00Z");
  t.screens("new", "ada", 1);
  t.tell("refund", { id: "old", reason: "failed" });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 30 });
  t.tell("subscription", { plan: "pro" });
  t.tell("refund", { id: "older", reason: "failed" });
  t.tell("subscription", { plan: "starter", effective: "now" });
  expect(t.balance("ada").cap).toEqual({ limit: 100, used: 30 });
});
