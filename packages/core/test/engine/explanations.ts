import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { asTexts, explainedBalance, explainedCharge } from "./explained.ts";
import { commandOf, story } from "./story.ts";

const { features, plans } = defaultCatalogInput;
const perSeat = { paid: true, anchor: "subscription", holder: "member" } as const;

/** Prices and units of every kind that a sentence has to cope with. */
const catalog = defineCatalog({
  ...defaultCatalogInput,
  features: {
    ...features,
    assistant: {
      name: "Assistant",
      unit: "answer",
      settles: "metered",
      modes: { standard: { perMillion: { input: 250, output: 1000 } } },
    },
    look: { name: "Look", unit: "look", settles: "unit", modes: { standard: 0 } },
    tale: { name: "Tale", unit: "story", settles: "unit", modes: { standard: 1 } },
    wrap: { name: "Wrap", unit: "box", settles: "unit", modes: { standard: 400, golden: 800 } },
    toy: { name: "Toy", unit: "toy", settles: "unit", modes: { standard: 2 } },
  },
  plans: {
    ...plans,
    endless: { ...perSeat, name: "Endless", allowance: "unlimited" },
    bare: { ...perSeat, name: "Bare", allowance: { editor: 0, guest: 0 } },
    gratis: { name: "Gratis", paid: false, anchor: "workspace", holder: "workspace", allowance: { first: 1, then: 1 } },
    crew: {
      name: "Crew",
      paid: true,
      anchor: "subscription",
      holder: "workspace",
      allowance: { editor: 1000, guest: 0 },
    },
  },
});

const by = { actor: "eve", note: "sorry" };

function begin(plan: string, members: Record<string, string> = { ada: "editor" }) {
  const t = story({ catalog, at: "2026-05-01T00:00:00Z", plan, members });
  const told: Record<string, string[]> = {};
  return {
    ...t,
    told,
    charged: (id: string, feature: string, quantity = 1, more: object = {}) =>
      t.tell("charge", { id, member: "ada", feature, quantity, leaseSeconds: 86_400, ...more }),
    gaveBack: (id: string, charge: string, quantity: number, more: object = {}) =>
      t.tell("supportRefund", { id, charge, quantity, ...by, ...more }),
    tellCharge: (name: string, id: string) => {
      told[name] = asTexts(explainedCharge(t.ledger, id));
    },
    tellBalance: (name: string, member: string | null) => {
      told[name] = asTexts(explainedBalance(t.ledger, member));
    },
  };
}

/** A charge that others took over, that was cancelled, and whose grants ended or were paid back meanwhile. */
function takenOver() {
  const t = begin("bare");
  t.promo("short", 100, { member: "ada", expiresAt: "2026-05-01T00:30:00Z" });
  t.buy("o", ["ada"]);
  t.charged("c", "wrap", 2);
  t.charged("c", "wrap", 2, { resume: true, attempt: "b" });
  t.tellCharge("a charge that another try took over", "c");
  t.charged("c", "wrap", 2, { resume: true, attempt: "c" });
  t.tell("heartbeat", { id: "c", delivered: 1 });
  t.tell("cancel", { id: "c" });
  t.tellCharge("a charge taken over twice, half delivered, to be cancelled", "c");
  t.tellBalance("a balance of which most is held", "ada");
  t.tell("topUpRefunded", { id: "o", refunded: 900 });
  t.at("2026-05-01T01:00:00Z");
  t.tell("settle", { id: "c", delivered: 1, reason: "cancelled", attempt: "c" });
  t.tellCharge("a charge settled in part, the rest taken for money that went back", "c");
  t.tellBalance("a balance that owes", "ada");
  t.tell("supportRefund", { id: "s", charge: "c", ...by });
  t.tellCharge("a charge given back by support", "c");
  t.buy("o2", ["ada"]);
  t.tell("subscription", { plan: "starter", effective: "now" });
  t.at("2026-05-02T00:00:00Z");
  t.tellCharge("a charge whose returned credits are frozen", "c");
  t.tellBalance("a balance with frozen credits", "ada");
  t.tellBalance("the pool of the free plan", null);
  return t.told;
}

/** Everything came back, to grants that had ended, were frozen with their member, or had no end. */
function gaveBack() {
  const t = begin("bare", { ada: "editor", bob: "guest-editor" });
  t.promo("short", 30, { member: "ada", expiresAt: "2026-05-01T00:30:00Z" });
  t.promo("long", 1000, { member: "ada" });
  t.charged("failed", "tale", 31);
  t.charged("one", "tale");
  t.charged("late", "toy", 2, { leaseSeconds: 7200 });
  t.charged("none", "toy");
  t.charged("free", "look");
  t.charged("golden", "wrap", 1, { mode: "golden" });
  t.at("2026-05-01T01:00:00Z");
  t.tell("refund", { id: "failed", reason: "failed" });
  t.tell("refund", { id: "one", reason: "cancelled" });
  t.tell("settle", { id: "none", delivered: 0 });
  t.tell("settle", { id: "golden" });
  t.tellCharge("a free charge that is open", "free");
  t.tell("settle", { id: "free" });
  t.at("2026-05-01T03:00:00Z");
  t.tellCharge("a charge that failed, to a grant that had ended", "failed");
  t.tellCharge("a charge of one credit that was cancelled", "one");
  t.tellCharge("a charge that nothing was heard of", "late");
  t.tellCharge("a charge of which nothing was delivered", "none");
  t.tellCharge("a free charge that was delivered", "free");
  t.charged("unused", "look");
  t.tell("refund", { id: "unused", reason: "cancelled" });
  t.tellCharge("a free charge that was cancelled", "unused");
  t.tellCharge("a charge in another mode, delivered whole", "golden");
  t.tell("grant", { id: "b", member: "bob", amount: 1, actor: "eve", note: "one" });
  t.tellBalance("a balance of one credit", "bob");
  t.tell("memberRemove", { member: "ada" });
  t.at("2026-05-03T00:00:00Z");
  t.tellCharge("a charge whose credits were frozen with the member", "failed");
  t.tellBalance("a balance of somebody who was removed", "ada");
  return t.told;
}

function metered() {
  const t = begin("pro");
  const usage = (id: string, amounts: object) => t.charged(id, "assistant", 1, { usage: amounts });
  usage("m", { input: 100_000, output: 1 });
  t.tellCharge("a metered charge", "m");
  t.tell("extend", { id: "m", usage: { input: 400_000, output: 100_000 } });
  t.tellCharge("a metered charge that was raised", "m");
  t.tell("settle", { id: "m", usage: { input: 100_000, output: 200_000 }, estimated: true });
  t.tellCharge("a metered charge that cost more than it had taken", "m");
  usage("less", { output: 2000 });
  t.tell("settle", { id: "less", usage: { output: 1000 }, reason: "failed" });
  t.tellCharge("a metered charge that cost less", "less");
  usage("nothing", {});
  t.tell("settle", { id: "nothing", usage: { output: 1 } });
  t.tellCharge("a metered charge of nothing that cost one credit", "nothing");
  t.promo("p", 10, { expiresAt: "2026-05-20T00:00:00Z" });
  t.tell("memberPut", { member: "ada", role: "editor", cap: 250 });
  t.tellBalance("a balance with a cap, and a pool of one promo", "ada");
  t.tell("memberPut", { member: "ada", role: "editor", cap: 10 });
  t.tellBalance("a balance beyond its cap", "ada");
  t.tell("memberPut", { member: "ada", role: "editor", cap: 201 + 2809 });
  t.tellBalance("a balance that its cap allows to the last credit", "ada");
  t.tellBalance("a pool on a plan of members", null);
  return t.told;
}

function withoutLimit() {
  const t = begin("endless");
  t.charged("a", "tale", 2);
  t.tellCharge("a charge without limit that is open", "a");
  t.tell("settle", { id: "a", delivered: 1 });
  t.tell("supportRefund", { id: "s", charge: "a", ...by });
  t.tellCharge("a charge without limit, delivered in part, given back by support", "a");
  t.charged("b", "tale", 4);
  t.tell("settle", { id: "b" });
  t.gaveBack("z", "b", 1);
  t.at("2026-05-02T00:00:00Z");
  t.gaveBack("b", "b", 1);
  t.gaveBack("a", "b", 1);
  t.gaveBack("c", "b", 1);
  t.tellCharge("a charge without limit, given back by support in four times", "b");
  t.tellBalance("a balance without limit", "ada");
  t.charged("m", "assistant", 1, { usage: { output: 2000 } });
  t.tell("extend", { id: "m", usage: { output: 5000 } });
  t.tellCharge("a metered charge without limit that was raised", "m");
  t.tell("memberPut", { member: "ada", role: "editor", cap: 12 });
  t.tellBalance("a balance without limit that has a cap", "ada");
  return t.told;
}

function plansChange() {
  const t = begin("business", { ada: "editor", olga: "owner", vi: "viewer" });
  t.tell("memberPut", { member: "bob", role: "guest-editor" });
  t.charged("c", "wrap", 2);
  t.tell("settle", { id: "c", delivered: 1 });
  t.at("2026-05-16T12:00:00Z");
  t.tell("subscription", { plan: "pro", status: "past_due" });
  t.tellBalance("a balance on a plan that changes and is past due", "vi");
  t.tellBalance("a balance that was used", "ada");
  t.tell("subscription", { plan: "business", status: "active" });
  t.tell("revokeGrant", { id: "v", grant: `monthly:bob:e1:${Date.UTC(2026, 4, 1)}:2000`, amount: 500, ...by });
  t.tellBalance("a balance of which a part was taken back", "bob");
  t.tell("memberPut", { member: "bob", role: "editor" });
  t.tellBalance("a balance that rose in the middle of a cycle", "bob");
  t.tell("subscription", { plan: "crew", effective: "now" });
  t.at("2026-05-20T00:00:00Z");
  t.tellBalance("a pool of seats that began in the middle of a month", null);
  t.tellBalance("what a member has of a pool", "olga");
  t.tell("subscription", { plan: "bare", effective: "period_end" });
  t.tellBalance("a balance before a plan without credits", "ada");
  return t.told;
}

function debts() {
  const t = begin("bare", { ada: "editor" });
  t.buy("o1", ["ada", "workspace"]);
  t.charged("c", "wrap", 2);
  t.tell("settle", { id: "c" });
  t.tell("topUpRefunded", { id: "o1", refunded: 2000 });
  t.tell("topUp", { id: "o2", pack: "small", recipients: ["ada"], paid: true });
  t.tellBalance("a balance whose debt was repaid", "ada");
  t.tellBalance("a pool whose credits were taken back", null);
  return t.told;
}

/** What happened to a grant after credits had come back to it is no part of the charge's story. */
function cameBackBefore() {
  const t = begin("pro");
  t.promo("p", 10, { member: "ada", expiresAt: "2026-05-20T00:00:00Z" });
  t.charged("c", "tale", 13);
  t.tell("settle", { id: "c" });
  t.gaveBack("z", "c", 1);
  t.gaveBack("a", "c", 3);
  t.tell("revokeGrant", { id: "v", grant: "promo:p", amount: 1, ...by });
  t.tellCharge("a charge given back twice in one instant, of which the operator took a part", "c");
  t.at("2026-05-20T00:00:00Z");
  t.gaveBack("b", "c", 2, { reissue: false });
  t.tellCharge("a charge given back at the very end of a grant, and not anew", "c");
  t.charged("d", "toy", 2);
  t.tell("refund", { id: "d", reason: "failed" });
  t.tell("revokeGrant", { id: "w", grant: `monthly:ada:e1:${Date.UTC(2026, 4, 1)}:3000`, amount: 1, ...by });
  t.at("2026-06-02T00:00:00Z");
  t.gaveBack("e", "c", 1);
  t.tellCharge("a charge of which one credit was given anew", "c");
  t.tellCharge("a charge given back to a month that ended later", "d");
  return t.told;
}

/** What comes back to a purchase whose money had gone back is taken at once, as far as it is wanted, and no further. */
function moneyBack() {
  const t = begin("bare", { ada: "editor", bob: "editor" });
  t.tell("memberPut", { member: "ada", role: "editor", name: "Ada Byron" });
  t.buy("o", ["ada"]);
  t.promo("b", 10, { member: "bob" });
  t.charged("one", "tale", 500);
  t.tell("topUpRefunded", { id: "o", refunded: 501 });
  t.tell("refund", { id: "one", reason: "failed" });
  const cameBack = (id: string) => {
    t.charged(id, "toy");
    t.tell("refund", { id, reason: "failed" });
  };
  cameBack("before-a-charge");
  t.charged("gone", "tale");
  cameBack("before-another-grant");
  t.tell("revokeGrant", { id: "v", grant: "promo:b", amount: 1, ...by });
  cameBack("before-more-money");
  t.tell("topUpRefunded", { id: "o", refunded: 551 });
  cameBack("before-a-day");
  t.at("2026-05-01T12:00:00Z");
  t.tell("topUpRefunded", { id: "o", refunded: 552 });
  cameBack("last");
  t.tellCharge("a charge of which one credit was taken for money that had gone back", "one");
  for (const id of ["before-a-charge", "before-another-grant", "before-more-money", "before-a-day", "last"]) {
    t.told[`what came back ${id.replaceAll("-", " ")}`] = asTexts(explainedCharge(t.ledger, id)).slice(-1);
  }
  t.tell("settle", { id: "gone" });
  t.ledger.batch(0, [
    commandOf("supportRefund", { id: "s", charge: "gone", actor: "Ada Byron", note: "a slip" }),
    commandOf("memberRemove", { member: "ada", erase: true }),
  ]);
  t.tellCharge("a charge given back by somebody who has been erased", "gone");
  return t.told;
}

/** Grants that have ended, or are frozen, while work holds a part of them; and a plan before its first credits. */
function inBetween() {
  const t = begin("bare");
  t.promo("p", 100, { member: "ada", expiresAt: "2026-05-01T12:00:00Z" });
  t.charged("c", "toy");
  t.buy("o", ["ada"]);
  t.at("2026-05-01T12:00:00Z");
  t.tellBalance("a balance of a grant that has ended and is still held in part", "ada");
  t.tell("subscription", { plan: "pro", effective: "period_end" });
  t.tellBalance("a balance without monthly credits until the plan changes", "ada");
  t.charged("d", "tale", 1000);
  t.tell("subscription", { plan: "gratis", effective: "now" });
  t.tellBalance("a balance of which nothing is left that could be frozen", "ada");
  return t.told;
}

/** A story is told in the words of the published catalog, and in ids where it has none any more. */
function dropped() {
  const t = begin("bare");
  t.buy("o", ["ada", "workspace"]);
  t.charged("c", "wrap", 2);
  t.tell("settle", { id: "c", delivered: 1 });
  t.charged("kept", "tale");
  t.tell("settle", { id: "kept" });
  t.at("2026-05-02T00:00:00Z");
  t.tell("subscription", { plan: "gratis", effective: "now" });
  t.at("2026-05-03T00:00:00Z");
  t.tell("subscription", { plan: "starter", effective: "now" });
  t.tellCharge("a charge whose credits are frozen since the plan before", "c");
  t.tellCharge("a charge of which nothing came back that could be frozen", "kept");
  t.tellBalance("a pool with frozen credits", null);
  t.ledger.publish(defineCatalog(defaultCatalogInput));
  t.tellCharge("a charge for a feature and on a plan that are no more", "c");
  return t.told;
}

const ofSupport = { inBetween, cameBackBefore, moneyBack, dropped };

/** What leads to the explanations in explanations.json, each to some of them. */
export const situations = { takenOver, gaveBack, metered, withoutLimit, plansChange, debts, ...ofSupport };
