import * as charges from "./auditor/charges.ts";
import { isInvalid } from "./auditor/faults.ts";
import type { Act, Answer, Catalog, Command, Inputs, Reply, Story, Verb } from "./auditor/model.ts";
import { ms, msOrNull, must, newStory, now, pool, Refusal, refuse } from "./auditor/model.ts";
import { touch } from "./auditor/monthly.ts";
import * as purchases from "./auditor/purchases.ts";
import * as terms from "./auditor/terms.ts";
import { viewsOf } from "./auditor/views.ts";

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

/** A fact: an accepted command, its instant, and the catalog version that was in force. */
type Fact = Readonly<{ command: Command; at: number; published: string }>;

/**
 * A second, deliberately naive reading of docs/concepts, to judge the engine with. It shares no code with it. All that
 * it keeps of a workspace is the list of its accepted commands. For each question it tells the whole story from the
 * first of them on, into a list of movements of credits, and sums every number up from these.
 */
export function createAuditor(options: { catalogs: Readonly<Record<string, Catalog>>; published: string }) {
  const { catalogs } = options;
  const facts = new Map<string, readonly Fact[]>();
  let { published } = options;
  /** What was asked last and where it led, because the same is mostly asked again at once. */
  let asked: Asked | null = null;
  const seen = new Map<string, Look>();
  const told = new Map<string, Readonly<Story>>();

  function tell(list: readonly Fact[]): Story {
    const story = newStory(catalogs);
    for (const fact of list) carryOut(story, fact);
    return story;
  }

  /** Adds one more fact to the story, for which everything before is told anew; a refused command is none. */
  function ask(command: Command, at: number): Asked {
    const before = facts.get(command.workspace) ?? [];
    if (asked?.fact.command === command && asked.fact.at === at && asked.before === before) return asked;
    const fact = { command, at, published };
    try {
      must(!isInvalid(command), "invalid_input");
      const story = tell(before);
      asked = { fact, before, answer: carryOut(story, fact)(at), story };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      asked = { fact, before, answer: error.answer, story: null };
    }
    return asked;
  }

  /** The workspace as a read at this instant shows it: everything due is applied, nothing is written (3.6). */
  function look(workspace: string, at: number): Story {
    const list = facts.get(workspace);
    if (list === undefined) throw new Error(`the auditor was told of no workspace ${workspace}`);
    const last = seen.get(workspace);
    if (last?.list === list && last.at === at && last.published === published) return last.story;
    const story = Object.assign(tell(list), { published });
    passTime(story, at);
    touch(story, [pool, ...now(story).members.keys()], at);
    seen.set(workspace, { list, at, published, story });
    return story;
  }

  const views = (workspace: string, at: number) => viewsOf(look(workspace, at), at);
  return {
    /** A catalog version comes into force; versions act in the order in which the auditor is told. */
    publish(version: string, _at?: number): void {
      published = version;
    },
    /** What the engine must answer if this command is carried out at this instant. */
    expect: (command: Command, at: number): Answer => ask(command, at).answer,
    /** Tells the auditor that the command was carried out. A refused one changes nothing. */
    record(command: Command, at: number): void {
      const { fact, before, story } = ask(command, at);
      if (story === null) return;
      facts.set(command.workspace, [...before, fact]);
      told.set(command.workspace, story);
    },
    /** The workspace's story at an instant, for those who want to know more of it than the views tell. */
    story: (workspace: string, at: number): Readonly<Story> | null =>
      facts.has(workspace) ? look(workspace, at) : null,
    /** The same as the last accepted command left it. It is never changed, only replaced. */
    told: (workspace: string): Readonly<Story> | undefined => told.get(workspace),
    /** True while a workspace is on a plan, or waits for it, or has an order or a request of a pack to come (2). */
    isInUse: (kind: "plan" | "pack", id: string) => [...told.values()].some((story) => uses(story, kind, id)),
    /** An archived workspace uses nothing any more, and is asked for nothing. */
    forget(workspace: string): void {
      for (const map of [facts, seen, told]) map.delete(workspace);
    },
    /** All views of a workspace at an instant, worked out as they are asked for; `null` for one that nobody knows. */
    views: (workspace: string, at: number) => (facts.has(workspace) ? views(workspace, at) : null),
    balance: (workspace: string, who: string, at: number) => views(workspace, at).balance(who),
    workspace: (workspace: string, at: number) => views(workspace, at).workspace(),
    charge: (workspace: string, id: string, at: number) => views(workspace, at).charge(id),
    grants: (workspace: string, at: number) => views(workspace, at).grants(),
    totals: (workspace: string, at: number) => views(workspace, at).totals(),
  };
}

interface Asked {
  fact: Fact;
  before: readonly Fact[];
  answer: Answer;
  story: Story | null;
}
interface Look {
  list: readonly Fact[];
  at: number;
  published: string;
  story: Story;
}

function uses(story: Readonly<Story>, kind: "plan" | "pack", id: string): boolean {
  if (kind === "plan") return now(story).term.plan === id || story.pending?.plan === id;
  const orders = [...story.orders.values()].filter(({ state }) => state === "awaiting_payment");
  const requests = [...story.requests.values()].filter(({ state }) => state === "open");
  return [...orders, ...requests].some(({ pack }) => pack === id);
}

/** 3.6: what time has done since. Leases and waiting plan changes do not meet, so their order is free. */
function passTime(story: Story, at: number): void {
  charges.endLeases(story, at);
  terms.takeEffect(story, at);
}

/** Carries a command out at its instant, after all that time has done until then. */
function carryOut(story: Story, { command, at, published }: Fact): Reply {
  const { verb } = command;
  story.published = published;
  passTime(story, at);
  const isKnown = story.changes.length > 0;
  const isCharge = verb === "charge" || verb === "extend";
  must(isKnown || verb === "workspacePut", () => ({ [isCharge ? "outcome" : "error"]: "unknown_workspace" }));
  const reply = once(story, command, at);
  if (isKnown && !["sweep", "advanceClock", "cancel"].includes(verb)) touch(story, [], at);
  story.clock = Math.max(story.clock, at);
  return reply;
}

/** What a repeat under the same id must say again; anything else under it is an error (8.1, 4.7). */
const identities: { [V in Verb]?: (input: Inputs[V]) => unknown[] } = {
  charge: ({ member, feature, mode = "standard", quantity = 1, usage = {} }) => [
    member,
    feature,
    mode,
    quantity,
    Object.entries(usage).sort(),
  ],
  supportRefund: ({ charge, quantity, reissue = true }) => [charge, quantity, reissue],
  grant: ({ member, amount, expiresAt }) => [member, amount, msOrNull(expiresAt)],
  revokeGrant: ({ grant, amount }) => [grant, amount],
  topUp: ({ buyer, pack, recipients }) => [buyer, pack, recipients],
  topUpRequest: ({ member, pack }) => [member, pack],
};

function once(story: Story, command: Command, at: number): Reply {
  const act = verbs[command.verb] as (story: Story, input: Command, at: number) => Reply;
  const identity = identities[command.verb] as ((input: Command) => unknown[]) | undefined;
  if (identity === undefined || !("id" in command)) return act(story, command, at);
  const key = `${command.verb}:${command.id}`;
  const wanted = JSON.stringify(identity(command));
  const known = story.seen.get(key);
  must(known === undefined || known.wanted === wanted, "id_reused");
  // A repeated charge may adopt it, and a repeated order may say that it is paid.
  const mayDoMore = command.verb === "charge" || (command.verb === "topUp" && command.paid === true);
  if (known !== undefined && !mayDoMore) refuse({ ...known.reply(at), replayed: true });
  const reply = act(story, command, at);
  if (known === undefined) story.seen.set(key, { wanted, reply });
  return reply;
}

/** 8.2: a test clock only moves forward. */
const advanceClock: Act<"advanceClock"> = (story, input, at) => {
  must(story.testClock !== null, "not_a_test_clock");
  must(ms(input.now) >= Math.max(story.clock, at), "clock_backwards");
  story.clock = ms(input.now);
  passTime(story, story.clock);
  return () => ({ workspace: terms.viewWorkspace(story, story.clock) });
};

const verbs: { [V in Verb]: Act<V> } = {
  ...{ ...terms, ...charges, ...purchases },
  sweep: () => () => ({}),
  advanceClock,
};
