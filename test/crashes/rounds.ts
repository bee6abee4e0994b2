import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { createDice, type Dice } from "../simulation/dice.ts";
import type { Aim, Moment } from "./batch-observer.ts";
import { type Judgement, judge } from "./judge.ts";
import { type Load, prepareWorkspaces, startLoad } from "./load.ts";
import type { Victim } from "./victim.ts";

export interface Round extends Judgement {
  round: number;
  /** The moment that was waited for; `null`: any. */
  aimedAt: Moment | null;
  /** Where the batches were that had begun and had no answer when it was killed. */
  underWay: Moment[];
  /** The last marks of batches before the kill, and that. */
  log: string[];
}

export interface Rounds {
  victim: string;
  seed: number;
  rounds: Round[];
  /** What was wrong in any round, or in the whole ledger at the end. */
  faults: string[];
}

/** Kills the victim so often, under load, and judges after each time what is left. */
export async function killRounds(
  victim: Victim,
  options: { rounds: number; seed: number; told?: (round: Round) => void },
): Promise<Rounds> {
  const { seed, told } = options;
  const dice = createDice(seed);
  const rounds: Round[] = [];
  const faults: string[] = [];
  for (let n = 1; n <= options.rounds; n++) {
    // At least every third is aimed; where the others hit, the log tells.
    const aim = n % 3 === 1 || dice.chance(40) ? { moment: dice.pick(victim.moments), times: 5 + dice(40) } : null;
    try {
      const round = await killOnce(victim, n, aim, createDice(seed + n));
      rounds.push(round);
      faults.push(...round.faults.map((fault) => `round ${n}, ${fault}`));
      told?.(round);
    } catch (error) {
      // Nothing can be judged any more; what was seen before is told all the same.
      faults.push(`round ${n} could not be ended: ${inspect(error)}`);
      return { victim: victim.name, seed, rounds, faults };
    }
  }
  const { ok, differences } = await victim.verify();
  if (!ok) for (const { message } of differences) faults.push(`verify, of everything at the end: ${message}`);
  return { victim: victim.name, seed, rounds, faults };
}

async function killOnce(victim: Victim, round: number, aim: Aim | null, dice: Dice): Promise<Round> {
  const workspaces = await prepareWorkspaces(victim.call, round);
  const log: string[] = [];
  const started = performance.now();
  const unwatch = victim.watch((text) => log.push(`${(performance.now() - started).toFixed(1)} ms  ${text}`));
  const load = startLoad(victim.call, workspaces, dice);
  if (aim === null) await anyMoment(load, dice);
  const underWay = await victim.kill(aim);
  const errorsBefore = load.errors.filter(({ code }) => !victim.lostCodes.includes(code));
  // A dead ledger answers nobody; one that is cut off from its database answers when that is back.
  await Promise.all([load.stop(), victim.restart()]);
  unwatch();
  const judgement = await judge(victim, workspaces, load.jobs);
  const told = [...errorsBefore, ...load.errors.filter(({ code }) => !victim.lostCodes.includes(code))];
  judgement.faults.push(...told.map(({ code, message }) => `a caller was told ${code}: ${message}`));
  judgement.faults.push(...victim.faults().map((fault) => `it reported ${fault}`));
  const end = log.findIndex((line) => line.endsWith("killed"));
  return {
    round,
    aimedAt: aim?.moment ?? null,
    underWay,
    log: log.slice(Math.max(0, end - 12), end + 4),
    ...judgement,
  };
}

/** So many turns of this process's loop after so many answers. */
async function anyMoment(load: Load, dice: Dice): Promise<void> {
  const turns = dice(100);
  await load.answers(20 + dice(200));
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}
