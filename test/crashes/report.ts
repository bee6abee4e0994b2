import type { Rounds } from "./rounds.ts";

export interface Totals {
  rounds: number;
  /** Kills while a batch was between its first statement and its answer. */
  insideBatch: number;
  acknowledged: number;
  found: number;
  whole: number;
  absent: number;
  repeated: number;
  orphans: number;
}

export function totalsOf({ rounds }: Rounds): Totals {
  const sum = (of: (round: Rounds["rounds"][number]) => number) =>
    rounds.reduce((total, round) => total + of(round), 0);
  return {
    rounds: rounds.length,
    insideBatch: sum(({ underWay }) => (underWay.length > 0 ? 1 : 0)),
    acknowledged: sum((round) => round.acknowledged),
    found: sum((round) => round.found),
    whole: sum((round) => round.whole),
    absent: sum((round) => round.absent),
    repeated: sum((round) => round.repeated),
    orphans: sum((round) => round.orphans),
  };
}

/** A few lines a victim: what happened to it, and whether everything is as it should be. */
export function describeRounds(report: Rounds): string {
  const totals = totalsOf(report);
  const moments = new Map<string, number>();
  for (const { underWay } of report.rounds) {
    for (const moment of underWay) moments.set(moment, (moments.get(moment) ?? 0) + 1);
  }
  const where = [...moments].map(([moment, times]) => `${times} ${moment}`).join(", ");
  return `${report.victim} (seed ${report.seed})
  rounds                             ${totals.rounds}
  kills inside a batch               ${totals.insideBatch} (batches then: ${where})
  acknowledged, found                ${totals.acknowledged}, ${totals.found}
  without an answer: whole, absent   ${totals.whole}, ${totals.absent}
  repeated, answered as before       ${totals.repeated}
  orphans ended by lease             ${totals.orphans}
  verify                             ${report.faults.length === 0 ? "clean" : `${report.faults.length} FAULTS`}
`;
}
