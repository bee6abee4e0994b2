import { type Clause, engineTest, example, inEngine } from "./clause.ts";

const rise = example("plans", "a rise grants its share of the time left, loops give nothing, what was used stays used");
const first = example(
  "plans",
  "the first level above 0 in a cycle is granted in full: a new seat, a viewer made editor",
);
const pool = example(
  "plans",
  "a pool per seat is the sum over present members; a seat that joins is a rise, a swap is none",
);
const lowers = example("plans", "a change that lowers waits for the end of the cycle, or of what is paid for");
const newer = example("plans", "a newer change replaces one that waits; `effective` overrides the default");
const frozen = example("plans", "top-ups are frozen off paid plans, visible and not spendable");
const again = example("plans", "removed and added again in one cycle: the same grants, mark and cap use");
const seatless = example("plans", "a role without a seat keeps its grants, spends nothing, renews nothing");
const pastDue = example("plans", "past due: no monthly grant and no purchase; paid again, the first one in full");
const grace = example(
  "plans",
  "past due with days of grace: grants go on until they are over, counted from the first day in a row",
);
const ended = example("plans", "ended: the first free plan, now, and nothing waits any more");

/** Section 5: changes of plan and seat. */
export const plans: readonly Clause[] = [
  {
    clause: "5.1",
    says: "the first level above 0 in a cycle is granted in full",
    tests: [first],
    mutation: inEngine("advance", "const amount = mark === 0 ? level : proportion(", "const amount = proportion("),
  },
  {
    clause: "5.1",
    says: "a later rise grants its share of the time left",
    tests: [rise],
    mutation: inEngine(
      "advance",
      "proportion(level - mark, cycle.endsAt - at, cycle.endsAt - cycle.startsAt);",
      "level - mark;",
    ),
  },
  {
    clause: "5.1",
    says: "… exact to the millisecond, rounded up",
    tests: [
      engineTest("proportion", "a share is exact and rounded up, whatever the size"),
      example("plans", "the share is exact to the millisecond and rounded up"),
    ],
    mutation: inEngine(
      "proportion",
      "return (product - rest) / whole + (rest > 0 ? 1 : 0);",
      "return (product - rest) / whole;",
    ),
  },
  {
    clause: "5.1",
    says: "… also of amounts whose product no number holds",
    tests: [engineTest("proportion", "a share is exact and rounded up, whatever the size")],
    mutation: inEngine("proportion", "if (Number.isSafeInteger(product)) {", "if (Number.isFinite(product)) {"),
  },
  {
    clause: "5.1",
    says: "nothing falls, loops give 0",
    tests: [rise, first],
    mutation: inEngine(
      "advance",
      'if (level === "unlimited" || level <= holder.mark) return;',
      'if (level === "unlimited" || level === holder.mark) return;',
    ),
  },
  {
    clause: "5.1",
    says: "the mark becomes the level",
    tests: [rise],
    mutation: inEngine("advance", "holder.mark = level;", "holder.mark = Math.max(holder.mark, 1);"),
  },
  {
    clause: "5.1",
    says: "a pool per seat is the sum over present members",
    tests: [pool],
    mutation: inEngine(
      "level",
      "sum = Math.min(sum + one * count, Number.MAX_SAFE_INTEGER);",
      "sum = Math.max(sum, one * count);",
    ),
  },
  {
    clause: "5.1",
    says: "a seat that joins a pool is a rise",
    tests: [pool],
    mutation: inEngine("members", "(workspace.roles[role] ?? 0) + change", "(workspace.roles[role] ?? 0) + 0"),
  },
  {
    clause: "5.2",
    says: "free to paid: the full allowance for every seat, from now without an anchor",
    tests: [
      example("plans", "free to paid: a new epoch with the full allowance for every seat, from now without an anchor"),
    ],
    mutation: inEngine(
      "terms",
      'planBefore.anchor === "workspace" ? change.from : before.anchor));',
      "before.anchor));",
    ),
  },
  {
    clause: "5.3",
    says: "a change that lowers any seat's allowance waits by default",
    tests: [lowers],
    mutation: inEngine(
      "subscription",
      '((planFrom.paid && !planTo.paid) || lowersAllowance(planFrom, planTo) ? "period_end" : "now");',
      '(planFrom.paid && !planTo.paid ? "period_end" : "now");',
    ),
  },
  {
    clause: "5.3",
    says: "a change that ends a paid plan waits, whatever it lowers",
    tests: [example("plans", "ending a paid plan waits even when it lowers nobody's allowance")],
    mutation: inEngine("subscription", "((planFrom.paid && !planTo.paid) || ", "("),
  },
  {
    clause: "5.3",
    says: "effective overrides",
    tests: [newer],
    mutation: inEngine("subscription", "effective ??", 'planFrom.paid && effective === "now" ? "now" :'),
  },
  {
    clause: "5.3",
    says: "period_end is the end of what is paid for; without one, the cycle's end",
    tests: [lowers],
    mutation: inEngine(
      "subscription",
      "periodEndsAt !== null && periodEndsAt > now ? periodEndsAt : presentCycle(state, now).endsAt;",
      "presentCycle(state, now).endsAt;",
    ),
  },
  {
    clause: "5.3",
    says: "asking for the present plan clears what waits",
    tests: [lowers],
    mutation: inEngine(
      "subscription",
      "if (plan === present.plan) return setPending(state, null);",
      "if (plan === present.plan) return false;",
    ),
  },
  {
    clause: "5.3",
    says: "a newer change replaces it",
    tests: [newer],
    mutation: inEngine(
      "subscription",
      "return setPending(state, { plan, at, byPeriod: waits.byPeriod, anchor });",
      "return pending === null && setPending(state, { plan, at, byPeriod: waits.byPeriod, anchor });",
    ),
  },
  {
    clause: "5.3",
    says: "updates of status alone keep it",
    tests: [lowers],
    mutation: inEngine(
      "subscription",
      'if (command.status !== "ended" && command.status !== null) change.status = command.status;',
      'if (command.status !== "ended" && command.status !== null) { change.status = command.status; setPending(state, null); }',
    ),
  },
  {
    clause: "5.4",
    says: "off paid plans top-ups are visible and not spendable",
    tests: [frozen],
    mutation: inEngine(
      "balance",
      'else if (grant.source === "top-up") sums.frozen += grant.available;',
      'else if (grant.source === "top-up") sums.frozen += 0;',
    ),
  },
  {
    clause: "5.5",
    says: "removed and added again in one cycle: the same grants, mark and cap use",
    tests: [again],
    mutation: inEngine(
      "members",
      "edit(state, row).removedAt = now;",
      "edit(state, row).removedAt = now; edit(state, state.holders.get(row.id)).mark = 0;",
    ),
  },
  {
    clause: "5.5",
    says: "a removed member is not allowed, and told why",
    tests: [again],
    mutation: inEngine(
      "charge",
      'if (row?.removedAt != null) return "removed";',
      'if (row?.removedAt != null) return "role";',
    ),
  },
  {
    clause: "5.5",
    says: "running charges of a removed member may finish",
    tests: [again],
    mutation: inEngine(
      "settle",
      "const { keep, delivered, uncollected } = outcomeOf(row, command);",
      "const { keep, delivered, uncollected } = outcomeOf(row, state.members.get(row.member)?.removedAt ? { ...command, delivered: 0 } : command);",
    ),
  },
  {
    clause: "5.5",
    says: "a role without a seat keeps its grants and renews nothing",
    tests: [seatless],
    mutation: inEngine(
      "level",
      "return seat === null ? 0 : seatAllowance(plan.allowance, seat);",
      'return seatAllowance(plan.allowance, seat ?? "editor");',
    ),
  },
  {
    clause: "5.6",
    says: "while past due no monthly grant is made",
    tests: [pastDue],
    mutation: inEngine("level", "if (!inGoodStanding(catalog, term, instant)) return 0;", "if (instant < 0) return 0;"),
  },
  {
    clause: "5.6",
    says: "… and no purchase; a trial is as active",
    tests: [pastDue, engineTest("charges", "a trial takes top-ups, a payment that is due does not")],
    mutation: inEngine(
      "remedies",
      '(term.status === "active" || term.status === "trialing");',
      'term.status === "active";',
    ),
  },
  {
    clause: "5.6",
    says: "days of grace, from the first day in a row",
    tests: [grace],
    mutation: inEngine(
      "terms",
      'pastDueFrom: status === "past_due" ? (before.status === "past_due" ? before.pastDueFrom : change.from) : null,',
      'pastDueFrom: status === "past_due" ? change.from : null,',
    ),
  },
  {
    clause: "5.6",
    says: "ended: the first free plan, now",
    tests: [ended],
    mutation: inEngine(
      "subscription",
      "if (present.plan !== free) change.plan = free;",
      "if (present.plan === free) change.plan = free;",
    ),
  },
];
