import { describe, expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { commandOf, ms, story, wideCatalog } from "./story.ts";

const begin = (plan: string) => story({ at: "2026-01-10T00:00:00Z", plan, members: { ada: "editor", bob: "editor" } });
type Story = ReturnType<typeof begin>;
const made = (t: Story) =>
  t.ledger.grants().map(({ id, amount, at }) => [id.split(":").slice(0, 3).join(":"), amount, at]);
const february = ms("2026-02-10");

describe("a touch opens the cycle that has come, for whom it touches", () => {
  test("the creation, for the pool", () => {
    expect(made(begin("starter"))).toEqual([["monthly:workspace:free", 600, ms("2026-01-10")]]);
  });

  test("a change of the workspace, its subscription or its members, for the pool", () => {
    const touches: ((t: Story) => unknown)[] = [
      (t) => t.tell("workspacePut", { name: "Acme" }),
      (t) => t.tell("subscription", { status: "trialing" }),
      (t) => t.tell("memberPut", { member: "ada", role: "owner" }),
      (t) => t.tell("memberRemove", { member: "ada" }),
      (t) => t.tell("membersSync", { members: [{ id: "ada", role: "editor" }] }),
    ];
    for (const touch of touches) {
      const t = begin("team");
      t.ledger.letTimePass(february + 1000);
      touch(t);
      expect(made(t).at(-1)).toEqual(["monthly:workspace:e1", 2000, february]);
    }
  });

  test("the creation: the catalog of that instant goes for the month, though its members come later", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "starter" });
    const { plans } = defaultCatalogInput;
    const starter = { ...plans.starter, allowance: { first: 900, then: 900 } };
    t.ledger.publish(defineCatalog({ ...defaultCatalogInput, plans: { ...plans, starter } }));
    expect(t.balance(null).available).toBe(600);
    t.tell("memberPut", { member: "ada", role: "editor" });
    expect(t.balance("ada").available).toBe(600);
  });

  test("a change of role, by itself or by a list, for the member: what is due is due to the role that they had", () => {
    for (const change of [
      (t: Story) => t.tell("memberPut", { member: "ada", role: "viewer" }),
      (t: Story) =>
        t.tell("membersSync", {
          members: [
            { id: "ada", role: "viewer" },
            { id: "bob", role: "editor" },
          ],
        }),
    ]) {
      const t = begin("pro");
      t.ledger.letTimePass(february + 1000);
      change(t);
      expect(made(t).at(-1)).toEqual(["monthly:ada:e1", 3000, february]);
    }
  });

  test("a removal, by itself or by a list, for the member: what is due is theirs, though frozen", () => {
    for (const remove of [
      (t: Story) => t.tell("memberRemove", { member: "ada" }),
      (t: Story) => t.tell("membersSync", { members: [{ id: "bob", role: "editor" }] }),
    ]) {
      const t = begin("pro");
      t.ledger.letTimePass(february + 1000);
      remove(t);
      expect(made(t).at(-1)).toEqual(["monthly:ada:e1", 3000, february]);
    }
  });

  test("a change of plan, for the pool that it makes", () => {
    const t = begin("starter");
    t.tell("subscription", { plan: "team" });
    expect(made(t).at(-1)).toEqual(["monthly:workspace:e1", 2000, ms("2026-01-10")]);
  });

  test("an order, its payment, its money back and a request, for the recipient", () => {
    const order = { id: "o", pack: "small", recipients: ["ada"] };
    const touches: [before: (t: Story) => unknown, touch: (t: Story) => unknown][] = [
      [() => {}, (t) => t.tell("topUp", order)],
      [(t) => t.tell("topUp", order), (t) => t.tell("topUpPaid", { id: "o" })],
      [(t) => t.buy("o", ["ada"]), (t) => t.tell("topUpRefunded", { id: "o", refunded: 500 })],
      [() => {}, (t) => t.tell("topUpRequest", { id: "r", member: "ada", pack: "small" })],
      [
        (t) => {
          t.tell("memberPut", { member: "olga", role: "owner" });
          t.tell("topUpRequest", { id: "r", member: "ada", pack: "small" });
        },
        (t) => t.tell("decline", { id: "r", buyer: "olga" }),
      ],
    ];
    for (const [before, touch] of touches) {
      const t = begin("pro");
      before(t);
      t.ledger.letTimePass(february + 1000);
      touch(t);
      expect(made(t)).toContainEqual(["monthly:ada:e1", 3000, february]);
    }
  });

  test("a support refund, for the member and the pool", () => {
    const t = begin("starter");
    t.screens("c", "ada", 1);
    t.tell("settle", { id: "c" });
    t.ledger.letTimePass(february + 1000);
    t.tell("supportRefund", { id: "s", charge: "c", actor: "eve", note: "sorry" });
    expect(made(t)).toContainEqual(["monthly:workspace:free", 300, february]);
  });
});

test("a person is erased who had a name only, or an address only", () => {
  for (const fields of [{ name: "Ada" }, { email: "a@b.c" }]) {
    const t = begin("pro");
    t.tell("memberPut", { member: "ada", role: "editor", ...fields });
    t.tell("memberRemove", { member: "ada" });
    const writes = t.ledger.writes();
    t.tell("memberRemove", { member: "ada", erase: true });
    expect(t.ledger.writes()).toBe(writes + 1);
    expect(t.ledger.stored()?.members.get("ada")).toMatchObject({ name: null, email: null });
  }
});

test("a new name leaves the metadata, new metadata the name, and each is answered", () => {
  const t = begin("pro");
  t.tell("workspacePut", { name: "Acme", metadata: { tier: 1 } });
  expect(t.tell("workspacePut", { name: "Acme two" })).toMatchObject({ workspace: { metadata: { tier: 1 } } });
  expect(t.tell("workspacePut", { metadata: { tier: 2 } })).toMatchObject({ workspace: { name: "Acme two" } });
  expect(t.tell("workspacePut", { createdAt: "2026-01-10T00:00:00Z" })).toMatchObject({ outcome: "updated" });
  expect(t.tell("workspaceArchive")).toMatchObject({ outcome: "updated", workspace: { name: "Acme two" } });
});

test("a workspace that was made before it came here has its paid months from now, its free ones from then", () => {
  const at = ms("2026-01-20");
  const cycle = (plan: string) => {
    const ledger = memoryLedger(wideCatalog);
    ledger.tell(at, commandOf("workspacePut", { plan, createdAt: "2025-12-10T00:00:00Z" }));
    return ledger.workspace(at).cycle;
  };
  expect(cycle("pro")).toMatchObject({ index: 0, startsAt: "2026-01-20T00:00:00.000Z" });
  expect(cycle("starter")).toMatchObject({ index: 1, startsAt: "2026-01-10T00:00:00.000Z" });
});

test("an anchor says nothing on a free plan", () => {
  const t = begin("starter");
  const writes = t.ledger.writes();
  t.tell("subscription", { anchor: "2026-01-15T00:00:00Z" });
  expect(t.ledger.writes()).toBe(writes);
});

test("a status that comes with a plan is the plan's, though it was that of the one before", () => {
  const t = begin("starter");
  t.tell("subscription", { status: "past_due" });
  t.tell("subscription", { plan: "pro", status: "past_due" });
  expect(t.ledger.workspace(0)).toMatchObject({ plan: "pro", status: "past_due" });
});

test("a plan that waits may be asked for again when it has been retired", () => {
  const t = begin("business");
  t.tell("subscription", { plan: "pro" });
  const { plans } = defaultCatalogInput;
  t.ledger.publish(
    defineCatalog({ ...defaultCatalogInput, plans: { ...plans, pro: { ...plans.pro, retired: true } } }),
  );
  const writes = t.ledger.writes();
  t.tell("subscription", { plan: "pro" });
  expect(t.ledger.writes()).toBe(writes);
});

test("an order that is repeated as paid is paid; one for more people is another", () => {
  const t = begin("pro");
  const order = { id: "o", pack: "small", recipients: ["ada"] };
  t.tell("topUp", order);
  expect(() => t.tell("topUp", { ...order, recipients: ["ada", "bob"] })).toThrow(
    expect.objectContaining({ code: "id_reused" }),
  );
  expect(t.tell("topUp", { ...order, paid: true, payment: "p" })).toMatchObject({
    outcome: "paid",
    topUp: { state: "paid", payment: "p" },
  });
  expect(t.balance("ada").topUp.available).toBe(1000);
});

test("nobody is sold more than can be had", () => {
  const t = begin("bare");
  t.promo("p", Number.MAX_SAFE_INTEGER - 999, { member: "ada" });
  expect(() => t.buy("o", ["bob", "ada"])).toThrow(expect.objectContaining({ code: "amount_too_large" }));
  expect(t.ledger.grants()).toHaveLength(1);
});
