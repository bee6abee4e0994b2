import type { Story } from "./auditor/model.ts";
import type { Auditor, Told } from "./play.ts";
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
export function watchForSituations(auditor: Auditor): { counts: Map<string, number>; heard(told: Told): void } {
  const counts = new Map(Object.keys(situations).map((name) => [name, 0]));
  const known = new Map<string, Readonly<Story>>();
  return {
    counts,
    heard(told) {
      const after = auditor.told(told.workspace);
      const before = known.get(told.workspace);
      if (after === undefined) return;
      known.set(told.workspace, after);
      if (before === undefined) return;
      const { outcome, error, replayed } = told.answer;
      const word = `${(error ?? outcome ?? "ok") as string}${replayed === true ? " again" : ""}`;
      const moment = { ...told, before, after, word };
      for (const [name, isMet] of Object.entries(situations)) {
        if (isMet(moment)) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    },
  };
}
