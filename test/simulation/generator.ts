import { cycleAt } from "./auditor/cycles.ts";
import type { Story, Verb } from "./auditor/model.ts";
import { endOf } from "./auditor/monthly.ts";
import { createDice, type Dice } from "./dice.ts";
import type { ExampleCommand } from "./examples/steps.ts";
import type { Beat } from "./plots/plot.ts";
import { plots } from "./plots.ts";
import { names } from "./recipes/changing.ts";
import { largest } from "./recipes/money.ts";
import { recipes } from "./recipes.ts";
import type { Make, Scene } from "./scene.ts";
import { day, iso, open } from "./scene.ts";

/** What happens to one workspace at once: its clock moves, and then some commands come together. */
export interface Turn {
  at: number;
  /** True when nobody does anything about what came due: the clock just is there. */
  unnoticed: boolean;
  commands: ExampleCommand[];
}

/** One workspace's life, made up turn by turn from what the auditor knows of it. */
export interface Life {
  /** The next turn; `null` when the workspace's life is over. */
  next(story: Readonly<Story> | null): Turn | null;
}

/**
 * From here on clocks only move by command. A lease that runs out is looked for by the database's own clock, which a
 * workspace in real time never is ahead of; a test clock that is gets by with what `advanceClock` does.
 */
const future = Date.UTC(2025, 0, 1);

/** What a run has reached too rarely so far, outcomes and situations alike. */
export interface Tally {
  /** How much more often than usual this should be tried; 0 when it has come often enough. */
  lack(aim: string): number;
}

export function createLife(seed: number, length: number, tally: Tally): Life {
  const roll = createDice(seed);
  const log: ExampleCommand[] = [];
  const start = Date.UTC(2016 + roll(4), roll(12), 1 + roll(31), roll(24), roll(60), roll(60), roll(1000));
  let at = start;
  let ids = 0;
  let left = length;
  let plot: Iterator<Beat, void, Scene> | null = null;
  // Some live by the minute, some by the day. Some keep to a plan without allowance, where all is bought.
  const pace = roll.pick([60_000, 600_000, 3_600_000, 3_600_000, day]);
  const buys = roll.chance(30);
  const fresh = (prefix: string) => `${prefix}${roll.chance(10) ? ":" : ""}${++ids}`;

  function sceneOf(story: Readonly<Story>): Scene {
    return { story, at, roll, log, fresh };
  }

  function born(): Turn {
    const plan = roll.chance(30) ? { plan: roll.pick(["tiny", "crew", "pro", "club", "team"]) } : {};
    const createdAt = roll.chance(20) ? { createdAt: iso(at - roll(90 * day)) } : {};
    const list = names.filter(() => roll.chance(buys ? 40 : 60));
    const roles = ["owner", "editor", "editor", "guest-editor", "viewer", "treasurer"];
    const members = list.map((id, i) => ({ id, role: i === 0 ? "owner" : roll.pick(roles) }));
    return {
      at,
      unnoticed: false,
      commands: [
        { verb: "workspacePut", testClock: iso(at), ...plan, ...createdAt },
        { verb: "membersSync", members },
        ...(buys ? [{ verb: "subscription", plan: "bare", effective: "now" } as const] : []),
      ],
    };
  }

  return {
    next(story) {
      if (left <= 0) return null;
      const turn = story === null ? born() : (played(sceneOf(story)) ?? later(sceneOf(story)));
      left -= turn.commands.length;
      // What is too much now may not be later: it is never sent again.
      log.push(...turn.commands.filter((command) => command.verb !== "grant" || command.amount !== largest));
      return turn;
    },
  };

  /** The next turn of the plot that is on, or of one that begins; `null` when none is, or something else comes between. */
  function played(scene: Scene): Turn | null {
    if (!roll.chance(plot === null ? 22 : 75)) return null;
    plot ??= pickPlot(roll, tally)(scene);
    const { done, value } = plot.next(scene);
    if (done === true || value === undefined) {
      plot = null;
      return null;
    }
    const { at: instant = at, unnoticed = false, commands } = value;
    at = Math.max(at, instant);
    const moved = { ...scene, at };
    const between = roll.chance(25) ? [makeUp(moved, tally, buys)].filter(mayFollow) : [];
    return { at, unnoticed: unnoticed && at < future, commands: [...commands, ...between] };
  }

  function later(scene: Scene): Turn {
    const before = at;
    at = nextInstant(scene, pace);
    const moved = { ...scene, at };
    const size = roll.chance(60) ? 1 : roll.chance(80) ? 2 + roll(4) : 6 + roll(40);
    const commands: ExampleCommand[] = [];
    while (commands.length < Math.min(size, left)) {
      const command = makeUp({ ...moved, log: [...log, ...commands] }, tally, buys);
      const alone = command.verb === "grant" && command.amount === largest;
      if (!alone) commands.push(command);
      else if (commands.length === 0 && at === before) return { at, unnoticed: true, commands: [command] };
    }
    for (const command of commands)
      if (command.verb === "advanceClock") at = Math.max(at, Date.parse(String(command.now)));
    return { at: moved.at, unnoticed: roll.chance(60) && at < future, commands };
  }
}

/** Later, or not; often exactly when something comes due, or a millisecond beside it, where most mistakes live. */
function nextInstant(scene: Scene, pace: number): number {
  const { at, roll, story } = scene;
  if (roll.chance(40)) return at;
  if (roll.chance(60)) return at + roll(pace);
  const { startsAt, endsAt } = cycleAt(story, at);
  const due = [
    endsAt,
    endsAt,
    ...open(scene).map(({ lease }) => lease),
    ...story.grants.slice(-20).map((grant) => endOf(story, grant) ?? 0),
    story.pending?.at ?? 0,
    story.pending?.at ?? 0,
    (startsAt + endsAt) / 2,
  ].filter((instant) => instant >= at && Number.isInteger(instant));
  if (roll.chance(65)) return Math.max(at, (roll.any(due) ?? at) + roll.pick([-1, 0, 0, 0, 1]));
  return at + roll(roll.chance(20) ? 100 * day : 12 * day);
}

/** A command that was sent before comes once more, late and out of order; or a new one is made up. */
function makeUp(scene: Scene, tally: Tally, buys: boolean): ExampleCommand {
  const { roll, log } = scene;
  if (roll.chance(6) && log.length > 2) {
    const again = roll.pick(log.slice(roll.chance(10) ? 0 : -30));
    if (isCertain(scene, again)) return again;
  }
  for (;;) {
    const verb = pickVerb(roll, buys);
    for (let tries = 0; tries < 4; tries++) {
      const command = pickWay(roll, recipes[verb].ways, tally)(scene);
      if (command !== null) return command;
    }
  }
}

/** What neither moves the clock in the middle of a turn nor has to be alone. */
const mayFollow = (command: ExampleCommand) =>
  command.verb !== "advanceClock" && !(command.verb === "grant" && command.amount === largest);

/** A plot whose end has been reached too rarely is played more often. */
function pickPlot(roll: Dice, tally: Tally) {
  const [, plot] = weighted(roll, Object.entries(plots), ([aim]) => 1 + 2 * tally.lack(aim));
  return plot;
}

/**
 * A revocation that was refused may name a monthly grant that is over by now, and whether that was ever made depends on
 * who happened to look.
 */
const isCertain = ({ story }: Scene, command: ExampleCommand) =>
  command.verb !== "revokeGrant" || !command.grant.startsWith("monthly:") || story.seen.has(`revoke:${command.id}`);

const verbs = Object.keys(recipes) as Verb[];

/** Where all is bought the plan stays, people stay, and there is more to do about purchases. */
const bought: Partial<Record<Verb, number>> = {
  subscription: 0.15,
  membersSync: 0.3,
  memberRemove: 0.5,
  topUp: 2,
  topUpPaid: 2,
  topUpRefunded: 3,
  supportRefund: 2,
  settle: 1.5,
};

function pickVerb(roll: Dice, buys: boolean): Verb {
  return weighted(roll, verbs, (verb) => Math.round(recipes[verb].share * (buys ? (bought[verb] ?? 1) : 1)));
}

/** What has been reached too rarely is tried more often. */
function pickWay(roll: Dice, ways: Record<string, [weight: number, Make]>, tally: Tally): Make {
  const [, [, make]] = weighted(roll, Object.entries(ways), ([aim, [weight]]) => weight + tally.lack(aim));
  return make;
}

function weighted<T>(roll: Dice, list: readonly T[], weight: (one: T) => number): T {
  let place = roll(list.reduce((sum, one) => sum + weight(one), 0));
  for (const one of list) {
    place -= weight(one);
    if (place < 0) return one;
  }
  throw new Error("an empty list has no weight");
}
