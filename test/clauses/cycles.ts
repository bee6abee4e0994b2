import { type Clause, engineTest, example, inEngine } from "./clause.ts";

const freeTime = example(
  "cycles",
  "all free time is one epoch: the pool's grant of a month is made once, 600 in the first only",
);
const invoice = example(
  "cycles",
  "a period's invoice not seen before starts an epoch with the full allowance; a repeated one changes nothing",
);
const stretched = example("cycles", "another anchor alone stretches the running cycle, and never shortens it");
const late = example(
  "cycles",
  "a rise comes at its own instant even to those touched later; rises of cycles over are not made",
);

/** Section 3: cycles, epochs and time. */
export const cycles: readonly Clause[] = [
  {
    clause: "3.1",
    says: "a boundary is the anchor plus n months in UTC, the day clamped, counted from the original anchor",
    tests: [
      engineTest("calendar", "boundaries are those of the vectors, counted from the original anchor"),
      example("cycles", "the 31st is clamped in short months and comes back in long ones"),
    ],
    mutation: inEngine(
      "calendar",
      "const day = Math.min(date.getUTCDate(), new Date(utc(year, month + 1, 0)).getUTCDate());",
      "const day = date.getUTCDate();",
    ),
  },
  {
    clause: "3.1",
    says: "the time of day is kept, before the anchor too",
    tests: [engineTest("calendar", "have boundaries too, with the day clamped and the time of day kept")],
    mutation: inEngine(
      "calendar",
      "return utc(year, month, day) + (((anchor % DAY) + DAY) % DAY);",
      "return utc(year, month, day);",
    ),
  },
  {
    clause: "3.2",
    says: "paid plans count months from the subscription's billing anchor, also when billed yearly",
    tests: [example("cycles", "a yearly subscription has months for cycles, from its own billing anchor")],
    mutation: inEngine(
      "terms",
      ': (change.anchor ?? (planBefore.anchor === "workspace" ? change.from : before.anchor));',
      ': planBefore.anchor === "workspace" ? change.from : before.anchor;',
    ),
  },
  {
    clause: "3.2",
    says: "plans anchored on the workspace count from its creation",
    tests: [freeTime],
    mutation: inEngine("terms", "? workspace.createdAt", "? change.from"),
  },
  {
    clause: "3.3",
    says: "a move between free and paid starts an epoch",
    tests: [engineTest("time", "free to a paid pool is a new epoch, and the pool starts with its full allowance")],
    mutation: inEngine("terms", "const newEpoch = paid !== before.paid || ", "const newEpoch = "),
  },
  {
    clause: "3.3",
    says: "another kind of holder starts an epoch",
    tests: [example("cycles", "another kind of holder is another epoch")],
    mutation: inEngine("terms", "planNow.holder !== planBefore.holder || (paid && ", "(paid && "),
  },
  {
    clause: "3.3",
    says: "an invoice of a new period starts an epoch",
    tests: [invoice],
    mutation: inEngine("terms", "(paid && change.newPeriod === true);", "false;"),
  },
  {
    clause: "3.3",
    says: "a period's id that was seen before changes nothing",
    tests: [invoice, example("cycles", "an invoice on a free plan is ignored, yet remembered")],
    mutation: inEngine(
      "subscription",
      'if (command.newPeriod !== null && claimed(state, "period", command.newPeriod, "") === null) {',
      "if (command.newPeriod !== null) {",
    ),
  },
  {
    clause: "3.3",
    says: "the old epoch's monthly grants end with it",
    tests: [freeTime, invoice],
    mutation: inEngine("calendar", "return next === undefined ? end : Math.min(end, next.from);", "return end;"),
  },
  {
    clause: "3.3",
    says: "an epoch that begins inside a month of its anchor keeps that month's boundaries",
    tests: [
      example("cycles", "an epoch that begins inside a month of its anchor keeps that month's boundaries, in full"),
    ],
    mutation: inEngine("calendar", "startsAt: boundary(term.anchor, n),", "startsAt: term.epochFrom,"),
  },
  {
    clause: "3.3",
    says: "all free time is one epoch: the pool's grant of a month is made once, whatever happened in between",
    tests: [freeTime, example("cycles", "back in the same free month on another free plan, the mark of before counts")],
    mutation: inEngine(
      "advance",
      'cycle.epoch === "free" && holder.parked !== null && holder.parked.cycleStartsAt === cycle.startsAt',
      'cycle.epoch === "never" && holder.parked !== null',
    ),
  },
  {
    clause: "3.3",
    says: "the first allowance is for the month of the creation only",
    tests: [example("cycles", "after months asleep only the running cycle's grant is made"), freeTime],
    mutation: inEngine(
      "level",
      "return monthIndex(state.workspace.createdAt, instant) === 0 ? allowance.first : allowance.then;",
      "return allowance.first;",
    ),
  },
  {
    clause: "3.4",
    says: "another anchor alone stretches the running cycle and never shortens it",
    tests: [stretched],
    mutation: inEngine("calendar", "if (boundary(anchor, n) < running.endsAt) n += 1;", "if (n < 0) n += 1;"),
  },
  {
    clause: "3.4",
    says: "… to the first boundary at or after its end",
    tests: [engineTest("time", "an anchor that has a boundary exactly at the cycle's end stretches nothing")],
    mutation: inEngine(
      "calendar",
      "if (boundary(anchor, n) < running.endsAt) n += 1;",
      "if (boundary(anchor, n) <= running.endsAt) n += 1;",
    ),
  },
  {
    clause: "3.5",
    says: "a monthly grant is made once per holder, epoch, cycle and level, under an id of these",
    tests: [
      freeTime,
      example("plans", "a rise grants its share of the time left, loops give nothing, what was used stays used"),
    ],
    mutation: inEngine(
      "grants",
      "return `monthly:${holder}:${epoch}:${startsAt}:${level}`;",
      "return `monthly:${holder}:${epoch}:${level}:${startsAt}`;",
    ),
  },
  {
    clause: "3.5",
    says: "it expires at the cycle's end",
    tests: [
      example("cycles", "an epoch that begins inside a month of its anchor keeps that month's boundaries, in full"),
    ],
    mutation: inEngine(
      "advance",
      "expiresAt: cycleEnd(state.terms, cycle.run, cycle.startsAt),",
      "expiresAt: cycle.endsAt + 1,",
    ),
  },
  {
    clause: "3.5",
    says: "the sweeper never opens a cycle; after months asleep only the current grant is made",
    tests: [
      engineTest("time", "a sweep expires and ends, and opens no cycle: who sleeps costs nothing"),
      example("cycles", "after months asleep only the running cycle's grant is made"),
    ],
    mutation: inEngine("advance", "if (opens) openCycle(state, holder, now);", "openCycle(state, holder, now);"),
  },
  {
    clause: "3.6",
    says: "a lease acts at its instant, whoever notices when",
    tests: [
      engineTest("time", "a lease that ends first applies what was due in every holder of its slices"),
      example("cycles", "a lease that has run out acts at its instant, whoever notices when"),
    ],
    mutation: inEngine("advance", "const at = charge.leaseExpiresAt;", "const at = now;"),
  },
  {
    clause: "3.6",
    says: "an expiry acts at its instant",
    tests: [engineTest("time", "a grant may be spent up to its last millisecond and not at its end")],
    mutation: inEngine(
      "advance",
      "expire(state, holder, (end) => end <= now);",
      "expire(state, holder, (end) => end < now);",
    ),
  },
  {
    clause: "3.6",
    says: "a lease first applies what was due in every holder of its slices",
    tests: [engineTest("time", "a lease that ends first applies what was due in every holder of its slices")],
    mutation: inEngine(
      "advance",
      "expireBefore(state, holderOf(state, id), at);",
      "expireBefore(state, holderOf(state, id), 0);",
    ),
  },
  {
    clause: "3.6",
    says: "time comes before a command of the same instant",
    tests: [example("cycles", "a downgrade in the very instant of a renewal comes after it, and takes nothing away")],
    mutation: inEngine(
      "advance",
      "if (term.from < start || term.waited || found === undefined) found = term;",
      "found = term;",
    ),
  },
  {
    clause: "3.6",
    says: "a change that waited is in force at its instant, before the renewal",
    tests: [example("cycles", "a change that waited is in force at its instant, before the renewal")],
    mutation: inEngine(
      "advance",
      "appendTerm(state, { from: pending.at, plan: pending.plan, waited: true, ...(anchor === null ? {} : { anchor }) });",
      "appendTerm(state, { from: pending.at, plan: pending.plan, waited: false, ...(anchor === null ? {} : { anchor }) });",
    ),
  },
  {
    clause: "3.6",
    says: "a read shows exactly what a write at this instant would find",
    tests: [
      engineTest("time", "a read shows what the next write finds"),
      engineTest("properties", "a read shows what the next write finds, and writes nothing"),
    ],
    mutation: inEngine(
      "balance",
      "advance(state, member === null ? [POOL] : [member, POOL], now, true);",
      "advance(state, member === null ? [POOL] : [member, POOL], now, false);",
    ),
  },
  {
    clause: "3.6",
    says: "any sweep schedule gives the same balances and outcomes",
    tests: [
      engineTest("properties", "any sweep schedule gives the same balances, outcomes and movements of each holder"),
    ],
    mutation: inEngine("advance", "expireBefore(state, holderOf(state, id), at);", "void id;"),
  },
  {
    clause: "3.7",
    says: "a holder touched late gets the renewal at the level of its start",
    tests: [late],
    mutation: inEngine("advance", "const start = Math.max(cycle.startsAt, cycle.epochFrom);", "const start = now;"),
  },
  {
    clause: "3.7",
    says: "… and every rise since at its own instant",
    tests: [late],
    mutation: inEngine(
      "advance",
      "raise(state, holder, levelOf(state, holder.id, term, term.from, then), term.from, then);",
      "raise(state, holder, levelOf(state, holder.id, term, term.from, then), now, then);",
    ),
  },
  {
    clause: "3.7",
    says: "a monthly grant's end follows from the list of terms",
    tests: [stretched],
    mutation: inEngine("ends", "if (grant.expiresAt !== end) {", "if (grant.expiresAt === null) {"),
  },
  {
    clause: "3.7",
    says: "an effective instant that is not in the future is now",
    tests: [example("plans", "a newer change replaces one that waits; `effective` overrides the default")],
    mutation: inEngine(
      "subscription",
      "return waits <= now ? null : { at: waits, byPeriod: false };",
      "return { at: waits, byPeriod: false };",
    ),
  },
  {
    clause: "3.7",
    says: "the instant of a change that waits is fixed when it is asked",
    tests: [example("plans", "a change that lowers waits for the end of the cycle, or of what is paid for")],
    mutation: inEngine("subscription", "const at = again ? pending.at : waits.at;", "const at = waits.at;"),
  },
];
