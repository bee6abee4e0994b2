import type { Example } from "./steps.ts";
import { balance, begin, buy, instant, monthly, promo, screens, tell, totals, use, workspace } from "./steps.ts";

const now = { effective: "now" } as const;
const january = monthly("anna", "e1", "2026-01-10", 3000);
const pending = (plan: string, at: string) => ({ workspace: { pending: { plan, at: instant(at) } } });

export const planExamples: Example[] = [
  {
    name: "a rise grants its share of the time left, loops give nothing, what was used stays used",
    clause: "5.1",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      ...use("2026-01-15", "c1", "anna", 10),
      // 21 of 31 days left: ⌈7,000 × 21 ÷ 31⌉ = ⌈4,741.9…⌉.
      tell("2026-01-20", { verb: "subscription", plan: "business" }, { workspace: { plan: "business" } }),
      balance("2026-01-20", "anna", {
        available: 7442,
        monthly: { allowance: 10_000, available: 7442, used: 300 },
        grants: { [monthly("anna", "e1", "2026-01-10", 10_000)]: { amount: 4742 } },
      }),
      tell("2026-01-21", { verb: "subscription", plan: "pro", ...now }),
      balance("2026-01-21", "anna", { available: 7442 }),
      tell("2026-01-22", { verb: "subscription", plan: "business" }),
      balance("2026-01-22", "anna", { available: 7442 }),
      balance("2026-02-10", "anna", { available: 10_000, monthly: { used: 0 } }),
    ],
  },
  {
    name: "the share is exact to the millisecond and rounded up",
    clause: "5.1",
    steps: [
      ...begin("2026-01-10", { gina: "guest-editor" }, "pro"),
      // One millisecond of 31 days is left: a share of 1.
      tell("2026-02-09 23:59:59.999", { verb: "memberPut", member: "gina", role: "editor" }),
      balance("2026-02-09 23:59:59.999", "gina", { available: 601 }),
    ],
  },
  {
    name: "the first level above 0 in a cycle is granted in full: a new seat, a viewer made editor",
    clause: "5.1",
    steps: [
      ...begin("2026-01-10", { vera: "viewer" }, "pro"),
      tell("2026-01-25", { verb: "memberPut", member: "vera", role: "guest-editor" }, { member: { seat: "guest" } }),
      balance("2026-01-25", "vera", { available: 600 }),
      tell("2026-01-25 12:00", { verb: "memberPut", member: "vera", role: "editor" }),
      // 15.5 of 31 days: half of 2,400.
      balance("2026-01-25 12:00", "vera", { available: 1800 }),
      tell("2026-01-26", { verb: "memberPut", member: "vera", role: "guest-editor" }),
      tell("2026-01-27", { verb: "memberPut", member: "vera", role: "editor" }),
      balance("2026-01-27", "vera", { available: 1800 }),
      tell("2026-02-09", { verb: "memberPut", member: "nora", role: "editor" }),
      balance("2026-02-09", "nora", { available: 3000, monthly: { renewsAt: instant("2026-02-10") } }),
    ],
  },
  {
    name: "a pool per seat is the sum over present members; a seat that joins is a rise, a swap is none",
    clause: "5.1",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor", bob: "editor" }, "team"),
      balance("2026-01-10", "workspace", { available: 2000, monthly: { allowance: 2000 } }),
      tell("2026-01-20", { verb: "memberPut", member: "gina", role: "guest-editor" }),
      // ⌈200 × 21 ÷ 31⌉ = ⌈135.5⌉.
      balance("2026-01-20", "workspace", { available: 2136, monthly: { allowance: 2200 } }),
      tell(
        "2026-01-21",
        {
          verb: "membersSync",
          members: [
            { id: "anna", role: "editor" },
            { id: "dan", role: "editor" },
            { id: "gina", role: "guest-editor" },
          ],
        },
        { added: ["dan"], changed: [], removed: ["bob"], unchanged: 2 },
      ),
      balance("2026-01-21", "dan", { available: 2136, pool: { available: 2136 } }),
      tell("2026-01-22", { verb: "memberRemove", member: "gina" }),
      balance("2026-01-22", "workspace", { available: 2136 }),
      balance("2026-02-10", "workspace", { available: 2000 }),
    ],
  },
  {
    name: "free to paid: a new epoch with the full allowance for every seat, from now without an anchor",
    clause: "5.2",
    steps: [
      ...begin("2026-01-01", { anna: "editor", gina: "guest-editor" }),
      ...use("2026-01-02", "c1", "anna", 20),
      tell(
        "2026-01-20 10:00",
        { verb: "subscription", plan: "pro" },
        { workspace: { cycle: { startsAt: instant("2026-01-20 10:00") } } },
      ),
      balance("2026-01-20 10:00", "anna", { available: 3000 }),
      balance("2026-01-20 10:00", "gina", { available: 600 }),
    ],
  },
  {
    name: "a change that lowers waits for the end of the cycle, or of what is paid for",
    clause: "5.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "business"),
      tell("2026-01-15", { verb: "subscription", plan: "pro" }, pending("pro", "2026-02-10")),
      // The same again changes nothing: the instant was fixed when it was asked.
      tell(
        "2026-01-16",
        { verb: "subscription", plan: "pro", periodEndsAt: instant("2026-06-10") },
        pending("pro", "2026-02-10"),
      ),
      tell("2026-01-16", { verb: "subscription", status: "trialing" }, pending("pro", "2026-02-10")),
      tell(
        "2026-01-17",
        { verb: "subscription", plan: "business" },
        { workspace: { plan: "business", pending: null } },
      ),
      // A yearly subscriber who cancels in month 2 keeps the cycles that are paid for.
      tell("2026-01-18", { verb: "subscription", plan: "starter" }, pending("starter", "2026-06-10")),
      balance("2026-05-10", "anna", { available: 10_000 }),
      workspace("2026-06-09 23:59:59.999", { plan: "business" }),
      workspace("2026-06-10", { plan: "starter", pending: null, cycle: { index: 5, startsAt: instant("2026-06-10") } }),
      balance("2026-06-10", "anna", { available: 300, pool: { available: 300 } }),
      totals("2026-06-10", "anna", { available: 0 }),
    ],
  },
  {
    name: "ending a paid plan waits even when it lowers nobody's allowance",
    clause: "5.3",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-15", { verb: "subscription", plan: "starter" }, pending("starter", "2026-02-10")),
    ],
  },
  {
    name: "a newer change replaces one that waits; `effective` overrides the default",
    clause: "5.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "business"),
      tell("2026-01-15", { verb: "subscription", plan: "starter" }, pending("starter", "2026-02-10")),
      tell("2026-01-15", { verb: "subscription", plan: "pro" }, pending("pro", "2026-02-10")),
      tell(
        "2026-01-16",
        { verb: "subscription", plan: "pro", effective: instant("2026-01-20") },
        pending("pro", "2026-01-20"),
      ),
      workspace("2026-01-20", { plan: "pro", pending: null }),
      balance("2026-01-20", "anna", { available: 10_000 }),
      tell(
        "2026-01-21",
        { verb: "subscription", plan: "business", effective: "period_end" },
        pending("business", "2026-02-10"),
      ),
      // An instant that is not in the future is now.
      tell(
        "2026-01-22",
        { verb: "subscription", plan: "business", effective: instant("2026-01-01") },
        { workspace: { plan: "business", pending: null } },
      ),
      tell("2026-01-22", { verb: "subscription", plan: "nothing" }, { error: "unknown_plan" }),
    ],
  },
  {
    name: "an epoch that ends inside a cycle ends its monthly grants, charges that are open keep their slices",
    clause: "5.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-20", screens("c1", "anna", 2, { leaseSeconds: 3600 })),
      tell("2026-01-20 00:10", { verb: "subscription", plan: "starter", ...now }),
      // The pool had its grant of this month before the first paid epoch, and it ended with that move (3.3).
      balance("2026-01-20 00:10", "anna", { available: 0, held: 60, pool: { available: 0 } }),
      tell(
        "2026-01-20 00:20",
        { verb: "settle", id: "c1", delivered: 1 },
        { outcome: "settled", charge: { slices: [[january, 60, 30]] }, balance: { available: 0, held: 0 } },
      ),
      totals("2026-01-20 00:20", "anna", { amount: 3000, spent: 30, expired: 2970 }),
    ],
  },
  {
    name: "top-ups are frozen off paid plans, visible and not spendable",
    clause: "5.4",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", buy("o1", ["anna", "workspace"])),
      balance("2026-01-10", "anna", {
        available: 5000,
        topUp: { available: 2000, frozen: 0 },
        pool: { topUp: { available: 1000 } },
      }),
      tell("2026-01-20", { verb: "subscription", plan: "starter", ...now }),
      balance("2026-01-20", "anna", {
        available: 0,
        topUp: { available: 0, frozen: 2000 },
        grants: { "top-up:o1:anna": { available: 1000, frozen: true } },
      }),
      tell("2026-01-20", screens("c1", "anna", 1), { outcome: "insufficient", required: 30, available: 0 }),
      tell("2026-01-21", { verb: "subscription", plan: "pro" }),
      balance("2026-01-21", "anna", { available: 5000 }),
      tell("2026-01-22", { verb: "subscription", plan: "business" }),
      balance("2026-01-22", "anna", { topUp: { available: 2000, frozen: 0 } }),
    ],
  },
  {
    name: "removed and added again in one cycle: the same grants, mark and cap use",
    clause: "5.5",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", { verb: "memberPut", member: "anna", role: "editor", cap: 100 }),
      tell("2026-01-11", promo("p1", 50, { member: "anna", expiresAt: instant("2026-01-25") })),
      ...use("2026-01-15", "c1", "anna", 2),
      tell("2026-01-16", screens("c2", "anna", 1, { leaseSeconds: 86_400 })),
      tell("2026-01-16", { verb: "memberRemove", member: "anna" }, { member: { seat: null } }),
      balance("2026-01-16", "anna", { available: 0, monthly: { renewsAt: null }, remedies: [] }),
      tell("2026-01-16", screens("c3", "anna", 1), { outcome: "not_allowed", reason: "removed" }),
      // What runs may finish.
      tell("2026-01-16 01:00", { verb: "settle", id: "c2" }, { outcome: "settled" }),
      tell("2026-01-20", { verb: "memberPut", member: "anna", role: "editor" }),
      balance("2026-01-20", "anna", { available: 2960, monthly: { available: 2960 }, cap: { limit: 100, used: 90 } }),
      tell("2026-01-20", { verb: "memberRemove", member: "anna" }),
      // Freezing stops no date.
      totals("2026-02-10", "anna", { available: 0, spent: 90, expired: 2960 }),
      tell("2026-02-12", { verb: "memberPut", member: "anna", role: "editor" }),
      balance("2026-02-12", "anna", { available: 3000, cap: { limit: 100, used: 0 } }),
    ],
  },
  {
    name: "a role without a seat keeps its grants, spends nothing, renews nothing",
    clause: "5.5",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-11", promo("p1", 50, { member: "anna" })),
      tell("2026-01-15", { verb: "memberPut", member: "anna", role: "viewer" }),
      balance("2026-01-15", "anna", {
        available: 0,
        promo: { available: 0 },
        grants: { "promo:p1": { available: 50, frozen: false } },
      }),
      tell("2026-01-15", screens("c1", "anna", 1), { outcome: "not_allowed", reason: "role" }),
      totals("2026-02-10", "anna", { available: 50 }),
      tell("2026-02-11", { verb: "memberPut", member: "anna", role: "editor" }),
      balance("2026-02-11", "anna", { available: 3050 }),
    ],
  },
  {
    name: "past due: no monthly grant and no purchase; paid again, the first one in full",
    clause: "5.6",
    steps: [
      ...begin("2026-01-10", { anna: "editor", olga: "owner" }, "pro"),
      tell("2026-01-12", buy("o1", ["anna"])),
      tell("2026-02-01", { verb: "subscription", status: "past_due" }, { workspace: { status: "past_due" } }),
      balance("2026-02-01", "anna", { available: 4000, monthly: { available: 3000, renewsAt: null } }),
      tell(
        "2026-02-01",
        { verb: "topUp", id: "o2", buyer: "olga", pack: "small", recipients: ["olga"] },
        { outcome: "not_allowed", reason: "past_due" },
      ),
      balance("2026-02-10", "anna", { available: 1000, monthly: { allowance: 0, available: 0 } }),
      tell("2026-02-20", { verb: "subscription", status: "active" }),
      balance("2026-02-20", "anna", { available: 4000, monthly: { renewsAt: instant("2026-03-10") } }),
    ],
  },
  {
    name: "past due with days of grace: grants go on until they are over, counted from the first day in a row",
    clause: "5.6",
    catalog: "grace",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-02-08", { verb: "subscription", status: "past_due" }),
      balance("2026-02-10", "anna", { available: 3000 }),
      balance("2026-03-10", "anna", { available: 0 }),
      tell("2026-03-11", { verb: "subscription", status: "active" }),
      balance("2026-03-11", "anna", { available: 3000 }),
      tell("2026-04-06", { verb: "subscription", status: "past_due" }),
      tell("2026-04-09", { verb: "subscription", plan: "business" }),
      // Past due since the 6th without a break, so the three days are over on the 10th.
      balance("2026-04-10", "anna", { available: 0 }),
    ],
  },
  {
    name: "ended: the first free plan, now, and nothing waits any more",
    clause: "5.6",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "business"),
      tell("2026-01-15", { verb: "subscription", plan: "pro" }, pending("pro", "2026-02-10")),
      tell(
        "2026-01-20",
        { verb: "subscription", status: "ended" },
        { workspace: { plan: "starter", status: "active", pending: null } },
      ),
      balance("2026-01-20", "anna", { available: 0, monthly: { renewsAt: instant("2026-02-10") } }),
      workspace("2026-02-10", { plan: "starter", cycle: { index: 1 } }),
      balance("2026-02-10", "anna", { available: 300, pool: { available: 300 } }),
    ],
  },
  {
    name: "what was read at creation may be repeated, not changed",
    clause: "8.2",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell(
        "2026-01-11",
        { verb: "workspacePut", testClock: instant("2026-01-10"), plan: "starter" },
        { workspace: { plan: "starter" } },
      ),
      tell("2026-01-11", { verb: "workspacePut", plan: "pro" }, { error: "use_subscription" }),
      tell("2026-01-11", { verb: "workspacePut", createdAt: instant("2026-01-11") }, { error: "immutable" }),
      tell("2026-01-11", { verb: "memberPut", member: "workspace", role: "editor" }, { error: "invalid_input" }),
      tell("2026-01-11", { verb: "memberPut", member: "bob", role: "captain" }, { error: "invalid_input" }),
      tell("2026-01-11", { verb: "memberRemove", member: "nobody" }, { error: "unknown_member" }),
      tell("2026-01-12", { verb: "memberRemove", member: "anna" }),
      tell(
        "2026-01-13",
        { verb: "memberRemove", member: "anna", erase: true },
        { member: { removedAt: instant("2026-01-12") } },
      ),
    ],
  },
];
