import type { Charge } from "@ducat/client";
import { describe, expect, test } from "vitest";
import { commandOf, ms, story } from "./story.ts";

const begin = () => story({ at: "2026-01-10T00:00:00Z", plan: "pro", members: { ada: "editor", bob: "editor" } });
const by = { actor: "eve", note: "because" };
const screens = (id: string, quantity: number, member = "ada") =>
  commandOf("charge", { id, member, feature: "generate-screen", quantity });
const sources = (told: { answer: unknown } | undefined) =>
  (told as { answer: { charge: Charge } }).answer.charge.slices.map(({ grant, amount }) => [grant, amount]);
const january = `monthly:ada:e1:${ms("2026-01-10")}:3000`;

describe("within one batch", () => {
  test("the order of burning follows an end that moves", () => {
    const t = begin();
    t.promo("p", 90, { member: "ada", expiresAt: "2026-02-15T00:00:00Z" });
    const [before, , after] = t.ledger.batch(0, [
      screens("a", 1),
      commandOf("subscription", { anchor: "2026-01-25T00:00:00Z" }),
      screens("b", 1),
    ]);
    expect(sources(before)).toEqual([[january, 30]]);
    expect(sources(after)).toEqual([["promo:p", 30]]);
  });

  test("a new grant takes its place in the order", () => {
    const t = begin();
    const [before, , after] = t.ledger.batch(0, [
      screens("a", 1),
      commandOf("grant", { id: "p", member: "ada", amount: 30, expiresAt: "2026-01-20T00:00:00Z", ...by }),
      screens("b", 2),
    ]);
    expect(sources(before)).toEqual([[january, 30]]);
    expect(sources(after)).toEqual([
      ["promo:p", 30],
      [january, 30],
    ]);
  });

  test("a new epoch is the present one at once", () => {
    const t = begin();
    const [, , after] = t.ledger.batch(0, [
      screens("a", 1),
      commandOf("subscription", { newPeriod: "in_1", anchor: "2026-01-10T00:00:00Z" }),
      screens("b", 1),
    ]);
    expect(sources(after)).toEqual([[`monthly:ada:e2:${ms("2026-01-10")}:3000`, 30]]);
    expect(t.ledger.stored()?.charges.get("b")).toMatchObject({ epoch: "e2", cycleStartsAt: ms("2026-01-10") });
  });

  test("a refused command leaves the rest as if it had not been asked", () => {
    const [t, u] = [begin(), begin()];
    const twice = {
      members: [
        { id: "ada", role: "viewer" },
        { id: "zoe", role: "editor" },
        { id: "zoe", role: "editor" },
      ],
    };
    const refused = [
      screens("x", 1000),
      // What was done before the fault was found is taken back.
      commandOf("membersSync", twice),
      commandOf("topUp", { id: "o", pack: "small", recipients: ["ada"], paid: true, payment: "p" }),
      commandOf("topUp", { id: "o2", pack: "small", recipients: ["ada"], paid: true, payment: "p" }),
    ];
    const [, , , second] = t.ledger.batch(0, refused);
    expect(second?.error?.code).toBe("payment_used");
    u.ledger.batch(0, [refused[2] as (typeof refused)[number]]);
    const later = [screens("c", 120), screens("d", 100, "bob")];
    for (const ledger of [t.ledger, u.ledger]) ledger.batch(0, later);
    expect(t.ledger.stored()).toEqual(u.ledger.stored());
  });

  test("a refused command takes back the rise that it found, and the next one finds it again", () => {
    const t = begin();
    t.at("2026-01-20T00:00:00Z");
    t.tell("subscription", { plan: "business" });
    const [refused, charged] = t.ledger.batch(0, [screens("x", 1000), screens("c", 200)]);
    expect(refused?.answer).toMatchObject({ outcome: "insufficient", available: 7742 });
    expect(charged?.answer).toMatchObject({ outcome: "charged", balance: { available: 1742 } });
    expect(t.ledger.verify()).toEqual([]);
  });

  test("nothing is spent of a month that only a refused command had opened", () => {
    const t = begin();
    t.ledger.letTimePass(ms("2026-02-10"));
    const [refused, , charged] = t.ledger.batch(0, [
      screens("x", 1000),
      commandOf("subscription", { plan: "bare", newPeriod: "in_1", effective: "now" }),
      screens("c", 1),
    ]);
    expect(refused?.answer).toMatchObject({ outcome: "insufficient", available: 3000 });
    expect(charged?.answer).toMatchObject({ outcome: "insufficient", available: 0 });
    expect(t.ledger.verify()).toEqual([]);
  });

  test("a refused command takes back the cycle that it opened", () => {
    const t = begin();
    t.ledger.letTimePass(ms("2026-02-10"));
    const [refused, grant] = t.ledger.batch(0, [screens("x", 1000), commandOf("grant", { id: "p", amount: 1, ...by })]);
    expect(refused?.answer).toMatchObject({ outcome: "insufficient", available: 3000 });
    expect(grant?.answer).toMatchObject({ outcome: "granted" });
    expect(t.ledger.grants().filter(({ id }) => id.includes(`${ms("2026-02-10")}`))).toEqual([]);
    expect(t.ledger.entries().map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(t.ledger.verify()).toEqual([]);
  });

  test("a person who is erased is blanked in what the same batch has written about them, and nobody else is", () => {
    const t = begin();
    t.tell("memberPut", { member: "ada", role: "editor", name: "Ada Byron", email: "ada@example.org" });
    const about = (member: string, actor: string) => [
      commandOf("charge", { id: `c-${member}`, member, feature: "generate-screen", metadata: { of: member } }),
      commandOf("settle", { id: `c-${member}` }),
      commandOf("supportRefund", { id: `s-${member}`, charge: `c-${member}`, actor: "ada@example.org", note: "slip" }),
      commandOf("grant", { id: `p-${member}`, member, amount: 9, actor, note: "hello" }),
      commandOf("revokeGrant", { id: `v-${member}`, grant: `promo:p-${member}`, amount: 1, ...by }),
      commandOf("topUpRequest", { id: `r-${member}`, member, pack: "small", note: "please" }),
    ];
    t.ledger.batch(0, [
      ...about("ada", "eve"),
      ...about("bob", "Ada Byron"),
      commandOf("subscription", { newPeriod: "in_1" }),
      commandOf("memberRemove", { member: "ada", erase: true }),
    ]);
    const { charges, requests, operations } = t.ledger.stored() ?? {};
    const words = (member: string) => [
      charges?.get(`c-${member}`)?.metadata,
      requests?.get(`r-${member}`)?.note,
      ...[`support-refund:s-${member}`, `promo:p-${member}`, `revoke:v-${member}`].map((key) => {
        const { actor, note } = operations?.get(key) ?? {};
        return [actor, note];
      }),
    ];
    expect(words("ada")).toEqual([{}, null, [null, null], ["eve", null], ["eve", null]]);
    expect(words("bob")).toEqual([{ of: "bob" }, "please", [null, "slip"], [null, "hello"], ["eve", "because"]]);
    expect(t.ledger.verify()).toEqual([]);
  });
});
