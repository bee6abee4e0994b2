import { type Command, createAuditor } from "./auditor.ts";
import { createDice } from "./dice.ts";
import { differences } from "./differences.ts";
import { createLife, type Life, type Turn } from "./generator.ts";
import { wordOf } from "./outcomes.ts";
import { type Played, type Player, type Problem, play } from "./play.ts";
import { toArchived, toNobody } from "./strangers.ts";
import type { Subject } from "./subject.ts";
import { createTally } from "./tally.ts";
import { dropped, type Version, versions } from "./versions.ts";

export interface Options {
  seed: number;
  /** How many commands; the run ends with the round that reaches it. */
  steps: number;
  /** Workspaces that live at the same time. */
  width?: number;
}

/** What one workspace lived through, with the catalogs that were published meanwhile, in order. */
export type Event = { turn: Turn } | { publish: Version };

export interface Report {
  seed: number;
  steps: number;
  seconds: number;
  words: Map<string, number>;
  kinds: Map<string, number>;
  situations: Map<string, number>;
  workspaces: number;
  problem: Problem | null;
  /** The events of the workspace with the problem, from its beginning to the problem. */
  events: Event[];
}

/** Ledgers are verified when so many of them have come to their end, and once more at the end of the run. */
const VERIFY_EVERY = 16;

/** A situation that needs a version which can hardly ever be published. */
const rare = "a plan that the published version has dropped";

interface World {
  player: Player;
  life: Life;
  /** What it lived through, and what was in force when it began. */
  events: Event[];
}

/**
 * A seeded world of workspaces, played on the real engine and judged by the auditor after every round. Half of the
 * workspaces are judged while the other half waits for the database. What is told of a round counts when the next one
 * has been made up and sent, never earlier, so that a seed makes the same world however fast the database is.
 */
export async function simulate(subject: Subject, options: Options): Promise<Report> {
  const { seed, steps, width = 32 } = options;
  const roll = createDice(seed);
  const begun = performance.now();
  const auditor = createAuditor({ catalogs: versions, published: "base" });
  await subject.publish("base");
  const tally = createTally();
  const run = roll(1_000_000_000).toString(36);
  let workspaces = 0;
  let published: Version = "base";
  /** Those whose life is over, and whose ledgers are still to be verified. */
  let over: World[] = [];
  const halves: World[][] = [[], []];
  const worlds = () => halves.flat();

  function begin(): World {
    workspaces += 1;
    const length = roll.pick([40, 80, 120, 160, 250]);
    const player = { workspace: `w-${run}-${workspaces}`, clock: null, turns: 0 };
    return { player, life: createLife(roll(2 ** 31), length, tally), events: [{ publish: published }] };
  }

  /** Each in turn, so that all come equally often. */
  const stranger = inTurn(toNobody);
  const late = inTurn(toArchived);

  const report = (problem: Problem | null): Report => ({
    seed,
    steps: tally.steps(),
    seconds: (performance.now() - begun) / 1000,
    words: tally.words,
    kinds: tally.kinds,
    situations: tally.situations,
    workspaces,
    problem,
    events: [...worlds(), ...over].find(({ player }) => player.workspace === problem?.workspace)?.events ?? [],
  });

  /** Makes up what each of these workspaces does next; those whose life is over are replaced in the next round. */
  function moved(half: World[]): { player: Player; turn: Turn }[] {
    while (half.length < width / 2) half.push(begin());
    const moves: { player: Player; turn: Turn }[] = [];
    for (const [i, world] of [...half.entries()].reverse()) {
      const { player, life, events } = world;
      const turn = life.next(player.clock === null ? null : auditor.story(player.workspace, player.clock));
      if (turn === null) {
        half.splice(i, 1);
        over.push(world);
        continue;
      }
      events.push({ turn });
      moves.push({ player, turn });
    }
    return moves;
  }

  /** The ledgers of workspaces that came to their end must add up; then they take nothing any more, and use no plan. */
  async function bury(): Promise<Problem | null> {
    const gone = over.map(({ player }) => player.workspace);
    const { differences: found } = await subject.credits.verify({ workspaces: gone });
    if (found.length > 0) {
      const lines = found.map((one) => JSON.stringify(one));
      return unlike({ workspace: found[0]?.workspace ?? "", asked: "verify", differences: lines });
    }
    for (const workspace of gone) await subject.credits.workspaces.archive({ workspace });
    for (const workspace of gone) {
      auditor.forget(workspace);
      for (let i = 0; i < 3; i++) {
        const command = { ...late(), workspace } as Command;
        const answer = await subject.tell(command);
        const lines = differences(answer, { error: "archived" });
        if (lines.length > 0) return unlike({ workspace, asked: command, differences: lines });
        tally.count(wordOf(command, answer));
      }
    }
    over = [];
    return null;
  }

  const isInUse = () => auditor.isInUse("plan", dropped.plan) || auditor.isInUse("pack", dropped.pack);

  /** Somebody has left the plan that is going to be dropped, and nobody is on it: that is rare and soon over. */
  function isOccasion(): boolean {
    if (tally.lack(rare) === 0 || isInUse()) return false;
    const stories = worlds().map(({ player }) => auditor.told(player.workspace));
    return stories.some((story) => story?.changes.some(({ term }) => term.plan === dropped.plan));
  }

  async function publish(): Promise<Problem | null> {
    // Those that come more often are those whose absence of something has to meet somebody who wants it.
    const others = roll.chance(30) ? (["grown"] as const) : (Object.keys(versions) as Version[]);
    const refusals = isInUse() && tally.lack("publish:error:catalog_in_use") > 0 ? 70 : 40;
    const version = isOccasion() || roll.chance(refusals) ? dropped.by : roll.pick(others);
    const prevented = version === dropped.by && isInUse();
    const word = await subject.publish(version).then(
      () => "publish:ok",
      (error: { code?: string }) => `publish:error:${error.code}`,
    );
    const expected = prevented ? "publish:error:catalog_in_use" : "publish:ok";
    if (word !== expected) {
      const lines = [`publishing ${version} came to ${word}, not to ${expected}`];
      return unlike({ workspace: "", asked: `publish ${version}`, differences: lines });
    }
    tally.count(word);
    if (prevented) return null;
    auditor.publish(version);
    published = version;
    for (const { events } of worlds()) events.push({ publish: version });
    return null;
  }

  /** Now and then somebody asks for a workspace that is not there. */
  async function nowhere(): Promise<Played> {
    const command = { ...stranger(), workspace: "nowhere" } as Command;
    const answer = await subject.tell(command);
    const found = differences(answer, auditor.expect(command, 0));
    if (found.length > 0) {
      return { told: [], problem: unlike({ workspace: "nowhere", asked: command, differences: found }) };
    }
    const told = { workspace: "nowhere", command, answer, at: 0, before: undefined, after: undefined };
    return { told: [told], problem: null };
  }

  /** The rounds that were sent and not yet heard of. */
  let sent: Promise<Played>[] = [];
  async function hear(rounds: Promise<Played>[]): Promise<Problem | null> {
    // All of them, because nothing may be on its way any more when a run stops.
    const played = await Promise.all(rounds);
    for (const { told } of played) for (const one of told) tally.heard(one);
    return played.find(({ problem }) => problem !== null)?.problem ?? null;
  }

  async function round(turn: number): Promise<Problem | null> {
    // What the auditor knows may be asked for only when nothing is on its way, or the seed would not decide alone.
    const publishes = roll.chance(tally.lack(rare) > 0 && published !== dropped.by ? 30 : 10);
    if (publishes || over.length >= VERIFY_EVERY) {
      const rounds = sent;
      sent = [];
      const found =
        (await hear(rounds)) ?? (publishes ? await publish() : null) ?? (over.length > 0 ? await bury() : null);
      if (found !== null) return found;
    }
    const rounds = sent;
    sent = [play({ subject, auditor }, moved(halves[turn % 2] as World[]))];
    if (roll.chance(50)) sent.push(nowhere(), nowhere());
    const found = await hear(rounds);
    if (found !== null) await hear(sent);
    return found;
  }

  for (let turn = 0; tally.steps() < steps; turn++) {
    const problem = await round(turn);
    if (problem !== null) return report(problem);
  }
  const last = await hear(sent);
  if (last !== null) return report(last);
  over.push(...halves.flatMap((half) => half.splice(0)));
  return report(await bury());
}

function inTurn<T>(list: readonly T[]): () => T {
  let i = 0;
  return () => list[i++ % list.length] as T;
}

const unlike = (facts: Pick<Problem, "workspace" | "asked" | "differences">): Problem => ({
  ...facts,
  at: 0,
  engine: null,
  auditor: null,
});
