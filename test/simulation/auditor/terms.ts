import { cycleAt } from "./cycles.ts";
import type { CommandOf, Decision, Member, Plan, Story, Term } from "./model.ts";
import { bytewise, done, fail, iso, ms, named, now, planNow, pool, published, refuse } from "./model.ts";
import { seatNow, touch } from "./monthly.ts";

export function viewWorkspace(story: Story, at: number) {
  const { plan, status } = now(story).term;
  const { index, startsAt, endsAt } = cycleAt(story, at);
  const pending = story.pending && { plan: story.pending.plan, at: iso(story.pending.at) };
  return { plan, status, pending, cycle: { index, startsAt: iso(startsAt), endsAt: iso(endsAt) } };
}

/** The catalog's first free plan, by `order`: where a workspace begins and where an ended subscription leads (5.6). */
const firstFreePlan = (story: Story): string =>
  Object.entries(published(story).plans)
    .filter(([, plan]) => !plan.paid && !plan.retired)
    .sort(([, a], [, b]) => a.order - b.order)[0]?.[0] as string;

/** The terms that a plan, a status and an anchor make, following those before them. */
function termFor(
  story: Story,
  before: Term | null,
  wish: { plan: string; status: Term["status"] | null; anchor: number | null; fresh: boolean; at: number },
): { term: Term; breaks: boolean } {
  const plan = published(story).plans[wish.plan] ?? planNow(story);
  const { paid, holder: kind } = plan;
  // 5.3: free → paid without an anchor: now. Paid → paid keeps the anchor there is.
  const billing = plan.anchor === "subscription" ? (wish.anchor ?? before?.billing ?? wish.at) : null;
  // 3.3: a move between free and paid, another kind of holder, or a period's invoice not seen before.
  const breaks = before === null || before.paid !== paid || before.kind !== kind || (paid && wish.fresh);
  // A move between free and paid is a new beginning, unless the request says otherwise.
  const status = wish.status ?? (before?.paid === paid ? before.status : "active");
  const others = new Set(story.changes.map(({ term }) => term.epoch).filter((epoch) => epoch !== "free"));
  const pastDueSince = before?.status === "past_due" ? before.pastDueSince : wish.at;
  return {
    breaks,
    term: {
      plan: wish.plan,
      paid,
      kind,
      status,
      pastDueSince: status === "past_due" ? pastDueSince : 0,
      billing,
      // 3.2: the subscription's billing anchor for paid plans, the creation for those anchored on the workspace.
      anchor: billing ?? story.createdAt,
      epoch: !paid ? "free" : breaks ? `e${others.size + 1}` : (before?.epoch as string),
      version: story.published,
    },
  };
}

function apply(story: Story, wish: Parameters<typeof termFor>[2], byTime: boolean): boolean {
  const before = now(story);
  const { term, breaks } = termFor(story, before.term, wish);
  const same = (["plan", "status", "anchor", "billing"] as const).every((field) => term[field] === before.term[field]);
  if (same && !breaks) return false;
  story.changes.push({ ...before, at: wish.at, byTime, run: before.run + (breaks ? 1 : 0), term });
  return true;
}

/** 3.6, 5.3: a plan change that waited takes effect by itself at its instant. */
export function takeEffect(story: Story, at: number): void {
  const { pending } = story;
  if (pending === null || pending.at > at) return;
  story.pending = null;
  // What was paid for until now is over; the next period's end has to be told.
  story.periodEndsAt = null;
  apply(story, { plan: pending.plan, status: null, anchor: pending.anchor, fresh: false, at: pending.at }, true);
}

const size = (level: number | "unlimited") => (level === "unlimited" ? Number.POSITIVE_INFINITY : level);

/**
 * 5.3: whether a change lowers the allowance of any seat. Pools by the month are compared by their later months; such a
 * pool and an allowance by seat cannot be compared, but for one without limit, which is above all.
 */
function lowers({ allowance: from }: Plan, { allowance: to }: Plan): boolean {
  if (to.kind === "unlimited") return false;
  const least = to.kind === "bySeat" ? Math.min(...Object.values(to.seats).map(size)) : to.then;
  if (from.kind === "unlimited") return least < Number.POSITIVE_INFINITY;
  if (from.kind === "byMonth") return to.kind === "byMonth" && to.then < from.then;
  if (to.kind === "byMonth") return Object.values(from.seats).includes("unlimited");
  // A plan that names no allowance for a seat gives it none.
  return Object.entries(from.seats).some(([seat, level]) => size(to.seats[seat] ?? 0) < size(level));
}

export function subscription(story: Story, input: CommandOf<"subscription">, at: number): Decision {
  const before = now(story).term;
  const wanted = input.plan === undefined ? planNow(story) : named(published(story).plans, input.plan);
  // What is retired can be kept, or waited for as before (5.3), and not be newly chosen.
  const kept = [undefined, before.plan, story.pending?.plan].includes(input.plan);
  if (wanted === undefined || (wanted.retired && !kept)) return fail("unknown_plan");
  const { status = null } = input;
  if (status === "ended" && ![undefined, firstFreePlan(story)].includes(input.plan)) return fail("invalid_input");
  touch(story, [pool], at);
  const remembered = JSON.stringify([story.pending, story.periodEndsAt, story.seen.size]);
  const period = `newPeriod:${input.newPeriod}`;
  const fresh = input.newPeriod !== undefined && !story.seen.has(period);
  // 3.3: on a free plan it is ignored, yet remembered as seen.
  if (fresh) story.seen.set(period, { asked: "", answer: {} });
  if (input.periodEndsAt !== undefined)
    story.periodEndsAt = input.periodEndsAt === null ? null : ms(input.periodEndsAt);
  const anchor = input.anchor === undefined ? null : ms(input.anchor);
  let plan = before.plan;
  if (status === "ended") {
    // 5.6: the catalog's first free plan, now.
    plan = firstFreePlan(story);
    story.pending = null;
  } else if (input.plan === before.plan) {
    story.pending = null;
  } else if (input.plan !== undefined) {
    const waits = lowers(planNow(story), wanted) || (before.paid && !wanted.paid);
    const effective = input.effective ?? (waits ? "period_end" : "now");
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
  const wish = { plan, status: status === "ended" ? "active" : status, anchor, fresh, at } as const;
  const changed = apply(story, wish, false);
  touch(story, [pool], at);
  const answer = { workspace: viewWorkspace(story, at) };
  const wrote = changed || remembered !== JSON.stringify([story.pending, story.periodEndsAt, story.seen.size]);
  return { answer, wrote };
}

export function createWorkspace(story: Story, input: CommandOf<"workspacePut">, at: number): Decision {
  const plan = input.plan ?? firstFreePlan(story);
  if (named(published(story).plans, plan) === undefined) return fail("unknown_plan");
  const testClock = input.testClock === undefined ? null : ms(input.testClock);
  const clock = testClock ?? at;
  const createdAt = input.createdAt === undefined ? clock : ms(input.createdAt);
  if (createdAt > clock) return fail("invalid_input");
  Object.assign(story, { createdAt, testClock, clock, creationPlan: plan, name: input.name ?? null });
  // Free time counts from the creation; what is paid for begins when the ledger hears of it.
  const from = published(story).plans[plan]?.paid === true ? clock : createdAt;
  const { term } = termFor(story, null, { plan, status: "active", anchor: null, fresh: false, at: from });
  story.changes.push({ at: from, byTime: true, run: 1, term, members: new Map() });
  touch(story, [pool], clock);
  return done({ outcome: "created", workspace: viewWorkspace(story, clock) });
}

/** What was read at creation only may be repeated, not changed. */
export function repeatWorkspace(story: Story, input: CommandOf<"workspacePut">, at: number): Decision {
  if (input.plan !== undefined && input.plan !== story.creationPlan) return fail("use_subscription");
  if (input.createdAt !== undefined && ms(input.createdAt) !== story.createdAt) return fail("immutable");
  if (input.testClock !== undefined && ms(input.testClock) !== story.testClock) return fail("immutable");
  const { name = story.name } = input;
  const renamed = name !== story.name;
  if (renamed) touch(story, [pool], at);
  story.name = name;
  const answer = { outcome: "updated", workspace: viewWorkspace(story, at) };
  return renamed ? done(answer) : refuse(answer);
}

type MemberWish = CommandOf<"membersSync">["members"][number];

const viewMember = (story: Story, id: string) => {
  const { role, cap, removedAt } = now(story).members.get(id) as Member;
  return { id, role, cap, seat: seatNow(story, id), removedAt: removedAt && iso(removedAt) };
};

/** The member as wished: what is omitted stays, `null` clears, and being named brings back. */
function wished(before: Member | undefined, wish: MemberWish): Member {
  const { name = before?.name ?? null, email = before?.email ?? null, cap = before?.cap ?? null } = wish;
  return { role: wish.role, name, email, cap, removedAt: null };
}

const differ = (a: Member | undefined, b: Member) => JSON.stringify(a) !== JSON.stringify({ ...a, ...b });

/** One change of members is one step: a pool per seat sees its sum only (5.1). */
function changeMembers(story: Story, changed: ReadonlyMap<string, Member>, at: number): void {
  const before = now(story);
  const members = new Map([...before.members, ...changed]);
  const holders = [...changed.keys(), pool];
  touch(story, holders, at);
  story.changes.push({ ...before, at, byTime: false, members });
  touch(story, holders, at);
}

export function memberPut(story: Story, input: CommandOf<"memberPut">, at: number): Decision {
  if (named(published(story).roles, input.role) === undefined) return fail("invalid_input");
  const before = now(story).members.get(input.member);
  const after = wished(before, { ...input, id: input.member });
  const tell = (outcome: string) => ({ outcome, member: viewMember(story, input.member) });
  if (!differ(before, after)) return refuse(tell("unchanged"));
  changeMembers(story, new Map([[input.member, after]]), at);
  return done(tell(before === undefined || before.removedAt !== null ? "added" : "changed"));
}

export function memberRemove(story: Story, input: CommandOf<"memberRemove">, at: number): Decision {
  const before = now(story).members.get(input.member);
  if (before === undefined) return fail("unknown_member");
  const blank = input.erase === true ? { name: null, email: null } : {};
  const after = { ...before, ...blank, removedAt: before.removedAt ?? at };
  const tell = () => ({ outcome: "removed", member: viewMember(story, input.member) });
  if (!differ(before, after)) return refuse(tell());
  changeMembers(story, new Map([[input.member, after]]), at);
  return done(tell());
}

export function membersSync(story: Story, input: CommandOf<"membersSync">, at: number): Decision {
  if (input.members.some(({ role }) => named(published(story).roles, role) === undefined)) return fail("invalid_input");
  const { members } = now(story);
  const changes = new Map<string, Member>();
  const [added, changed, removed]: [string[], string[], string[]] = [[], [], []];
  for (const wish of input.members) {
    const before = members.get(wish.id);
    const after = wished(before, wish);
    if (!differ(before, after)) continue;
    changes.set(wish.id, after);
    (before === undefined || before.removedAt !== null ? added : changed).push(wish.id);
  }
  for (const [id, member] of members) {
    if (member.removedAt !== null || input.members.some((wish) => wish.id === id)) continue;
    changes.set(id, { ...member, removedAt: at });
    removed.push(id);
  }
  const unchanged = input.members.length - added.length - changed.length;
  const answer = {
    added,
    changed,
    removed: removed.sort(bytewise),
    unchanged,
  };
  if (changes.size === 0) return refuse(answer);
  changeMembers(story, changes, at);
  return done(answer);
}

/** 8.2: a test clock only moves forward. */
export function advanceClock(story: Story, input: CommandOf<"advanceClock">, at: number): Decision {
  if (story.testClock === null) return fail("not_a_test_clock");
  if (ms(input.now) < Math.max(story.clock, at)) return fail("clock_backwards");
  return done({});
}

export const isSeated = (story: Story, member: string) => member === pool || seatNow(story, member) !== null;
