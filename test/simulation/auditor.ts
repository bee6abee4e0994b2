import * as charges from "./auditor/charges.ts";
import { isInvalid } from "./auditor/faults.ts";
import type { Act, Answer, Catalog, Command, Inputs, Reply, Story, Usage, Verb } from "./auditor/model.ts";
import { newStory, now, pool } from "./auditor/model.ts";
import { touch } from "./auditor/monthly.ts";
import * as purchases from "./auditor/purchases.ts";
import { by, ms, msOrNull, must, Refusal } from "./auditor/rules.ts";
import * as terms from "./auditor/terms.ts";
import { viewsOf } from "./auditor/views.ts";

export type { Catalog, Command } from "./auditor/model.ts";

/** A fact: an accepted command, its instant, and the catalog version that was in force. */
type Fact = Readonly<{ command: Command; at: number; published: string; wanted: string | undefined }>;

/**
 * A second, deliberately naive reading of docs/concepts, to judge the engine with. It shares no code with it. All that
 * it keeps of a workspace is the list of its accepted commands. For each question it tells the whole story from the
 * first of them on, into a list of movements of credits, and sums every number up from these. auditor/readings.md says
 * how it reads what the contract leaves open.
 */
export function createAuditor(options: { catalogs: Readonly<Record<string, Catalog>>; published: string }) {
  const facts = new Map<string, readonly Fact[]>();
  const told = new Map<string, Readonly<Story>>();
  let { published } = options;
  /** What was asked and looked at last, by the facts of that time: mostly the same is asked again at once. */
  let asked: Asked | null = null;
  const looks = new WeakMap<readonly Fact[], { at: number; published: string; story: Story }>();

  /** Tells the story from the first fact on, with one more at its end; a command that is refused is none. */
  function ask(command: Command, at: number): Asked {
    const before = facts.get(command.workspace) ?? [];
    if (asked?.fact.command === command && asked.fact.at === at && asked.before === before) return asked;
    const fact = { command, at, published, wanted: wantedBy(command) };
    const story = newStory(options.catalogs);
    for (const known of before) carryOut(story, known);
    try {
      must(!isInvalid(command), "invalid_input");
      asked = { fact, before, answer: carryOut(story, fact)(at), story };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      asked = { fact, before, answer: error.answer, story: null };
    }
    return asked;
  }

  /** The story as a read at this instant shows it: everything due is applied, nothing is written (3.6). */
  function look(workspace: string, at: number): Readonly<Story> | null {
    const known = facts.get(workspace) ?? [];
    const last = looks.get(known);
    if (last?.at === at && last.published === published) return last.story;
    const { story } = ask({ verb: "sweep", workspace }, at);
    if (story === null) return null;
    touch(story, [pool, ...now(story).members.keys()], at);
    looks.set(known, { at, published, story });
    return story;
  }

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
    story: look,
    /** The same as the last accepted command left it. It is never changed, only replaced. */
    told: (workspace: string): Readonly<Story> | undefined => told.get(workspace),
    /** True while a workspace is on a plan, or waits for it, or has an order or a request of a pack to come (2). */
    isInUse: (kind: "plan" | "pack", id: string) => [...told.values()].some((story) => uses(story, kind, id)),
    /** An archived workspace uses nothing any more, and is asked for nothing. */
    forget(workspace: string): void {
      facts.delete(workspace);
      told.delete(workspace);
    },
    /** All views of a workspace at an instant, worked out as they are asked for; `null` for one that nobody knows. */
    views(workspace: string, at: number) {
      const story = look(workspace, at);
      return story && viewsOf(story, at);
    },
  };
}

type Asked = { fact: Fact; before: readonly Fact[]; answer: Answer; story: Story | null };

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
function carryOut(story: Story, fact: Fact): Reply {
  const { at, published } = fact;
  const { verb } = fact.command;
  story.published = published;
  passTime(story, at);
  const isKnown = story.changes.length > 0;
  const isCharge = verb === "charge" || verb === "extend";
  must(isKnown || verb === "workspacePut", () => ({ [isCharge ? "outcome" : "error"]: "unknown_workspace" }));
  const reply = once(story, fact);
  if (isKnown && !["sweep", "advanceClock", "cancel"].includes(verb)) touch(story, [], at);
  story.clock = Math.max(story.clock, at);
  return reply;
}

const sorted = (usage: Usage = {}) => Object.entries(usage).sort(by(([meter]) => [meter]));
/** What a repeat under the same id must say again; anything else under it is an error (8.1, 4.7). */
const identities: { [V in Verb]?: (input: Inputs[V]) => unknown[] } = {
  charge: ({ mode = "standard", quantity = 1, ...of }) => [of.member, of.feature, mode, quantity, sorted(of.usage)],
  supportRefund: ({ charge, quantity, reissue = true }) => [charge, quantity, reissue],
  grant: ({ member, amount, expiresAt }) => [member, amount, msOrNull(expiresAt)],
  revokeGrant: ({ grant, amount }) => [grant, amount],
  topUp: ({ buyer, pack, recipients }) => [buyer, pack, recipients],
  topUpRequest: ({ member, pack }) => [member, pack],
};

function wantedBy(command: Command): string | undefined {
  const identity = identities[command.verb] as ((input: Command) => unknown[]) | undefined;
  return identity && JSON.stringify(identity(command));
}

function once(story: Story, { command, at, wanted }: Fact): Reply {
  const act = verbs[command.verb] as (story: Story, input: Command, at: number) => Reply;
  if (wanted === undefined || !("id" in command)) return act(story, command, at);
  const key = `${command.verb}:${command.id}`;
  const known = story.seen.get(key);
  must(known === undefined || known.wanted === wanted, "id_reused");
  // A repeated charge may adopt it, and a repeated order may say that it is paid.
  const mayDoMore = command.verb === "charge" || (command.verb === "topUp" && command.paid === true);
  must(known === undefined || mayDoMore, () => ({ ...known?.reply(at), replayed: true }));
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

const verbs: { [V in Verb]: Act<V> } = { ...terms, ...charges, ...purchases, advanceClock, sweep: () => () => ({}) };
