import { type Command, createAuditor } from "./auditor.ts";
import { createDice } from "./dice.ts";
import { differences } from "./differences.ts";
import { createLife, type Life, type Turn } from "./generator.ts";
import { documented, wordOf } from "./outcomes.ts";
import { type Player, type Problem, play, type Told } from "./play.ts";
import { watchForSituations } from "./situations.ts";
import type { Subject } from "./subject.ts";
import { dropped, type Version, versions } from "./versions.ts";

export interface Options {
  seed: number;
  /** How many commands; the run ends with the round that reaches it. */
  steps: number;
  /** Workspaces that live at the same time. */
  width?: number;
  progress?(steps: number): void;
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
const VERIFY_EVERY = 50;

interface World {
  player: Player;
  life: Life;
  /** How many publications there had been when it began. */
  events: Event[];
}

/** A seeded world of workspaces, played on the real engine and judged by the auditor after every round. */
export async function simulate(subject: Subject, options: Options): Promise<Report> {
  const { seed, steps, width = 16 } = options;
  const roll = createDice(seed);
  const begun = performance.now();
  const auditor = createAuditor({ catalogs: versions, published: "base" });
  await subject.publish("base");
  const words = new Map<string, number>();
  const kinds = new Map<string, number>();
  const situations = watchForSituations(auditor);
  const run = roll(1_000_000_000).toString(36);
  let done = 0;
  let workspaces = 0;
  let published: Version = "base";
  let over: string[] = [];
  const tally = {
    /** How much weight a way gets for what is missing of its aim. */
    lack: (aim: string) => {
      if (!wanted.has(aim)) return 0;
      const missing = done / 1000 - (words.get(aim) ?? situations.counts.get(aim) ?? 0);
      return missing <= 0 ? 0 : Math.min(40, Math.ceil(missing * 4));
    },
  };
  const wanted = new Set([...documented, ...situations.counts.keys()]);

  function begin(): World {
    workspaces += 1;
    const length = roll.pick([40, 80, 120, 160, 250]);
    const player = { workspace: `w-${run}-${workspaces}`, clock: null, turns: 0 };
    return { player, life: createLife(roll(2 ** 31), length, tally), events: [{ publish: published }] };
  }

  function heard(told: Told): void {
    done += 1;
    const word = wordOf(told.command, told.answer);
    words.set(word, (words.get(word) ?? 0) + 1);
    kinds.set(told.command.verb, (kinds.get(told.command.verb) ?? 0) + 1);
    situations.heard(told);
  }

  const report = (problem: Problem | null, events: Event[]): Report => ({
    seed,
    steps: done,
    seconds: (performance.now() - begun) / 1000,
    words,
    kinds,
    situations: situations.counts,
    workspaces,
    problem,
    events,
  });

  /** The ledgers of workspaces that came to their end must add up; then nobody uses their plans any more. */
  async function bury(): Promise<Problem | null> {
    const { differences } = await subject.credits.verify({ workspaces: over });
    if (differences.length > 0) {
      const workspace = differences[0]?.workspace ?? "";
      const lines = differences.map((one) => JSON.stringify(one));
      return { workspace, at: 0, asked: "verify", differences: lines, engine: null, auditor: null };
    }
    for (const workspace of over) {
      await subject.credits.workspaces.archive({ workspace });
      auditor.forget(workspace);
    }
    over = [];
    return null;
  }

  async function publish(worlds: readonly World[]): Promise<void> {
    const version = roll.chance(25) ? "dropping" : roll.pick(Object.keys(versions) as Version[]);
    const gone = dropped[version];
    const prevented = gone !== undefined && (auditor.isInUse("plan", gone.plan) || auditor.isInUse("pack", gone.pack));
    const word = await subject.publish(version).then(
      () => "publish:ok",
      (error: { code?: string }) => `publish:error:${error.code}`,
    );
    const expected = prevented ? "publish:error:catalog_in_use" : "publish:ok";
    if (word !== expected) throw new Error(`publishing ${version} came to ${word}, not to ${expected}`);
    words.set(word, (words.get(word) ?? 0) + 1);
    if (prevented) return;
    auditor.publish(version);
    published = version;
    for (const { events } of worlds) events.push({ publish: version });
  }

  /** Now and then somebody asks for a workspace that is not there. */
  async function nowhere(): Promise<Problem | null> {
    const command: Command = { verb: "charge", workspace: "nowhere", id: "c1", member: "anna", feature: "sketch" };
    const answer = await subject.tell(command);
    const expected = auditor.expect(command, 0);
    const found = differences(answer, expected);
    const facts = { workspace: "nowhere", at: 0, asked: command };
    if (found.length > 0) return { ...facts, differences: found, engine: answer, auditor: expected };
    heard({ workspace: "nowhere", command, answer, at: 0 });
    return null;
  }

  const worlds: World[] = [];
  while (done < steps) {
    while (worlds.length < width) worlds.push(begin());
    if (roll.chance(15)) await publish(worlds);
    const moves: { player: Player; turn: Turn }[] = [];
    for (const [i, world] of [...worlds.entries()].reverse()) {
      const { player, life, events } = world;
      const turn = life.next(player.clock === null ? null : auditor.story(player.workspace, player.clock));
      if (turn === null) {
        worlds.splice(i, 1);
        over.push(player.workspace);
        continue;
      }
      events.push({ turn });
      moves.push({ player, turn });
    }
    const problem =
      (roll.chance(40) ? await nowhere() : null) ??
      (await play({ subject, auditor }, moves, heard)) ??
      (over.length >= VERIFY_EVERY ? await bury() : null);
    if (problem !== null) {
      const world = worlds.find(({ player }) => player.workspace === problem.workspace);
      return report(problem, world?.events ?? []);
    }
    options.progress?.(done);
  }
  over.push(...worlds.map(({ player }) => player.workspace));
  return report(await bury(), []);
}
