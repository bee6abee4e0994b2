import type { Example } from "./steps.ts";
import { balance, begin, buy, instant, monthly, promo, screens, settle, support, tell, totals, use } from "./steps.ts";

const assistant = (id: string, usage: Record<string, number>, more: object = {}) =>
  ({ verb: "charge", id, member: "anna", feature: "assistant", usage, ...more }) as const;
const january = monthly("anna", "e1", "2026-01-10", 3000);

export const chargeExamples: Example[] = [
  {
    name: "all or nothing, and a refused charge claims nothing",
    clause: "4.5",
    steps: [
      ...begin("2026-01-10", { anna: "editor", olga: "owner" }),
      ...use("2026-01-10 10:00", "c1", "anna", 19),
      tell("2026-01-10 10:01", screens("c2", "anna", 2), {
        outcome: "insufficient",
        required: 60,
        available: 30,
        renewsAt: instant("2026-02-10"),
        remedies: ["wait"],
      }),
      tell("2026-01-10 10:01", screens("c3", "olga", 2), { outcome: "insufficient", remedies: ["wait", "upgrade"] }),
      tell("2026-01-10 10:02", screens("c2", "anna", 1), {
        outcome: "charged",
        replayed: false,
        balance: { available: 0 },
      }),
      tell("2026-01-10 10:02", screens("c4", "olga", 1), { outcome: "insufficient", required: 30, available: 0 }),
    ],
  },
  {
    name: "the precedence of outcomes",
    clause: "4.6",
    catalog: "wide",
    steps: [
      tell("2026-01-10", screens("c1", "anna", 1), { outcome: "unknown_workspace" }),
      ...begin("2026-01-10", { anna: "editor", vera: "viewer", rita: "editor" }),
      tell("2026-01-10", { verb: "memberRemove", member: "rita" }),
      tell("2026-01-10", screens("c1", "nobody", 0), { error: "invalid_input" }),
      tell("2026-01-10", screens("c1", "nobody", 1.5), { error: "invalid_input" }),
      tell("2026-01-10", screens("c1", "nobody", 1001), { error: "invalid_input" }),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c1", member: "nobody", feature: "nothing" },
        { outcome: "unknown_member" },
      ),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c1", member: "vera", feature: "nothing" },
        { outcome: "unknown_feature" },
      ),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c1", member: "vera", feature: "constructor" },
        { outcome: "unknown_feature" },
      ),
      tell("2026-01-10", screens("c1", "vera", 1, { mode: "slow" }), { outcome: "unknown_mode" }),
      tell("2026-01-10", screens("c1", "rita", 1, { maxAmount: 1 }), {
        outcome: "not_allowed",
        reason: "removed",
        available: 0,
        renewsAt: null,
        remedies: [],
      }),
      tell("2026-01-10", screens("c1", "vera", 1, { maxAmount: 1 }), {
        outcome: "not_allowed",
        reason: "role",
        required: 30,
        available: 0,
        renewsAt: null,
      }),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c1", member: "anna", feature: "export-code", maxAmount: 1 },
        { outcome: "not_allowed", reason: "plan", required: 15, available: 600 },
      ),
      tell("2026-01-10", { verb: "memberPut", member: "anna", role: "editor", cap: 0 }),
      tell("2026-01-10", screens("c1", "anna", 1, { maxAmount: 29 }), {
        outcome: "price_changed",
        required: 30,
        maxAmount: 29,
      }),
      tell("2026-01-10", screens("c1", "anna", 100, { maxAmount: 3000 }), {
        outcome: "cap_reached",
        cap: { limit: 0, used: 0 },
      }),
      tell("2026-01-10", { verb: "memberPut", member: "anna", role: "editor", cap: null }),
      tell("2026-01-10", screens("c1", "anna", 100, { maxAmount: 3000 }), {
        outcome: "insufficient",
        required: 3000,
        available: 600,
      }),
      tell("2026-01-10", screens("c1", "anna", 1, { maxAmount: 30 }), { outcome: "charged" }),
      // The same id comes before all that is known of members and features.
      tell("2026-01-10", screens("c1", "nobody", 1), { error: "id_reused" }),
      tell("2026-01-10", screens("c1", "anna", 2), { error: "id_reused" }),
      tell("2026-01-10", screens("c1", "anna", 1, { mode: "deep-design" }), { error: "id_reused" }),
    ],
  },
  {
    name: "remedies by role and plan",
    clause: "4.6",
    steps: [
      ...begin("2026-01-10", { olga: "owner", anna: "editor", gina: "guest-editor", vera: "viewer" }, "pro"),
      balance("2026-01-10", "olga", { remedies: ["wait", "buy", "upgrade"] }),
      balance("2026-01-10", "anna", { remedies: ["wait", "request"] }),
      balance("2026-01-10", "gina", { available: 600, remedies: ["wait", "request"] }),
      balance("2026-01-10", "vera", { available: 0, remedies: [] }),
      tell("2026-01-10", { verb: "subscription", plan: "business" }),
      balance("2026-01-10", "olga", { remedies: ["wait", "buy"] }),
      tell("2026-01-10", { verb: "subscription", status: "past_due" }),
      balance("2026-01-10", "olga", { remedies: [], monthly: { renewsAt: null } }),
      tell("2026-01-10", { verb: "subscription", status: "ended" }),
      balance("2026-01-10", "olga", { remedies: ["wait", "upgrade"] }),
    ],
  },
  {
    name: "repeats: the same attempt hears the first answer, another one that it is replayed",
    clause: "4.7",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10 10:00", screens("c1", "anna", 2, { attempt: "a1" }), { outcome: "charged", replayed: false }),
      tell("2026-01-10 10:01", screens("c1", "anna", 2, { attempt: "a1", maxAmount: 1 }), {
        outcome: "charged",
        replayed: false,
      }),
      tell("2026-01-10 10:01", screens("c1", "anna", 2, { attempt: "a2" }), {
        outcome: "charged",
        replayed: true,
        balance: { available: 540 },
      }),
      tell("2026-01-10 10:01", screens("c1", "anna", 2), { outcome: "charged", replayed: true }),
      tell("2026-01-10 10:02", settle("c1", { attempt: "s1", delivered: 1 }), {
        outcome: "settled",
        charge: { settledAmount: 30 },
      }),
      tell("2026-01-10 10:02", settle("c1", { attempt: "s1", delivered: 1 }), {
        outcome: "settled",
        balance: { available: 570 },
      }),
      tell("2026-01-10 10:02", settle("c1", { attempt: "s2" }), {
        outcome: "already_settled",
        charge: { settledAmount: 30 },
      }),
      tell("2026-01-10 10:02", settle("c1"), { outcome: "already_settled" }),
      tell(
        "2026-01-10 10:02",
        { verb: "refund", id: "c1", reason: "failed", attempt: "s1" },
        { outcome: "already_settled" },
      ),
      tell("2026-01-10 10:03", screens("c1", "anna", 2, { attempt: "a1" }), { outcome: "already_settled" }),
      tell("2026-01-10 10:03", settle("c9"), { error: "unknown_charge" }),
    ],
  },
  {
    name: "settling less gives back in reverse burn order, as a smaller charge would have been",
    clause: "4.8",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", promo("p1", 50, { member: "anna", expiresAt: instant("2026-01-20") })),
      tell("2026-01-10 10:00", screens("c1", "anna", 3), {
        charge: {
          slices: [
            ["promo:p1", 50, 0],
            [monthly("workspace", "free", "2026-01-10", 600), 40, 0],
          ],
        },
      }),
      tell("2026-01-10 10:01", settle("c1", { delivered: 1 }), {
        outcome: "settled",
        charge: {
          delivered: 1,
          settledAmount: 30,
          refundedAmount: 60,
          slices: [
            ["promo:p1", 50, 20],
            [monthly("workspace", "free", "2026-01-10", 600), 40, 40],
          ],
        },
        balance: { available: 620, held: 0 },
      }),
      tell("2026-01-10 10:02", screens("c2", "anna", 1), {
        charge: {
          slices: [
            ["promo:p1", 20, 0],
            [monthly("workspace", "free", "2026-01-10", 600), 10, 0],
          ],
        },
      }),
      tell("2026-01-10 10:03", settle("c2", { delivered: 2 }), { error: "invalid_input" }),
      tell("2026-01-10 10:03", settle("c2", { delivered: 0 }), {
        outcome: "refunded",
        charge: { state: "refunded", delivered: 0 },
        balance: { available: 620 },
      }),
      tell("2026-01-10 10:03", settle("c2", { delivered: 2 }), { outcome: "already_refunded" }),
    ],
  },
  {
    name: "what settles whole settles all or nothing",
    clause: "4.8",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c1", member: "anna", feature: "generate-prototype", quantity: 2 },
        { charge: { amount: 20 } },
      ),
      tell("2026-01-10", settle("c1"), { outcome: "settled", charge: { settledAmount: 20 } }),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c2", member: "anna", feature: "generate-theme" },
        { charge: { amount: 5 } },
      ),
      tell("2026-01-10", settle("c2", { delivered: 0 }), { outcome: "refunded", balance: { available: 580 } }),
    ],
  },
  {
    name: "a refund returns to the slices it came from; what has expired meanwhile does not come back to life",
    clause: "4.9",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", promo("p1", 10, { member: "anna", expiresAt: instant("2026-02-01") })),
      tell("2026-02-09 23:59", screens("c1", "anna", 100, { leaseSeconds: 3600 }), {
        charge: { slices: [[january, 3000, 0]] },
      }),
      balance("2026-02-10", "anna", { available: 3000, held: 3000, monthly: { available: 3000, used: 0 }, cap: null }),
      tell(
        "2026-02-10 00:10",
        { verb: "refund", id: "c1", reason: "failed" },
        {
          outcome: "refunded",
          charge: { refundedAmount: 3000, slices: [[january, 3000, 3000]], reason: "failed" },
          balance: { available: 3000, held: 0 },
        },
      ),
      totals("2026-02-10 00:10", "anna", { available: 3000, held: 0, spent: 0 }),
      tell("2026-02-10 00:11", { verb: "refund", id: "c1", reason: "failed" }, { outcome: "already_refunded" }),
      tell("2026-02-10 00:11", settle("c1"), { outcome: "already_refunded" }),
    ],
  },
  {
    name: "metered: charged by the estimate, settled by the real usage, rounded up once",
    clause: "4.10",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      // 2.5 + 5.001 = 7.501, so 8.
      tell("2026-01-10", assistant("c1", { input: 10_000, output: 5001 }), {
        charge: { amount: 8 },
        balance: { available: 592 },
      }),
      tell(
        "2026-01-10",
        { verb: "extend", id: "c1", usage: { input: 10_000, output: 20_000 } },
        { outcome: "charged", charge: { amount: 23 }, balance: { available: 577 } },
      ),
      tell(
        "2026-01-10",
        { verb: "extend", id: "c1", usage: { output: 1_000_000 } },
        { outcome: "insufficient", available: 577 },
      ),
      tell("2026-01-10", { verb: "extend", id: "c1", usage: { paper: 1 } }, { error: "invalid_input" }),
      tell("2026-01-10", settle("c1", { usage: { input: 10_000, output: 1 } }), {
        outcome: "settled",
        charge: { settledAmount: 3, refundedAmount: 20, uncollected: 0 },
        balance: { available: 597 },
      }),
      tell("2026-01-10", assistant("c2", { output: 8000 }), { charge: { amount: 8 } }),
      tell("2026-01-10", settle("c2", { usage: { output: 20_000 }, estimated: true }), {
        charge: { settledAmount: 8, uncollected: 12 },
        balance: { available: 589 },
      }),
      tell("2026-01-10", { verb: "extend", id: "c2", usage: { output: 1 } }, { outcome: "already_settled" }),
      tell("2026-01-10", screens("c3", "anna", 1)),
      tell("2026-01-10", { verb: "extend", id: "c3", usage: { output: 1 } }, { outcome: "not_metered" }),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c4", member: "anna", feature: "assistant" },
        { error: "invalid_input" },
      ),
    ],
  },
  {
    name: "a lease is kept by heartbeats, up to 24 hours of the charge's age",
    clause: "4.12",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", screens("c1", "anna", 1, { leaseSeconds: 9 }), { error: "invalid_input" }),
      tell("2026-01-10", screens("c1", "anna", 1, { leaseSeconds: 86_401 }), { error: "invalid_input" }),
      tell("2026-01-10 10:00", screens("c1", "anna", 1), { charge: { leaseExpiresAt: instant("2026-01-10 10:10") } }),
      tell(
        "2026-01-10 10:01",
        { verb: "heartbeat", id: "c1", leaseSeconds: 10 },
        { charge: { leaseExpiresAt: instant("2026-01-10 10:10") } },
      ),
      tell(
        "2026-01-10 10:09",
        { verb: "heartbeat", id: "c1" },
        { outcome: "open", charge: { leaseExpiresAt: instant("2026-01-10 10:19") } },
      ),
      tell(
        "2026-01-10 10:15",
        { verb: "heartbeat", id: "c1", leaseSeconds: 86_400 },
        { charge: { leaseExpiresAt: instant("2026-01-11 10:00") } },
      ),
      tell(
        "2026-01-11 09:59:59.999",
        { verb: "heartbeat", id: "c1" },
        { outcome: "open", charge: { leaseExpiresAt: instant("2026-01-11 10:00") } },
      ),
      tell("2026-01-11 10:00", { verb: "heartbeat", id: "c1" }, { outcome: "not_open" }),
      tell("2026-01-11 10:00", settle("c1"), { outcome: "already_refunded", charge: { reason: "timed_out" } }),
    ],
  },
  {
    name: "heartbeats count what was handed over, which never falls; cancel only asks",
    clause: "4.13",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", screens("c1", "anna", 3)),
      tell("2026-01-10", { verb: "heartbeat", id: "c1", delivered: 2 }, { charge: { delivered: 2 } }),
      tell("2026-01-10", { verb: "heartbeat", id: "c1", delivered: 1 }, { charge: { delivered: 2 } }),
      tell("2026-01-10", { verb: "heartbeat", id: "c1", delivered: 4 }, { error: "invalid_input" }),
      tell("2026-01-10", { verb: "cancel", id: "c1" }, { charge: { cancelRequested: true, state: "open" } }),
      tell("2026-01-10", { verb: "heartbeat", id: "c1" }, { outcome: "open", charge: { cancelRequested: true } }),
      tell(
        "2026-01-10",
        { verb: "refund", id: "c1", reason: "cancelled" },
        { outcome: "refunded", balance: { available: 600 } },
      ),
      tell("2026-01-10", { verb: "cancel", id: "c1" }, { charge: { state: "refunded" } }),
      tell("2026-01-10", { verb: "heartbeat", id: "c1" }, { outcome: "not_open" }),
    ],
  },
  {
    name: "resume adopts an open charge; the old attempt is superseded",
    clause: "4.14",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }),
      tell("2026-01-10", screens("c1", "anna", 2, { attempt: "a1" })),
      tell("2026-01-10", screens("c1", "anna", 2, { attempt: "a2", resume: true }), {
        outcome: "charged",
        replayed: false,
        balance: { available: 540 },
      }),
      tell("2026-01-10", { verb: "heartbeat", id: "c1", attempt: "a1" }, { outcome: "superseded" }),
      tell("2026-01-10", settle("c1", { attempt: "a1" }), { outcome: "superseded", charge: { state: "open" } }),
      tell("2026-01-10", { verb: "refund", id: "c1", reason: "failed", attempt: "a1" }, { outcome: "superseded" }),
      tell("2026-01-10", screens("c1", "anna", 2, { attempt: "a1" }), { outcome: "charged", replayed: true }),
      tell("2026-01-10", screens("c1", "anna", 3, { attempt: "a3", resume: true }), { error: "id_reused" }),
      tell("2026-01-10", settle("c1", { attempt: "a2" }), { outcome: "settled" }),
      tell("2026-01-10", settle("c1", { attempt: "a1" }), { outcome: "already_settled" }),
      tell("2026-01-10", screens("c1", "anna", 2, { attempt: "a4", resume: true }), { outcome: "already_settled" }),
    ],
  },
  {
    name: "what is free is allowed at balance 0 and takes nothing",
    clause: "2",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "bare"),
      tell("2026-01-10", screens("c1", "anna", 1), {
        outcome: "insufficient",
        available: 0,
        renewsAt: null,
        remedies: ["request"],
      }),
      tell(
        "2026-01-10",
        { verb: "charge", id: "c1", member: "anna", feature: "suggest-name", quantity: 3 },
        { outcome: "charged", charge: { amount: 0, slices: [] } },
      ),
      tell("2026-01-10", settle("c1", { delivered: 2 }), {
        outcome: "settled",
        charge: { settledAmount: 0, delivered: 2 },
      }),
    ],
  },
  {
    name: "an unlimited allowance: the charge carries its amount, no grant does, caps count it",
    clause: "2",
    catalog: "wide",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "endless"),
      tell("2026-01-10", { verb: "memberPut", member: "anna", role: "editor", cap: 100 }),
      balance("2026-01-10", "anna", { available: 0, monthly: { allowance: null } }),
      tell("2026-01-10", screens("c1", "anna", 3), { outcome: "charged", charge: { amount: 90, slices: [] } }),
      tell("2026-01-10", screens("c2", "anna", 1), { outcome: "cap_reached", cap: { limit: 100, used: 90 } }),
      tell("2026-01-10", settle("c1", { delivered: 2 }), {
        outcome: "settled",
        charge: { settledAmount: 60, refundedAmount: 30 },
      }),
      tell("2026-01-10", screens("c2", "anna", 1), { outcome: "charged" }),
      tell("2026-01-10", support("s1", "c1", { quantity: 1 }), {
        restored: 0,
        expired: 0,
        reissued: 0,
        charge: { refundedAmount: 60 },
      }),
      balance("2026-01-10", "anna", { cap: { limit: 100, used: 60 } }),
      tell("2026-01-10", { verb: "subscription", status: "past_due" }),
      tell("2026-01-10", screens("c3", "anna", 1), { outcome: "insufficient", available: 0 }),
    ],
  },
  {
    name: "a cap counts what this cycle's charges took, of any source, less what came back of them",
    clause: "7.1",
    steps: [
      ...begin("2026-01-10", { anna: "editor" }, "pro"),
      tell("2026-01-10", { verb: "memberPut", member: "anna", role: "editor", cap: 100 }),
      tell("2026-01-10", buy("o1", ["anna"])),
      tell("2026-01-15", screens("c1", "anna", 3)),
      tell("2026-01-15", screens("c2", "anna", 1), {
        outcome: "cap_reached",
        required: 30,
        available: 3910,
        cap: { limit: 100, used: 90 },
      }),
      tell("2026-01-15", settle("c1", { delivered: 1 }), { outcome: "settled" }),
      tell("2026-01-15", screens("c2", "anna", 2), { outcome: "charged" }),
      tell("2026-01-15", settle("c2"), { outcome: "settled" }),
      tell("2026-01-15", support("s1", "c1"), { restored: 30 }),
      balance("2026-01-15", "anna", { cap: { limit: 100, used: 60 } }),
      // A lower cap takes nothing; a new cycle starts at 0, and what comes back of old charges does not count there.
      tell("2026-01-15", { verb: "memberPut", member: "anna", role: "editor", cap: 30 }),
      tell("2026-01-15", screens("c3", "anna", 1), { outcome: "cap_reached", cap: { limit: 30, used: 60 } }),
      tell("2026-02-10", screens("c3", "anna", 1), { outcome: "charged" }),
      tell("2026-02-10", settle("c3")),
      tell("2026-02-10", support("s2", "c2"), { expired: 60, reissued: 60 }),
      tell("2026-02-10", screens("c4", "anna", 1), { outcome: "cap_reached", cap: { limit: 30, used: 30 } }),
    ],
  },
];
