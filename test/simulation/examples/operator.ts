import type { Example } from "./steps.ts";
import { balance, begin, charge, instant, monthly, promo, screens, settle, support, tell, totals } from "./steps.ts";

const january = monthly("anna", "e1", "2026-01-10", 3000);

export const operatorExamples: Example[] = [
  {
    name: "a support refund goes by units, never beyond what was settled",
    clause: "4.11",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", screens("c1", "anna", 4)),
      tell("2026-01-10", support("s0", "c1"), { error: "not_settled" }),
      tell("2026-01-10", settle("c1", { delivered: 3 }), { balance: { available: 510 } }),
      tell("2026-01-11", support("s1", "c1", { quantity: 4 }), { error: "exceeds_settled" }),
      tell("2026-01-11", support("s1", "c1", { quantity: 1 }), {
        outcome: "refunded",
        replayed: false,
        restored: 30,
        expired: 0,
        reissued: 0,
        charge: { state: "settled", settledAmount: 90, refundedAmount: 60 },
        balance: { available: 540 },
      }),
      tell("2026-01-11", support("s1", "c1", { quantity: 1 }), { replayed: true, restored: 30 }),
      // Two people who work on the same complaint refund it once.
      tell("2026-01-11", support("s1", "c1", { quantity: 1, actor: "colleague" }), { replayed: true, restored: 30 }),
      tell("2026-01-11", support("s1", "c1", { quantity: 2 }), { error: "id_reused" }),
      tell("2026-01-11", support("s2", "c1", { quantity: 3 }), { error: "exceeds_settled" }),
      tell("2026-01-11", support("s2", "c1"), { restored: 60, balance: { available: 600 } }),
      tell("2026-01-11", support("s3", "c1"), { error: "exceeds_settled" }),
      tell("2026-01-11", support("s3", "c9"), { error: "unknown_charge" }),
    ],
  },
  {
    name: "a support refund of expired credits comes back as a promo to the end of the cycle",
    clause: "4.11",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", promo("p1", 45, { expiresAt: null })),
      tell("2026-01-15", screens("c1", "anna", 101), {
        charge: {
          slices: [
            [january, 3000, 0],
            ["promo:p1", 30, 0],
          ],
        },
      }),
      tell("2026-01-15", settle("c1"), { outcome: "settled" }),
      // 30 to the promo that lives, 60 to January's grant, which does not.
      tell("2026-02-20", support("s1", "c1", { quantity: 3 }), {
        restored: 30,
        expired: 60,
        reissued: 60,
        balance: { available: 3105 },
      }),
      balance("2026-02-20", "anna", {
        grants: {
          "reissue:s1:anna": { available: 60, expiresAt: instant("2026-03-10") },
          "promo:p1": { available: 45 },
        },
      }),
      tell("2026-02-20", support("s2", "c1", { quantity: 1, reissue: false }), {
        restored: 0,
        expired: 30,
        reissued: 0,
      }),
      totals("2026-02-20", "anna", { amount: 6060, available: 3060, spent: 2910, expired: 90 }),
    ],
  },
  {
    name: "grants and revocations by the operator: once for each id, never below 0",
    clause: "6.5",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", promo("p1", 100, { member: "anna" }), { replayed: false }),
      tell("2026-01-10", promo("p1", 100, { member: "anna" }), { replayed: true }),
      tell("2026-01-10", promo("p1", 101, { member: "anna" }), { error: "id_reused" }),
      tell("2026-01-10", promo("p2", 0), { error: "invalid_input" }),
      tell("2026-01-10", promo("p2", -5), { error: "invalid_input" }),
      tell("2026-01-10", promo("p2", 1.5), { error: "invalid_input" }),
      tell("2026-01-10", promo("p2", Number.MAX_SAFE_INTEGER, { member: "anna" }), { error: "amount_too_large" }),
      tell("2026-01-10", promo("p2", 5, { member: "nobody" }), { error: "unknown_member" }),
      balance("2026-01-10", "anna", { available: 700, promo: { available: 100 }, pool: { available: 600 } }),
      tell(
        "2026-01-10",
        { verb: "revokeGrant", grant: "promo:p1", id: "r1", amount: 101, actor: "o", note: "n" },
        { error: "exceeds_available" },
      ),
      tell("2026-01-10", { verb: "revokeGrant", grant: "promo:p1", id: "r1", amount: 40, actor: "o", note: "n" }),
      tell("2026-01-10", { verb: "revokeGrant", grant: "promo:p1", id: "r2", actor: "o", note: "n" }),
      totals("2026-01-10", "anna", { amount: 100, available: 0, revoked: 100 }),
      tell(
        "2026-01-10",
        { verb: "revokeGrant", grant: "promo:p9", id: "r3", actor: "o", note: "n" },
        { error: "unknown_grant" },
      ),
    ],
  },
  {
    name: "a test clock only moves forward, and what came due on the way has happened",
    clause: "8.2",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", screens("c1", "anna", 1)),
      tell("2026-01-10", { verb: "advanceClock", now: instant("2026-03-15") }, { workspace: { cycle: { index: 2 } } }),
      charge("2026-03-15", "c1", { state: "refunded", endedAt: instant("2026-01-10 00:10") }),
      tell("2026-03-15", { verb: "advanceClock", now: instant("2026-03-14") }, { error: "clock_backwards" }),
    ],
  },
];
