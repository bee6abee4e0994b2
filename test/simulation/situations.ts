import type { Told } from "./play.ts";
import { chargeSituations } from "./situations/charges.ts";
import type { Situations } from "./situations/moment.ts";
import { moneySituations } from "./situations/money.ts";
import { planSituations } from "./situations/plans.ts";
import { timeSituations } from "./situations/time.ts";

const situations: Situations = {
  ...timeSituations,
  ...chargeSituations,
  ...moneySituations,
  ...planSituations,
};

/** Counts how often each situation was met. */
export function watchForSituations(): { counts: Map<string, number>; heard(told: Told): void } {
  const counts = new Map(Object.keys(situations).map((name) => [name, 0]));
  return {
    counts,
    heard(told) {
      const { before, after } = told;
      if (before === undefined || after === undefined) return;
      const { outcome, error, replayed } = told.answer;
      const word = `${(error ?? outcome ?? "ok") as string}${replayed === true ? " again" : ""}`;
      const moment = { ...told, before, after, word };
      for (const [name, isMet] of Object.entries(situations)) {
        if (isMet(moment)) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    },
  };
}
