import { cycleAt } from "./cycles.ts";
import type { Act, Allowance, Answer, Member, Person, Reply, Status, Story, Term } from "./model.ts";
import { now, planNow, pool, published } from "./model.ts";
import { seatNow, touch } from "./monthly.ts";
import { by, find, iso, ms, msOrNull, must, named } from "./rules.ts";

export function viewWorkspace(story: Story, at: number) {
  const { plan, status } = now(story).term;
  const { index, startsAt, endsAt } = cycleAt(story, at);
  const pending = story.pending && { plan: story.pending.plan, at: iso(story.pending.at) };
  return { plan, status, pending, cycle: { index, startsAt: iso(startsAt), endsAt: iso(endsAt) } };
}

/** The catalog's first free plan, by `order`: where a workspace begins and where an ended subscription leads (5.6). */
function firstFreePlan(story: Story): string {
  const plans = Object.entries(published(story).plans).filter(([, { paid, retired }]) => !paid && !retired);
  return plans.sort(by(([, { order }]) => [order]))[0]?.[0] as string;
}

type Wish = { plan: string; status?: Status | undefined; anchor?: number | null; fresh?: boolean };

/** 3.7: appends to the list of terms; what changes nothing is not in it. Says whether it did. */
function setTerms(story: Story, wish: Wish, at: number, byTime: boolean): boolean {
  const before = story.changes.at(-1) ?? null;
  const old = before?.term;
  const plan = published(story).plans[wish.plan] ?? planNow(story);
  const { paid, holder: kind } = plan;
  // 3.3: a move between free and paid, another kind of holder, or a period's invoice not seen before.
  const breaks = old?.paid !== paid || old.kind !== kind || (paid && wish.fresh === true);
  // A move between free and paid is a new beginning, unless the request says otherwise.
  const status = wish.status ?? (old?.paid === paid ? old.status : "active");
  // 5.3: free → paid without an anchor: now. Paid → paid keeps the anchor there is.
  const billing = plan.anchor === "subscription" ? (wish.anchor ?? old?.billing ?? at) : null;
  const epochs = new Set(story.changes.flatMap(({ term }) => (term.paid ? [term.epoch] : [])));
  const term: Term = {
    plan: wish.plan,
    paid,
    kind,
    status,
    billing,
    version: story.published,
    // 3.2: the subscription's billing anchor for paid plans, the creation for those anchored on the workspace.
    anchor: billing ?? story.createdAt,
    pastDueSince: status !== "past_due" ? 0 : old?.status === "past_due" ? old.pastDueSince : at,
    epoch: !paid ? "free" : breaks ? `e${epochs.size + 1}` : old.epoch,
  };
  const compared = ["plan", "status", "anchor", "billing"] as const;
  if (!breaks && compared.every((field) => term[field] === old[field])) return false;
  const run = (before?.run ?? 0) + (breaks ? 1 : 0);
  story.changes.push({ at, byTime, run, earlier: breaks ? null : before, term, members: before?.members ?? new Map() });
  return true;
}

/** 3.6, 5.3: a plan change that waited takes effect by itself at its instant. */
export function takeEffect(story: Story, at: number): void {
  const { pending } = story;
  if (pending === null || pending.at > at) return;
  // What was paid for until now is over; the next period's end has to be told.
  Object.assign(story, { pending: null, periodEndsAt: null });
  setTerms(story, { plan: pending.plan, anchor: pending.anchor }, pending.at, true);
}

/** What a plan gives a seat a month; one that names no allowance for a seat gives it none. */
export function gives(allowance: Allowance, seat: string): number {
  if (allowance.kind === "byMonth") return allowance.then;
  const level = allowance.kind === "unlimited" ? allowance.kind : (allowance.seats[seat] ?? 0);
  return level === "unlimited" ? Number.POSITIVE_INFINITY : level;
}

/** The seats by which two allowances are compared. */
export function seatsOf(...allowances: Allowance[]): string[] {
  const seats = allowances.flatMap((one) => (one.kind === "bySeat" ? Object.keys(one.seats) : []));
  return seats.length === 0 ? ["any"] : seats;
}

/**
 * 5.3: whether a change lowers the allowance of any seat. Pools by the month are compared by their later months; such a
 * pool and an allowance by seat cannot be compared, but for one without limit, which is above all.
 */
function lowers(from: Allowance, to: Allowance): boolean {
  return seatsOf(from, to).some((seat) => {
    const [before, after] = [gives(from, seat), gives(to, seat)];
    return after < before && (from.kind === to.kind || before === Number.POSITIVE_INFINITY);
  });
}

export const subscription: Act<"subscription"> = (story, input, at) => {
  const before = now(story).term;
  const wanted = input.plan === undefined ? planNow(story) : named(published(story).plans, input.plan);
  // What is retired can be kept, or waited for as before (5.3), and not be newly chosen.
  const kept = [undefined, before.plan, story.pending?.plan].includes(input.plan);
  must(wanted && (!wanted.retired || kept), "unknown_plan");
  const free = firstFreePlan(story);
  const ends = input.status === "ended";
  must(!ends || [undefined, free].includes(input.plan), "invalid_input");
  touch(story, [pool], at);
  const written = () => JSON.stringify([story.pending, story.periodEndsAt, story.seen.size, story.changes.length]);
  const unwritten = written();
  const period = `newPeriod:${input.newPeriod}`;
  const fresh = input.newPeriod !== undefined && !story.seen.has(period);
  const view = (when = at) => ({ workspace: viewWorkspace(story, when) });
  // 3.3: on a free plan it is ignored, yet remembered as seen.
  if (fresh) story.seen.set(period, { wanted: "", reply: view });
  if (input.periodEndsAt !== undefined) story.periodEndsAt = msOrNull(input.periodEndsAt);
  const anchor = msOrNull(input.anchor);
  let { plan } = before;
  if (ends || input.plan === before.plan) {
    // 5.6: the catalog's first free plan, now.
    if (ends) plan = free;
    story.pending = null;
  } else if (input.plan !== undefined) {
    const waits = lowers(planNow(story).allowance, wanted.allowance) || (before.paid && !wanted.paid);
    const { effective = waits ? "period_end" : "now" } = input;
    const asked = effective === "period_end" ? effective : effective === "now" ? at : ms(effective);
    // 5.3: the end of what is paid for, if it is still to come, or the cycle's end. An instant not in the future is now.
    const { periodEndsAt } = story;
    const periodEnd = periodEndsAt !== null && periodEndsAt > at ? periodEndsAt : cycleAt(story, at).endsAt;
    const when = asked === "period_end" ? periodEnd : asked;
    const again = story.pending?.plan === input.plan && story.pending.asked === asked ? story.pending : null;
    // Where there is a billing anchor it moves at once; one that begins with the change waits with it.
    const waiting = before.billing === null ? (anchor ?? again?.anchor ?? null) : null;
    story.pending = when <= at ? null : { plan: input.plan, at: again?.at ?? when, anchor: waiting, asked };
    if (when <= at) plan = input.plan;
  }
  setTerms(story, { plan, status: ends ? "active" : input.status, anchor, fresh }, at, false);
  touch(story, [pool], at);
  must(written() !== unwritten, view);
  return view;
};

/** What was read at creation only may be repeated, not changed. */
export const workspacePut: Act<"workspacePut"> = (story, input, at) => {
  if (story.changes.length === 0) return create(story, input, at);
  const { name = story.name } = input;
  must((input.plan ?? story.creationPlan) === story.creationPlan, "use_subscription");
  must((msOrNull(input.createdAt) ?? story.createdAt) === story.createdAt, "immutable");
  must((msOrNull(input.testClock) ?? story.testClock) === story.testClock, "immutable");
  const view = (when = at) => ({ outcome: "updated", workspace: viewWorkspace(story, when) });
  must(name !== story.name, view);
  touch(story, [pool], at);
  story.name = name;
  return view;
};

const create: Act<"workspacePut"> = (story, { plan = firstFreePlan(story), name = null, ...input }, at) => {
  const created = named(published(story).plans, plan);
  must(created, "unknown_plan");
  const testClock = msOrNull(input.testClock);
  const clock = testClock ?? at;
  const createdAt = msOrNull(input.createdAt) ?? clock;
  must(createdAt <= clock, "invalid_input");
  Object.assign(story, { createdAt, testClock, clock, creationPlan: plan, name });
  // Free time counts from the creation; what is paid for begins when the ledger hears of it.
  setTerms(story, { plan }, created.paid ? clock : createdAt, true);
  touch(story, [pool], clock);
  return () => ({ outcome: "created", workspace: viewWorkspace(story, clock) });
};

type Words = Record<"added" | "changed" | "removed" | "unchanged", string[]>;

/** One change of members is one step: a pool per seat sees its sum only (5.1). Answers what became of whom. */
function setMembers(
  story: Story,
  after: [string, Member][],
  at: number,
  tell: (words: Words) => Answer,
  always = false,
): Reply {
  const before = now(story);
  const words: Words = { added: [], changed: [], removed: [], unchanged: [] };
  for (const [id, member] of after) {
    const known = before.members.get(id);
    const isSame = JSON.stringify(known) === JSON.stringify(member);
    const present = known?.removedAt === null ? "changed" : "added";
    words[isSame ? "unchanged" : member.removedAt !== null ? "removed" : present].push(id);
  }
  const { added, changed, removed, unchanged } = words;
  const holders = [...added, ...changed, ...removed, ...(always ? unchanged : []), pool];
  must(holders.length > 1, () => tell(words));
  touch(story, holders, at);
  const members = new Map([...before.members, ...after]);
  story.changes.push({ ...before, at, byTime: false, earlier: before, members });
  touch(story, holders, at);
  return () => tell(words);
}

const viewMember = (story: Story, id: string) => {
  const { role, cap, removedAt } = now(story).members.get(id) as Member;
  return { id, role, cap, seat: seatNow(story, id), removedAt: removedAt && iso(removedAt) };
};

/** The member as wished: what is omitted stays, `null` clears, and being named brings back. */
function wished(story: Story, id: string, wish: Person): [string, Member] {
  must(named(published(story).roles, wish.role), "invalid_input");
  const before = now(story).members.get(id);
  const { name = before?.name ?? null, email = before?.email ?? null, cap = before?.cap ?? null } = wish;
  return [id, { role: wish.role, name, email, cap, removedAt: null }];
}

export const memberPut: Act<"memberPut"> = (story, { member, ...wish }, at) =>
  setMembers(story, [wished(story, member, wish)], at, (words) => {
    const outcome = Object.entries(words).find(([, ids]) => ids.length > 0)?.[0];
    return { outcome, member: viewMember(story, member) };
  });

export const memberRemove: Act<"memberRemove"> = (story, { member, erase }, at) => {
  const before = find(now(story).members, member, "unknown_member");
  const blank = erase === true ? { name: null, email: null } : {};
  const after = { ...before, ...blank, removedAt: before.removedAt ?? at };
  const tell = () => ({ outcome: "removed", member: viewMember(story, member) });
  // Erasing always writes: what else there is to blank about a person is not told here.
  return setMembers(story, [[member, after]], at, tell, erase === true);
};

export const membersSync: Act<"membersSync"> = (story, input, at) => {
  const named = input.members.map((wish) => wished(story, wish.id, wish));
  const gone = [...now(story).members].flatMap(([id, member]): [string, Member][] => {
    const stays = member.removedAt !== null || input.members.some((wish) => wish.id === id);
    return stays ? [] : [[id, { ...member, removedAt: at }]];
  });
  return setMembers(story, [...named, ...gone], at, ({ unchanged, ...words }) => {
    return { ...words, removed: words.removed.sort(), unchanged: unchanged.length };
  });
};
