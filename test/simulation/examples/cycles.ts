import type { Example } from "./steps.ts";
import {
  balance,
  begin,
  buy,
  charge,
  instant,
  monthly,
  promo,
  publish,
  screens,
  settle,
  tell,
  totals,
  use,
  workspace,
} from "./steps.ts";

const now = { effective: "now" } as const;

export const cycleExamples: Example[] = [
  {
    name: "prices of a new catalog version act at once, allowances from the next cycle",
    clause: "2",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      ...use("2026-01-11", "c1", "anna", 1),
      publish("2026-01-15", "dearer"),
      tell("2026-01-15", screens("c2", "anna", 1), { charge: { amount: 40 }, balance: { available: 530 } }),
      tell("2026-01-15", settle("c2")),
      // 600 first, 500 in the new version: this cycle is pinned to the old one.
      balance("2026-01-20", "anna", { monthly: { allowance: 600 } }),
      balance("2026-02-10", "anna", { available: 200, monthly: { allowance: 200 } }),
      tell("2026-02-11", screens("c3", "anna", 1), { charge: { amount: 40 }, balance: { available: 160 } }),
      tell("2026-02-11", settle("c3")),
      publish("2026-02-12", "reference"),
      tell("2026-02-12", screens("c4", "anna", 1), { charge: { amount: 30 }, balance: { available: 130 } }),
      balance("2026-03-10", "anna", { available: 300 }),
    ],
  },
  {
    name: "a role that is newer than the cycle's version has its seat at once",
    clause: "2",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-12", { verb: "memberPut", member: "dan", role: "designer" }, { error: "invalid_input" }),
      publish("2026-01-15", "widened"),
      tell("2026-01-15", { verb: "memberPut", member: "dan", role: "designer" }, { member: { seat: "editor" } }),
      balance("2026-01-15", "dan", { available: 3000 }),
    ],
  },
  {
    name: "a charge keeps its price when the catalog changes under it",
    clause: "2",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-11", screens("c1", "anna", 3, { leaseSeconds: 86_400 }), { charge: { amount: 90 } }),
      publish("2026-01-11 01:00", "dearer"),
      tell("2026-01-11 02:00", settle("c1", { delivered: 1 }), { charge: { settledAmount: 30, refundedAmount: 60 } }),
    ],
  },
  {
    name: "the 31st is clamped in short months and comes back in long ones",
    clause: "3.1",
    steps: [
      ...begin("2026-01-31 10:15:30.250", { anna: "editor" }),
      workspace("2026-02-28 10:15:30.249", { cycle: { index: 0, endsAt: instant("2026-02-28 10:15:30.250") } }),
      balance("2026-02-28 10:15:30.249", "anna", { available: 600 }),
      workspace("2026-02-28 10:15:30.250", { cycle: { index: 1, endsAt: instant("2026-03-31 10:15:30.250") } }),
      balance("2026-02-28 10:15:30.250", "anna", { available: 300 }),
      workspace("2026-05-01", { cycle: { index: 3, startsAt: instant("2026-04-30 10:15:30.250") } }),
    ],
  },
  {
    name: "a yearly subscription has months for cycles, from its own billing anchor",
    clause: "3.2",
    steps: [
      ...begin("2026-03-20", { anna: "editor" }),
      tell(
        "2026-03-20",
        {
          verb: "subscription",
          plan: "pro",
          anchor: instant("2026-01-15"),
          periodEndsAt: instant("2027-01-15"),
          newPeriod: "in_1",
        },
        { workspace: { cycle: { index: 0, startsAt: instant("2026-03-15"), endsAt: instant("2026-04-15") } } },
      ),
      balance("2026-03-20", "anna", { available: 3000, monthly: { renewsAt: instant("2026-04-15") } }),
      tell("2026-03-21", screens("c1", "anna", 10)),
      tell("2026-03-21", settle("c1"), { balance: { available: 2700 } }),
      balance("2026-04-15", "anna", { available: 3000 }),
      workspace("2026-04-15", { cycle: { index: 1, startsAt: instant("2026-04-15") } }),
    ],
  },
  {
    name: "all free time is one epoch: the pool's grant of a month is made once, 600 in the first only",
    clause: "3.3",
    steps: [
      ...begin("2026-01-01", { anna: "editor" }),
      tell("2026-01-02", screens("c1", "anna", 3)),
      tell("2026-01-02", settle("c1"), { balance: { available: 510 } }),
      tell("2026-01-10", { verb: "subscription", plan: "pro", anchor: instant("2026-01-10") }),
      balance("2026-01-10", "anna", { available: 3000, pool: { available: 0 } }),
      totals("2026-01-10", "workspace", { amount: 600, available: 0, spent: 90, expired: 510 }),
      tell("2026-01-20", { verb: "subscription", plan: "starter", ...now }),
      balance("2026-01-20", "anna", { available: 0, monthly: { allowance: 600, available: 0 } }),
      workspace("2026-01-20", { plan: "starter", cycle: { index: 0, startsAt: instant("2026-01-01") } }),
      balance("2026-02-01", "anna", {
        available: 300,
        grants: { [monthly("workspace", "free", "2026-02-01", 300)]: { available: 300 } },
      }),
    ],
  },
  {
    name: "a period's invoice not seen before starts an epoch with the full allowance; a repeated one changes nothing",
    clause: "3.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-15", screens("c1", "anna", 10)),
      tell("2026-01-15", settle("c1"), { balance: { available: 2700 } }),
      tell(
        "2026-01-20",
        { verb: "subscription", newPeriod: "in_2", anchor: instant("2026-01-20") },
        { workspace: { cycle: { index: 0, startsAt: instant("2026-01-20") } } },
      ),
      balance("2026-01-20", "anna", {
        available: 3000,
        grants: { [monthly("anna", "e2", "2026-01-20", 3000)]: { available: 3000 } },
      }),
      totals("2026-01-20", "anna", { amount: 6000, spent: 300, expired: 2700, available: 3000 }),
      tell("2026-01-21", screens("c2", "anna", 1), { balance: { available: 2970 } }),
      tell("2026-01-21", { verb: "subscription", newPeriod: "in_2" }),
      balance("2026-01-21", "anna", { available: 2970 }),
    ],
  },
  {
    name: "an invoice on a free plan is ignored, yet remembered",
    clause: "3.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-11", { verb: "subscription", newPeriod: "in_1" }),
      balance("2026-01-11", "anna", { available: 600 }),
      tell("2026-01-12", { verb: "subscription", plan: "pro", anchor: instant("2026-01-12") }),
      ...use("2026-01-13", "c1", "anna", 1),
      tell("2026-01-14", { verb: "subscription", newPeriod: "in_1" }),
      balance("2026-01-14", "anna", { available: 2970 }),
    ],
  },
  {
    name: "an epoch that begins inside a month of its anchor keeps that month's boundaries, in full",
    clause: "3.3",
    steps: [
      ...begin("2026-01-01", { anna: "editor" }),
      tell(
        "2026-01-20",
        { verb: "subscription", plan: "pro", anchor: instant("2026-01-05") },
        { workspace: { cycle: { index: 0, startsAt: instant("2026-01-05"), endsAt: instant("2026-02-05") } } },
      ),
      balance("2026-01-20", "anna", {
        available: 3000,
        grants: {
          [monthly("anna", "e1", "2026-01-05", 3000)]: { at: instant("2026-01-20"), expiresAt: instant("2026-02-05") },
        },
      }),
    ],
  },
  {
    name: "another kind of holder is another epoch",
    clause: "3.3",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor", bob: "editor" }, "pro"),
      tell("2026-01-12", screens("c1", "anna", 10)),
      tell("2026-01-12", settle("c1"), { balance: { available: 2700 } }),
      tell("2026-01-20", { verb: "subscription", plan: "team", ...now }),
      // Two editors at 1,000 in the pool, in the month that the anchor had begun already.
      balance("2026-01-20", "anna", { available: 2000, pool: { available: 2000 }, monthly: { allowance: 2000 } }),
      totals("2026-01-20", "anna", { spent: 300, expired: 2700, available: 0 }),
      workspace("2026-01-20", { cycle: { index: 0, startsAt: instant("2026-01-10") } }),
    ],
  },
  {
    name: "another anchor alone stretches the running cycle, and never shortens it",
    clause: "3.4",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-15", screens("c1", "anna", 10), { balance: { available: 2700 } }),
      tell("2026-01-15", settle("c1")),
      tell(
        "2026-01-20",
        { verb: "subscription", anchor: instant("2026-01-25") },
        { workspace: { cycle: { index: 0, startsAt: instant("2026-01-10"), endsAt: instant("2026-02-25") } } },
      ),
      balance("2026-02-24", "anna", {
        available: 2700,
        grants: { [monthly("anna", "e1", "2026-01-10", 3000)]: { expiresAt: instant("2026-02-25") } },
      }),
      balance("2026-02-25", "anna", { available: 3000, monthly: { renewsAt: instant("2026-03-25") } }),
      // Back to the old day: the first 10th at or after the present end.
      tell(
        "2026-02-26",
        { verb: "subscription", anchor: instant("2026-01-10") },
        { workspace: { cycle: { index: 1, startsAt: instant("2026-02-25"), endsAt: instant("2026-04-10") } } },
      ),
    ],
  },
  {
    name: "a rise in a stretched cycle counts the stretched length, one before it the length of then",
    clause: "3.4",
    steps: [
      ...begin("2026-01-10", { anna: "editor", gina: "guest-editor" }, "pro"),
      // Gina rises 15.5 of 31 days before the end: half of 3,000 − 600.
      tell("2026-01-25 12:00", { verb: "memberPut", member: "gina", role: "editor" }),
      tell("2026-01-26", { verb: "subscription", anchor: instant("2026-01-25") }),
      balance("2026-01-26", "gina", { available: 1800 }),
      // 46 days now; 23 are left: half of 10,000 − 3,000.
      tell("2026-02-02", { verb: "subscription", plan: "business" }),
      balance("2026-02-20", "anna", {
        available: 6500,
        grants: {
          [monthly("anna", "e1", "2026-01-10", 10_000)]: {
            amount: 3500,
            at: instant("2026-02-02"),
            expiresAt: instant("2026-02-25"),
          },
        },
      }),
    ],
  },
  {
    name: "a rise stays as it was when the cycle is stretched after it, whoever is touched when",
    clause: "3.4",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-25 12:00", { verb: "subscription", plan: "business" }),
      tell("2026-01-26", { verb: "subscription", anchor: instant("2026-01-25") }),
      balance("2026-01-27", "anna", { available: 6500, monthly: { renewsAt: instant("2026-02-25") } }),
    ],
  },
  {
    name: "after months asleep only the running cycle's grant is made",
    clause: "3.5",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      balance("2026-07-11", "anna", { available: 300 }),
      totals("2026-07-11", "workspace", { amount: 300, available: 300, expired: 0 }),
    ],
  },
  {
    name: "a lease that has run out acts at its instant, whoever notices when",
    clause: "3.6",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10 10:00", screens("c1", "anna", 2), { balance: { available: 540, held: 60 } }),
      balance("2026-01-10 10:09:59.999", "anna", { available: 540, held: 60 }),
      balance("2026-01-10 10:10", "anna", { available: 600, held: 0 }),
      charge("2026-01-12", "c1", { state: "refunded", reason: "timed_out", endedAt: instant("2026-01-10 10:10") }),
      tell("2026-01-12", settle("c1"), { outcome: "already_refunded", charge: { refundedAmount: 60 } }),
    ],
  },
  {
    name: "a rise comes at its own instant even to those touched later; rises of cycles over are not made",
    clause: "3.7",
    steps: [
      ...begin("2026-01-10", { anna: "editor", bob: "editor" }, "pro"),
      tell("2026-01-20", { verb: "subscription", plan: "business" }),
      // ⌈7,000 × 21 ÷ 31⌉ = 4,742, though anna is first touched on the 30th.
      tell("2026-01-30", screens("c1", "anna", 1), { balance: { available: 7712 } }),
      balance("2026-02-10", "bob", { available: 10_000 }),
      totals("2026-02-10", "bob", { amount: 10_000, expired: 0 }),
    ],
  },
  {
    name: "a downgrade in the very instant of a renewal comes after it, and takes nothing away",
    clause: "3.6",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "business"),
      balance("2026-02-10", "anna", { available: 10_000 }),
      tell("2026-02-10", { verb: "subscription", plan: "pro", ...now }),
      balance("2026-02-10", "anna", { available: 10_000 }),
      balance("2026-03-10", "anna", { available: 3000 }),
    ],
  },
  {
    name: "a change that waited is in force at its instant, before the renewal",
    clause: "3.6",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "business"),
      tell(
        "2026-01-20",
        { verb: "subscription", plan: "pro" },
        { workspace: { plan: "business", pending: { plan: "pro", at: instant("2026-02-10") } } },
      ),
      balance("2026-02-09 23:59:59.999", "anna", { available: 10_000 }),
      balance("2026-02-10", "anna", { available: 3000 }),
      workspace("2026-02-10", { plan: "pro", pending: null, cycle: { index: 1 } }),
    ],
  },
  {
    name: "included before bought, the earliest end first, monthly before promo, own before shared",
    clause: "4.3",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", buy("o1", ["anna"])),
      tell("2026-01-10", promo("forever", 20, { member: "anna" })),
      tell("2026-01-10", promo("a-shared", 30, { expiresAt: instant("2026-02-01") })),
      tell("2026-01-10", promo("b-own", 30, { member: "anna", expiresAt: instant("2026-02-01") })),
      tell("2026-01-10", promo("even", 40, { member: "anna", expiresAt: instant("2026-02-10") })),
      // 30 + 30 + 3,000 + 40 + 20 + 30 of the top-up.
      tell("2026-01-11", screens("c1", "anna", 105), {
        charge: {
          slices: [
            ["promo:b-own", 30, 0],
            ["promo:a-shared", 30, 0],
            [monthly("anna", "e1", "2026-01-10", 3000), 3000, 0],
            ["promo:even", 40, 0],
            ["promo:forever", 20, 0],
            ["top-up:o1:anna", 30, 0],
          ],
        },
        balance: { available: 970 },
      }),
    ],
  },
  {
    name: "monthly before promo even when it is younger, then by age, then by id",
    clause: "4.3",
    steps: [
      ...begin("2026-01-10", { vera: "viewer" }, "pro"),
      tell("2026-01-10", promo("even", 40, { member: "vera", expiresAt: instant("2026-02-10") })),
      tell("2026-01-10 12:00", promo("z", 10, { member: "vera" })),
      tell("2026-01-11", promo("b", 10, { member: "vera" })),
      tell("2026-01-11", promo("B", 10, { member: "vera" })),
      tell("2026-01-11", { verb: "memberPut", member: "vera", role: "guest-editor" }),
      tell("2026-01-11", screens("c1", "vera", 22), {
        charge: {
          slices: [
            [monthly("vera", "e1", "2026-01-10", 600), 600, 0],
            ["promo:even", 40, 0],
            ["promo:z", 10, 0],
            ["promo:B", 10, 0],
          ],
        },
      }),
    ],
  },
  {
    name: "back in the same free month on another free plan, the mark of before counts",
    clause: "3.3",
    catalog: "wide",
    steps: [
      tell("2026-01-01", { verb: "workspacePut", plan: "tiny", testClock: instant("2026-01-01") }),
      tell("2026-01-01", { verb: "memberPut", member: "anna", role: "editor" }),
      balance("2026-01-01", "anna", { available: 100 }),
      tell("2026-01-05", { verb: "subscription", plan: "pro" }),
      // 15.5 of 31 days are left: half of 600 − 100.
      tell("2026-01-16 12:00", { verb: "subscription", plan: "starter", ...now }),
      balance("2026-01-16 12:00", "anna", { available: 250, monthly: { allowance: 600 } }),
      tell("2026-01-17", { verb: "subscription", plan: "pro" }),
      tell("2026-01-18", { verb: "subscription", plan: "tiny", ...now }),
      balance("2026-01-18", "anna", { available: 0 }),
      balance("2026-02-01", "anna", { available: 100 }),
    ],
  },
];
