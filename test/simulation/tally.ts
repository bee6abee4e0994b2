import { documented, wordOf } from "./outcomes.ts";
import type { Told } from "./play.ts";
import { watchForSituations } from "./situations.ts";

/** What a run has come through so far, and what it still lacks. */
export function createTally() {
  const words = new Map<string, number>();
  const kinds = new Map<string, number>();
  const situations = watchForSituations();
  const wanted = new Set([...documented, ...situations.counts.keys()]);
  let steps = 0;

  const count = (word: string) => words.set(word, (words.get(word) ?? 0) + 1);

  return {
    words,
    kinds,
    situations: situations.counts,
    steps: () => steps,
    count,
    heard(told: Told): void {
      steps += 1;
      count(wordOf(told.command, told.answer));
      kinds.set(told.command.verb, (kinds.get(told.command.verb) ?? 0) + 1);
      situations.heard(told);
    },
    /** How much weight a way gets for what is missing of its aim: twice what a whole run has to come to is aimed at. */
    lack(aim: string): number {
      if (!wanted.has(aim)) return 0;
      const missing = steps / 1000 - (words.get(aim) ?? situations.counts.get(aim) ?? 0);
      return missing <= 0 ? 0 : Math.min(40, Math.ceil(missing * 4));
    },
  };
}
