import type { Example, Step } from "./steps.ts";
import { balance, begin, buy, promo, screens, settle, tell, totals, use } from "./steps.ts";

const refunded = (at: string, id: string, money: number, expect: object = {}): Step =>
  tell(at, { verb: "topUpRefunded", id, refunded: money }, expect);
const order = (id: string, buyer: string, recipients: string[], pack = "small") =>
  ({ verb: "topUp", id, buyer, pack, recipients }) as const;
const grantIs = (at: string, who: string, id: string, expect: object): Step =>
  balance(at, who, { grants: { [id]: expect } });

/** `bare` is a paid plan that gives nothing by the month, so that top-ups are all there is. */
export const topUpExamples: Example[] = [
  {
    name: "who may order what for whom",
    clause: "6.1",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { olga: "owner", anna: "editor", vera: "viewer", rita: "editor" }),
      tell("2026-01-10", { verb: "memberRemove", member: "rita" }),
      tell("2026-01-10", order("o1", "olga", ["anna"]), { outcome: "not_allowed", reason: "plan" }),
      tell("2026-01-10", { verb: "subscription", plan: "closed" }),
      tell("2026-01-10", order("o1", "olga", ["anna"]), { outcome: "not_allowed", reason: "plan" }),
      tell("2026-01-10", { verb: "subscription", plan: "pro" }),
      tell("2026-01-10", order("o1", "olga", []), { error: "invalid_input" }),
      tell("2026-01-10", order("o1", "olga", ["nobody"]), { error: "unknown_member" }),
      tell("2026-01-10", order("o1", "olga", ["anna"], "huge"), { error: "unknown_pack" }),
      tell("2026-01-10", order("o1", "rita", ["anna"]), { outcome: "not_allowed", reason: "removed" }),
      tell("2026-01-10", order("o1", "olga", ["rita"]), { outcome: "not_allowed", reason: "removed" }),
      tell("2026-01-10", order("o1", "anna", ["anna"]), { outcome: "not_allowed", reason: "role" }),
      tell("2026-01-10", order("o1", "olga", ["anna", "vera"]), { outcome: "not_allowed", reason: "role" }),
      tell("2026-01-10", order("o1", "olga", ["anna", "workspace"]), {
        outcome: "ordered",
        replayed: false,
        topUp: { state: "awaiting_payment" },
      }),
      tell("2026-01-10", order("o1", "olga", ["anna", "workspace"]), { outcome: "ordered", replayed: true }),
      tell("2026-01-10", order("o1", "olga", ["anna"]), { error: "id_reused" }),
      balance("2026-01-10", "anna", { topUp: { available: 0 } }),
    ],
  },
  {
    name: "others request, a buyer decides, one decision wins",
    clause: "6.1",
    steps: [
      ...begin("2026-01-10", { olga: "owner", anna: "editor", vera: "viewer" }, "pro"),
      tell(
        "2026-01-10",
        { verb: "topUpRequest", id: "r1", member: "vera", pack: "small" },
        { outcome: "not_allowed", reason: "role" },
      ),
      tell(
        "2026-01-10",
        { verb: "topUpRequest", id: "r1", member: "anna", pack: "small" },
        { outcome: "requested", replayed: false, request: { state: "open" } },
      ),
      tell(
        "2026-01-10",
        { verb: "topUpRequest", id: "r1", member: "anna", pack: "small" },
        { outcome: "requested", replayed: true },
      ),
      tell("2026-01-10", { verb: "topUpRequest", id: "r1", member: "anna", pack: "large" }, { error: "id_reused" }),
      tell("2026-01-10", { verb: "approve", id: "r1", buyer: "anna" }, { outcome: "not_allowed", reason: "role" }),
      tell(
        "2026-01-10",
        { verb: "approve", id: "r1", buyer: "olga" },
        { outcome: "approved", replayed: false, topUp: { state: "awaiting_payment", recipients: ["anna"] } },
      ),
      tell("2026-01-10", { verb: "approve", id: "r1", buyer: "olga" }, { outcome: "approved", replayed: true }),
      tell("2026-01-10", { verb: "decline", id: "r1", buyer: "olga" }, { error: "already_decided" }),
      tell("2026-01-10", { verb: "withdraw", id: "r1", member: "anna" }, { error: "already_decided" }),
      tell("2026-01-10", { verb: "topUpRequest", id: "r2", member: "anna", pack: "small" }),
      tell("2026-01-10", { verb: "withdraw", id: "r2", member: "anna" }, { outcome: "withdrawn", replayed: false }),
      tell("2026-01-10", { verb: "approve", id: "r2", buyer: "olga" }, { error: "already_decided" }),
      tell("2026-01-10", { verb: "approve", id: "r9", buyer: "olga" }, { error: "unknown_request" }),
    ],
  },
  {
    name: "only money grants, once for each order and payment; paid too late, it is granted and frozen",
    clause: "6.2",
    steps: [
      ...begin("2026-01-10", { olga: "owner", anna: "editor" }, "pro"),
      tell("2026-01-10", order("o1", "olga", ["anna"])),
      tell("2026-01-10", order("o2", "olga", ["anna"])),
      refunded("2026-01-10", "o1", 10, { error: "not_paid" }),
      tell(
        "2026-01-11",
        { verb: "topUpPaid", id: "o1", payment: "pay_1" },
        { outcome: "paid", replayed: false, topUp: { state: "paid" } },
      ),
      tell("2026-01-11", { verb: "topUpPaid", id: "o1", payment: "pay_1" }, { outcome: "paid", replayed: true }),
      tell("2026-01-11", { verb: "topUpPaid", id: "o2", payment: "pay_1" }, { error: "payment_used" }),
      tell("2026-01-11", { verb: "topUpPaid", id: "o9" }, { error: "unknown_top_up" }),
      balance("2026-01-11", "anna", { topUp: { available: 1000 } }),
      tell("2026-01-12", { verb: "subscription", plan: "starter", effective: "now" }),
      tell("2026-01-13", { verb: "topUpPaid", id: "o2", payment: "pay_2" }, { outcome: "paid" }),
      balance("2026-01-13", "anna", { topUp: { available: 0, frozen: 2000 } }),
      tell("2026-01-14", { verb: "subscription", plan: "pro" }),
      balance("2026-01-14", "anna", { topUp: { available: 2000, frozen: 0 } }),
      tell("2026-01-14", order("o3", "olga", ["anna"])),
      tell("2026-01-14", { verb: "memberRemove", member: "anna" }),
      tell("2026-01-14", { verb: "topUpPaid", id: "o3" }, { outcome: "paid" }),
      balance("2026-01-14", "anna", { available: 0, topUp: { available: 0, frozen: 3000 } }),
    ],
  },
  {
    name: "top-ups never expire and outlive cycles",
    clause: "6.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", buy("o1", ["anna"])),
      ...use("2026-01-11", "c1", "anna", 110),
      balance("2026-01-11", "anna", { available: 700 }),
      balance("2026-06-10", "anna", { available: 3700, topUp: { available: 700 } }),
    ],
  },
  {
    name: "money refunded takes back what is there, the rest is debt, and the next top-up repays it",
    clause: "6.4",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", buy("o1", ["anna"])),
      ...use("2026-01-11", "c1", "anna", 20),
      // T = 1,000, of which 400 are there; 600 are spent.
      refunded("2026-01-12", "o1", 1000),
      balance("2026-01-12", "anna", { available: 0, debt: 600 }),
      refunded("2026-01-12", "o1", 1000),
      balance("2026-01-12", "anna", { debt: 600 }),
      // Monthly and promo credits never repay.
      tell("2026-01-13", promo("p1", 100, { member: "anna" })),
      balance("2026-01-13", "anna", { available: 100, debt: 600 }),
      tell("2026-01-14", buy("o2", ["anna"])),
      balance("2026-01-14", "anna", {
        available: 500,
        debt: 0,
        grants: { "top-up:o2:anna": { available: 400, revoked: 600 } },
      }),
      // The dispute is won: 400 are restored, and the 600 repaid return to the one who paid them.
      refunded("2026-02-01", "o1", 0),
      balance("2026-02-01", "anna", {
        available: 1500,
        debt: 0,
        grants: {
          "top-up:o1:anna": { available: 400, spent: 600, revoked: 0 },
          "top-up:o2:anna": { available: 1000, revoked: 0 },
        },
      }),
    ],
  },
  {
    name: "credits held by an open charge are no debt until they are spent",
    clause: "6.4",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", buy("o1", ["anna"])),
      tell("2026-01-11", screens("c1", "anna", 30)),
      refunded("2026-01-11", "o1", 500),
      balance("2026-01-11", "anna", { available: 0, held: 900, debt: 0 }),
      // 600 come back, of which 400 are taken at once.
      tell("2026-01-11", settle("c1", { delivered: 10 }), {
        charge: { refundedAmount: 600 },
        balance: { available: 200 },
      }),
      totals("2026-01-11", "anna", { amount: 1000, available: 200, spent: 300, revoked: 500, debt: 0 }),
      tell("2026-01-12", buy("o2", ["anna"])),
      tell("2026-01-12", screens("c2", "anna", 40)),
      refunded("2026-01-12", "o2", 1000),
      tell("2026-01-12", settle("c2")),
      // The older grant gave 200, this one 1,000, all spent: all of it is debt.
      totals("2026-01-12", "anna", { amount: 2000, available: 0, spent: 1500, revoked: 500, debt: 1000 }),
    ],
  },
  {
    name: "a lease that ends returns credits to a refunded purchase, which takes them at that instant",
    clause: "6.4",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", buy("o1", ["anna"])),
      tell("2026-01-10", screens("c1", "anna", 30)),
      refunded("2026-01-10 00:01", "o1", 500),
      totals("2026-01-10 00:10", "anna", { available: 500, held: 0, revoked: 500, debt: 0 }),
    ],
  },
  {
    name: "of each recipient's grant the share is rounded down",
    clause: "6.4",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", buy("o1", ["anna", "workspace"])),
      // Paid 2,000 for two packs: ⌊1,000 × 333 ÷ 2,000⌋ = 166 of each.
      refunded("2026-01-11", "o1", 333),
      balance("2026-01-11", "anna", { topUp: { available: 1668 }, pool: { topUp: { available: 834 } } }),
      refunded("2026-01-12", "o1", 332),
      balance("2026-01-12", "anna", { topUp: { available: 1668 } }),
      refunded("2026-01-13", "o1", 2001, { error: "invalid_input" }),
    ],
  },
  {
    name: "a purchase that repaid another and is itself refunded: its repayment counts as spent, until it returns",
    clause: "6.4",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", buy("o1", ["anna"])),
      ...use("2026-01-11", "c1", "anna", 20),
      refunded("2026-01-12", "o1", 1000),
      tell("2026-01-13", buy("o2", ["anna"])),
      refunded("2026-01-14", "o2", 1000),
      balance("2026-01-14", "anna", { available: 0, debt: 600 }),
      refunded("2026-01-15", "o1", 0),
      // 400 are restored to the first; the 600 return to the second, which owes them at once.
      balance("2026-01-15", "anna", { available: 400, debt: 0 }),
      totals("2026-01-15", "anna", { amount: 2000, available: 400, spent: 600, revoked: 1000 }),
    ],
  },
  {
    name: "repayments go to the oldest debt first and return the last first",
    clause: "6.4",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", buy("o1", ["anna"], "large")),
      tell("2026-01-11", buy("o2", ["anna"])),
      ...use("2026-01-12", "c1", "anna", 366),
      // 10,000 and 980 are spent; all the money goes back.
      refunded("2026-01-13", "o2", 1000),
      refunded("2026-01-13", "o1", 1200),
      // T of the first is ⌊10,000 × 1,200 ÷ 8,000⌋ = 1,500.
      balance("2026-01-13", "anna", { available: 0, debt: 2480 }),
      tell("2026-01-14", buy("o3", ["anna"])),
      tell("2026-01-15", buy("o4", ["anna"])),
      balance("2026-01-15", "anna", { available: 0, debt: 480 }),
      // The first grant's debt falls to 400: 1,100 of the 1,500 repaid go back, 500 to o4 and 600 to o3.
      refunded("2026-01-16", "o1", 320),
      balance("2026-01-16", "anna", {
        available: 1100,
        debt: 480,
        grants: {
          "top-up:o3:anna": { available: 600, revoked: 400 },
          "top-up:o4:anna": { available: 500, revoked: 500 },
        },
      }),
    ],
  },
  {
    name: "a support refund of spent credits lowers the debt and returns what repaid it",
    clause: "6.4",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", buy("o1", ["anna"])),
      ...use("2026-01-11", "c1", "anna", 20),
      refunded("2026-01-12", "o1", 1000),
      tell("2026-01-13", buy("o2", ["anna"])),
      tell("2026-01-14", {
        verb: "supportRefund",
        id: "s1",
        charge: "c1",
        quantity: 10,
        actor: "operator",
        note: "blurred",
      }),
      // 300 return to o1 and are taken; its debt is 300 now, so 300 of the 600 repaid go back to o2.
      grantIs("2026-01-14", "anna", "top-up:o2:anna", { available: 700, revoked: 300 }),
      totals("2026-01-14", "anna", { amount: 2000, available: 700, spent: 300, revoked: 1000, debt: 0 }),
    ],
  },
];
