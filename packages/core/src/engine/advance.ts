import { type CycleSpan, cycleAt, cycleEnd, termAt } from "./calendar.ts";
import { endOpenCharge } from "./end-charge.ts";
import { computeEnds } from "./ends.ts";
import { addGrant, monthlyGrantId } from "./grants.ts";
import { edit } from "./journal.ts";
import { levelOf } from "./level.ts";
import { holderOf, move } from "./move.ts";
import { expiryNotice } from "./notices.ts";
import { proportion } from "./proportion.ts";
import type { ChargeRow, GrantRow, HolderCycle, HolderRow, State, Term } from "./state.ts";
import { appendTerm } from "./terms.ts";

/**
 * Applies what time has done to a workspace as a whole, before any command of a batch: a plan change that waited, and
 * the leases that ran out. It belongs to no single command, and is stored only when some command of the workspace is.
 */
export function applyTime(state: State, now: number): void {
  const { pending } = state.workspace;
  if (pending !== null && pending.at <= now) {
    const workspace = edit(state, state.workspace);
    workspace.pending = null;
    workspace.periodEndsAt = null;
    const { anchor } = pending;
    appendTerm(state, { from: pending.at, plan: pending.plan, waited: true, ...(anchor === null ? {} : { anchor }) });
  } else {
    computeEnds(state);
  }
  if (state.runOut.length > 0) endRunOutLeases(state, now);
}

/**
 * Applies to the holders what time has done to them, in order of instant: what ended and, when the command may open a
 * cycle, the present cycle's renewal and the rises since. Every command and every read begins here, so that it makes no
 * difference who noticed first. The sweeper passes `opens: false`: an idle holder costs nothing.
 */
export function advance(state: State, holders: readonly string[], now: number, opens: boolean): void {
  for (const id of holders) {
    const holder = state.holders.get(id);
    if (holder === undefined) continue;
    if (opens) openCycle(state, holder, now);
    expire(state, holder, (end) => end <= now);
    for (const grant of grantsOf(state, holder)) expiryNotice(state, grant, now);
  }
}

/** Leases that ran out are ended in order; each first applies what was due in every holder it gives back to. */
function endRunOutLeases(state: State, now: number): void {
  const due: ChargeRow[] = [];
  // A test clock that moves asks by its own instant what the database has answered by its own already.
  for (const id of new Set(state.runOut)) {
    const charge = state.charges.get(id);
    if (charge !== undefined && charge.state === "open" && charge.leaseExpiresAt <= now) due.push(charge);
  }
  due.sort((a, b) => a.leaseExpiresAt - b.leaseExpiresAt || (a.id < b.id ? -1 : 1));
  for (const charge of due) {
    const at = charge.leaseExpiresAt;
    for (const id of new Set(charge.slices.map((slice) => slice.holder))) {
      expireBefore(state, holderOf(state, id), at);
    }
    endOpenCharge(state, charge, { keep: 0, reason: "timed_out", endedBy: "refund", attempt: null, at });
  }
}

function grantsOf(state: State, holder: HolderRow): readonly GrantRow[] {
  return state.grantsByHolder.get(holder.id) ?? [];
}

/** Expires what ended before the instant (a lease that ends at the same instant comes first). */
function expireBefore(state: State, holder: HolderRow, instant: number): void {
  expire(state, holder, (end) => end < instant);
}

function expire(state: State, holder: HolderRow, ended: (end: number) => boolean): void {
  let due: GrantRow[] | undefined;
  for (const grant of grantsOf(state, holder)) {
    if (grant.available > 0 && grant.expiresAt !== null && ended(grant.expiresAt)) {
      due ??= [];
      due.push(grant);
    }
  }
  if (due === undefined) return;
  due.sort((a, b) => (a.expiresAt as number) - (b.expiresAt as number) || (a.id < b.id ? -1 : 1));
  for (const grant of due) move(state, "expire", grant, grant.available, { at: grant.expiresAt as number });
}

/** Makes the present cycle's renewal at the level in force at its start, and every rise since at its own instant. */
function openCycle(state: State, holder: HolderRow, now: number): void {
  const { terms } = state;
  const cycle = presentCycle(state, now);
  const sameCycle = holder.epoch === cycle.epoch && holder.cycleStartsAt === cycle.startsAt;
  if (sameCycle && holder.term === terms.length) return;
  pin(state, cycle);
  let since = holder.term;
  if (!sameCycle) {
    const start = Math.max(cycle.startsAt, cycle.epochFrom);
    enterCycle(state, holder, cycle);
    expire(state, holder, (end) => end <= start);
    const term = termAtStart(terms, cycle, start);
    raise(state, holder, levelOf(state, holder.id, term, start, cycle), start, cycleAt(terms.slice(0, term.n), start));
    since = term.n;
  }
  for (const term of terms) {
    // What was in force in another epoch, while nobody looked, is over and grants nothing any more.
    if (term.n <= since || term.n < cycle.run || term.from > now) continue;
    expire(state, holder, (end) => end <= term.from);
    const then = cycleAt(terms.slice(0, term.n), term.from);
    raise(state, holder, levelOf(state, holder.id, term, term.from, then), term.from, then);
  }
  edit(state, holder).term = terms.length;
}

/**
 * The term that a renewal goes by. Time comes before a command of the same instant: of the terms dated exactly then,
 * only a change that had waited and the one that began the run come before the renewal.
 */
function termAtStart(terms: readonly Term[], cycle: CycleSpan, start: number): Term {
  let found: Term | undefined;
  for (const term of terms) {
    if (term.from > start) break;
    if (term.n < cycle.run) continue;
    if (term.from < start || term.waited || found === undefined) found = term;
  }
  return found as Term;
}

/** The running cycle. The last answer is kept, because a batch asks for the same one hundreds of times. */
export function presentCycle(state: State, now: number): CycleSpan {
  const known = state.presentCycle;
  if (known !== null && now >= known.from && now < known.cycle.endsAt) return known.cycle;
  const cycle = cycleAt(state.terms, now);
  const from = Math.max(cycle.startsAt, cycle.epochFrom, termAt(state.terms, now).from);
  state.presentCycle = { cycle, from };
  return cycle;
}

/** The first touch in a cycle pins the catalog version that its allowances are read from, for all holders. */
function pin(state: State, cycle: CycleSpan): void {
  const { workspace } = state;
  if (workspace.pinnedEpoch === cycle.epoch && workspace.pinnedCycle === cycle.startsAt) return;
  edit(state, workspace);
  const { parkedPin, pinnedCycle, pinnedVersion } = workspace;
  const goesOn = cycle.epoch === "free" && parkedPin?.cycle === cycle.startsAt;
  if (workspace.pinnedEpoch === "free" && pinnedCycle !== null && pinnedVersion !== null) {
    workspace.parkedPin = { cycle: pinnedCycle, version: pinnedVersion };
  }
  workspace.pinnedEpoch = cycle.epoch;
  workspace.pinnedCycle = cycle.startsAt;
  workspace.pinnedVersion = goesOn ? parkedPin.version : state.catalogVersion;
}

/** Starts a cycle's numbers from nothing, or, in a free month that another epoch interrupted, from where they were. */
function enterCycle(state: State, holder: HolderRow, cycle: CycleSpan): void {
  edit(state, holder);
  if (holder.epoch === "free" && cycle.epoch !== "free") holder.parked = cycleNumbers(holder);
  const resumed =
    cycle.epoch === "free" && holder.parked !== null && holder.parked.cycleStartsAt === cycle.startsAt
      ? holder.parked
      : { cycleStartsAt: cycle.startsAt, mark: 0, allotted: 0, capUsed: 0, notices: 0 };
  if (cycle.epoch === "free") holder.parked = null;
  holder.epoch = cycle.epoch;
  Object.assign(holder, resumed);
}

function cycleNumbers({ cycleStartsAt, mark, allotted, capUsed, notices }: HolderRow): HolderCycle {
  return { cycleStartsAt, mark, allotted, capUsed, notices };
}

/**
 * Raises a holder to a level. The first level above 0 in a cycle is granted in full; a later rise in proportion to the
 * time left, rounded up to a whole credit; nothing ever falls.
 */
function raise(state: State, holder: HolderRow, level: number | "unlimited", at: number, cycle: CycleSpan): void {
  if (level === "unlimited" || level <= holder.mark) return;
  const { mark } = holder;
  const amount = mark === 0 ? level : proportion(level - mark, cycle.endsAt - at, cycle.endsAt - cycle.startsAt);
  edit(state, holder);
  holder.mark = level;
  // A grant can't be refused here: nobody asked for it. So it fills the holder up to the limit and no further.
  const granted = Math.min(amount, Number.MAX_SAFE_INTEGER - holder.balance);
  if (granted <= 0) return;
  holder.allotted += granted;
  holder.notices = 0;
  addGrant(
    state,
    {
      id: monthlyGrantId(holder.id, cycle, level),
      holder: holder.id,
      source: "monthly",
      amount: granted,
      at,
      expiresAt: cycleEnd(state.terms, cycle.run, cycle.startsAt),
      epoch: cycle.epoch,
      run: cycle.run,
      cycleStartsAt: cycle.startsAt,
    },
    at,
  );
}

/** Raises a holder to what it is entitled to right now, after a change of its member or of the pool's members. */
export function raiseToPresent(state: State, id: string, now: number): void {
  const holder = holderOf(state, id);
  const cycle = presentCycle(state, now);
  raise(state, holder, levelOf(state, id, termAt(state.terms, now), now, cycle), now, cycle);
}
