import * as charges from "./auditor/charges.ts";
import { cycleKey } from "./auditor/cycles.ts";
import { isInvalid } from "./auditor/faults.ts";
import type { Columns } from "./auditor/ledger.ts";
import { columns, debtOf, isFrozen, sum } from "./auditor/ledger.ts";
import type { Answer, Catalog, Charge, Command, CommandOf, Decision, Grant, Story, Verb } from "./auditor/model.ts";
import { done, fail, iso, ms, now, pool, refuse } from "./auditor/model.ts";
import { endOf, levelNow, monthlyGrants, seatNow, touch } from "./auditor/monthly.ts";
import * as purchases from "./auditor/purchases.ts";
import { renewal } from "./auditor/renewal.ts";
import * as terms from "./auditor/terms.ts";

export type { Catalog, Command } from "./auditor/model.ts";

/*
 * How the auditor reads what the contract leaves open. Numbers are its clauses.
 *
 * Time. Versions act in the order of `publish`. A cycle's version is pinned by its first accepted command of any kind,
 * sweeps and clock advances apart; it decides the allowances and the days of grace, a plan that it lacks is read from
 * the version in which the terms were made. In the instant of a boundary time comes first (3.6): renewals and changes
 * that waited precede every command of that instant, so a downgrade then takes nothing away. A waiting change does not
 * shorten a grant's `expiresAt` before it has taken effect. Grants of a month of free time that nothing had made when
 * it was interrupted are made on the return. A share (5.1) counts the cycle as it was at the instant of the rise.
 * `past_due` means no monthly grant on free plans too. Unlimited allowances leave the mark as it is. `allowance` in
 * a balance is the mark. `first` of a monthly pool is for instants in the month since the creation.
 * `renewsAt` is the cycle's end if the present terms would then give a grant, whatever waits.
 *
 * Plans. A plan request that waits lets status, anchor and newPeriod of the same request act at once. A waiting change
 * from free to paid keeps its own anchor; free to paid without one means the instant it takes effect. The same request
 * again is the same plan with the same `effective` (absent and waiting = `period_end`). A `periodEndsAt` that is over
 * is an instant not in the future. A plan that names no allowance for a seat gives it 0; between pools by the month
 * the months are compared. Creation comes from `createdAt` on; what was read at creation is compared with that.
 *
 * Charges. Usage belongs to the input that a repeat must match. A lease is never shortened; resume renews it; without
 * `leaseSeconds` a heartbeat takes those of the charge. An attempt is superseded only if it once was the charge's own.
 * What settles whole takes 0 or all, anything between is invalid. Settling at an amount of 0 is a refund unless the
 * charge was free. A cap never refuses what is free. An extension requires its increase, is checked as a charge is, and
 * counts for the cycle of its charge; its slices follow the earlier ones. `settledAmount` stays as settled,
 * `refundedAmount` grows by support refunds; a second one of something whole, or of nothing left, exceeds it.
 * `held` of a member counts all that is held of their own and the shared grants.
 *
 * Purchases. An order's price is the pack's for each recipient; more money back than that is invalid. The order of an
 * approved request is `request:<request>`. A paid order stays as first paid. Buyers may request too. A promo must end
 * in the future. A promo's or revocation's repeat is compared without actor and note.
 */

/**
 * A second, deliberately naive reading of docs/concepts, to judge the engine with. It shares no code with it. All that
 * it keeps is an ever-growing list of what the accepted commands meant (changes of terms and members, grants, charges,
 * movements of credits); every number is summed up from that list anew for each question.
 */
export function createAuditor(options: { catalogs: Readonly<Record<string, Catalog>>; published: string }) {
  const stories = new Map<string, Story>();
  let published = options.published;
  /** `expect` and `record` usually ask the same; the last outcome is kept by identity of the command. */
  let last: { command: Command; at: number; before: Story | undefined; published: string; result: Outcome } | null =
    null;

  function copyOf(story: Story | undefined): Story {
    if (story === undefined) return { ...emptyStory(), catalogs: options.catalogs, published };
    return {
      ...story,
      published,
      changes: [...story.changes],
      pins: new Map(story.pins),
      seen: new Map(story.seen),
      grants: [...story.grants],
      movements: [...story.movements],
      charges: new Map(story.charges),
      orders: new Map(story.orders),
      requests: new Map(story.requests),
    };
  }

  /** Carries a command out on a copy: `expect` is pure, and a refused command changes nothing. */
  function carryOut(command: Command, at: number): Outcome {
    const before = stories.get(command.workspace);
    if (last?.command === command && last.at === at && last.before === before && last.published === published)
      return last.result;
    const story = copyOf(before);
    if (before !== undefined) passTime(story, at);
    const { answer, wrote } = isInvalid({ ...command }) ? fail("invalid_input") : decide(story, command, at, before);
    const result = { answer, after: wrote ? story : undefined };
    last = { command, at, before, published, result };
    return result;
  }

  /** The workspace as a read at this instant shows it: everything due is applied, nothing is written (3.6). */
  function look(workspace: string, at: number): Story {
    const before = stories.get(workspace);
    if (before === undefined) throw new Error(`the auditor was told of no workspace ${workspace}`);
    const story = copyOf(before);
    passTime(story, at);
    touch(story, [pool, ...now(story).members.keys()], at);
    return story;
  }

  return {
    /** A catalog version comes into force; versions act in the order in which the auditor is told. */
    publish(version: string, _at?: number): void {
      published = version;
    },
    /** What the engine must answer if this command is carried out at this instant. */
    expect: (command: Command, at: number): Answer => carryOut(command, at).answer,
    /** Tells the auditor that the command was carried out. A refused one changes nothing. */
    record(command: Command, at: number): void {
      const { after } = carryOut(command, at);
      if (after !== undefined) stories.set(command.workspace, after);
    },
    /** The workspace's story at an instant, for those who want to know more of it than the views tell. */
    story: (workspace: string, at: number): Readonly<Story> | null =>
      stories.has(workspace) ? look(workspace, at) : null,
    /** The same as the last accepted command left it. It is never changed, only replaced. */
    told: (workspace: string): Readonly<Story> | undefined => stories.get(workspace),
    /** True while a workspace is on a plan, or waits for it, or has an order or a request of a pack to come (2). */
    isInUse: (kind: "plan" | "pack", id: string) => [...stories.values()].some((story) => uses(story, kind, id)),
    /** An archived workspace uses nothing any more, and is asked for nothing. */
    forget: (workspace: string): void => {
      stories.delete(workspace);
    },
    /** All views of a workspace at an instant, worked out as they are asked for; `null` for one that nobody knows. */
    views(workspace: string, at: number) {
      if (!stories.has(workspace)) return null;
      const story = look(workspace, at);
      return {
        members: [...now(story).members.keys()],
        payer: (charge: string) => story.charges.get(charge)?.member ?? null,
        workspace: () => terms.viewWorkspace(story, at),
        balance: (who: string) => balanceOf(story, who, at),
        charge: (id: string) => charges.viewCharge(story, story.charges.get(id) as Charge),
        grants: () => grantsOf(story, at),
      };
    },
    balance: (workspace: string, who: string, at: number) => balanceOf(look(workspace, at), who, at),
    workspace: (workspace: string, at: number) => terms.viewWorkspace(look(workspace, at), at),
    charge(workspace: string, id: string, at: number) {
      const story = look(workspace, at);
      return charges.viewCharge(story, story.charges.get(id) as Charge);
    },
    /** Every grant with its columns, also those that are used up or over. */
    grants: (workspace: string, at: number) => grantsOf(look(workspace, at), at),
    /**
     * The sums of each holder's columns. A monthly grant that has expired untouched is left out: whether it was made at
     * all depends on who happened to touch it, and changes nothing for anybody (3.5).
     */
    totals(workspace: string, at: number) {
      const story = look(workspace, at);
      const all = columns(story, at);
      const holders = [pool, ...now(story).members.keys()];
      return new Map(holders.map((holder) => [holder, totalsOf(story, holder, all)]));
    },
  };
}

function grantsOf(story: Story, at: number) {
  const all = columns(story, at);
  return story.grants.map((grant) => viewGrant(story, grant, all.get(grant.id) as Columns));
}

function uses(story: Story, kind: "plan" | "pack", id: string): boolean {
  if (kind === "plan") return now(story).term.plan === id || story.pending?.plan === id;
  const orders = [...story.orders.values()].filter(({ state }) => state === "awaiting_payment");
  const requests = [...story.requests.values()].filter(({ state }) => state === "open");
  return [...orders, ...requests].some(({ pack }) => pack === id);
}

interface Outcome {
  answer: Answer;
  after: Story | undefined;
}

const emptyStory = (): Omit<Story, "catalogs" | "published"> => ({
  createdAt: 0,
  name: null,
  creationPlan: "",
  testClock: null,
  clock: 0,
  changes: [],
  pending: null,
  periodEndsAt: null,
  pins: new Map(),
  seen: new Map(),
  grants: [],
  movements: [],
  charges: new Map(),
  orders: new Map(),
  requests: new Map(),
});

/** 3.6: what time has done since. Leases and waiting plan changes do not meet, so their order is free. */
function passTime(story: Story, at: number): void {
  charges.endLeases(story, at);
  terms.takeEffect(story, at);
}

function decide(story: Story, command: Command, at: number, before: Story | undefined): Decision {
  if (before === undefined) {
    if (command.verb === "workspacePut") return terms.createWorkspace(story, command, at);
    const asOutcome = command.verb === "charge" || command.verb === "extend";
    return asOutcome ? refuse({ outcome: "unknown_workspace" }) : fail("unknown_workspace");
  }
  const act = verbs[command.verb] as (story: Story, input: Command, at: number) => Decision;
  const decision = act(story, command, at);
  if (decision.wrote && !["sweep", "advanceClock", "cancel"].includes(command.verb)) touch(story, [], at);
  story.clock = Math.max(story.clock, at, command.verb === "advanceClock" ? ms(command.now) : 0);
  if (command.verb !== "advanceClock" || !decision.wrote) return decision;
  passTime(story, story.clock);
  return { answer: { workspace: terms.viewWorkspace(story, story.clock) }, wrote: true };
}

const verbs: { [V in Verb]: (story: Story, input: CommandOf<V>, at: number) => Decision } = {
  workspacePut: terms.repeatWorkspace,
  memberPut: terms.memberPut,
  memberRemove: terms.memberRemove,
  membersSync: terms.membersSync,
  subscription: terms.subscription,
  advanceClock: terms.advanceClock,
  sweep: () => done({}),
  charge: charges.charge,
  extend: charges.extend,
  heartbeat: charges.heartbeat,
  cancel: charges.cancel,
  settle: charges.settle,
  refund: charges.refund,
  supportRefund: charges.supportRefund,
  grant: purchases.grant,
  revokeGrant: purchases.revokeGrant,
  topUp: purchases.topUp,
  topUpPaid: purchases.topUpPaid,
  topUpRefunded: purchases.topUpRefunded,
  topUpRequest: purchases.topUpRequest,
  approve: purchases.approve,
  decline: purchases.decline,
  withdraw: purchases.withdraw,
};

function viewGrant(story: Story, grant: Grant, own: Columns) {
  const { amount, available, held, spent, expired, revoked } = own;
  const end = endOf(story, grant);
  return {
    id: grant.id,
    holder: grant.holder,
    source: grant.source,
    amount,
    available,
    held,
    spent,
    expired,
    revoked,
    at: iso(grant.at),
    expiresAt: end === null ? null : iso(end),
    frozen: isFrozen(story, grant),
    purchase: grant.order,
  };
}

/** One holder's part of a balance. `may` is false for those who may spend nothing: 0 for them (http-api, balance). */
function partOf(story: Story, { holder, may, at }: { holder: string; may: boolean; at: number }) {
  const all = columns(story, at);
  const own = story.grants.filter((grant) => grant.holder === holder);
  const of = (grant: Grant) => all.get(grant.id) as Columns;
  const source = (name: Grant["source"]) => own.filter((grant) => grant.source === name);
  const spendable = (grants: Grant[]) =>
    may ? sum(grants.filter((grant) => !isFrozen(story, grant)).map((grant) => of(grant).available)) : 0;
  const key = cycleKey(story, at);
  const renews = renewal(story, holder, at);
  const thisCycle = source("monthly").filter(({ id }) => id.startsWith(`monthly:${holder}:${key}:`));
  const { mark } = monthlyGrants(story, holder, at);
  return {
    available: spendable(own),
    held: sum(own.map((grant) => of(grant).held)),
    monthly: {
      allowance: levelNow(story, holder, at) === "unlimited" ? null : mark,
      available: spendable(source("monthly")),
      used: sum(thisCycle.map((grant) => of(grant).held + of(grant).spent)),
      renewsAt: renews === null ? null : iso(renews),
    },
    promo: { available: spendable(source("promo")) },
    topUp: {
      available: spendable(source("top-up")),
      frozen: sum(source("top-up").map((grant) => (isFrozen(story, grant) ? of(grant).available : 0))),
    },
  };
}

function balanceOf(story: Story, who: string, at: number) {
  const all = columns(story, at);
  const may = who === pool || seatNow(story, who) !== null;
  const own = partOf(story, { holder: who, may, at });
  const shared = who === pool ? null : partOf(story, { holder: pool, may, at });
  const limit = now(story).members.get(who)?.cap ?? null;
  const holders = who === pool ? [pool] : [who, pool];
  const live = story.grants
    .filter((grant) => holders.includes(grant.holder))
    .map((grant) => viewGrant(story, grant, all.get(grant.id) as Columns))
    .filter(({ available, held }) => available + held > 0);
  const [a, b] = [own.monthly, shared?.monthly];
  const monthly = {
    allowance: a.allowance === null || b?.allowance === null ? null : a.allowance + (b?.allowance ?? 0),
    available: a.available + (b?.available ?? 0),
    used: a.used + (b?.used ?? 0),
    renewsAt: a.renewsAt,
  };
  return {
    available: own.available + (shared?.available ?? 0),
    held: own.held + (shared?.held ?? 0),
    unlimited: may && [who, pool].some((holder) => levelNow(story, holder, at) === "unlimited"),
    monthly,
    promo: { available: own.promo.available + (shared?.promo.available ?? 0) },
    topUp: {
      available: own.topUp.available + (shared?.topUp.available ?? 0),
      frozen: own.topUp.frozen + (shared?.topUp.frozen ?? 0),
    },
    pool: shared,
    debt: totalsOf(story, who, all).debt,
    cap: limit === null ? null : { limit, used: charges.capUse(story, who, at) },
    remedies: charges.remediesOf(story, who, at),
    grants: live,
  };
}

function totalsOf(story: Story, holder: string, all: Map<string, Columns>) {
  const own = story.grants.filter((grant) => grant.holder === holder);
  const counted = own
    .map((grant) => ({ grant, columns: all.get(grant.id) as Columns }))
    .filter((one) => one.grant.source !== "monthly" || one.columns.expired < one.columns.amount);
  const of = (column: keyof Columns) => sum(counted.map((one) => one.columns[column]));
  return {
    amount: of("amount"),
    available: of("available"),
    held: of("held"),
    spent: of("spent"),
    expired: of("expired"),
    revoked: of("revoked"),
    debt: sum(counted.map((one) => (one.grant.source === "top-up" ? debtOf(story, one.grant, one.columns) : 0))),
  };
}
