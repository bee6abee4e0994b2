import { documented } from "./outcomes.ts";
import { recipes } from "./recipes.ts";
import type { Report } from "./simulation.ts";

/** From so many commands on a run has to come through everything; in a shorter one too much is left to chance. */
const JUDGED_FROM = 20_000;
/** What a whole run is, of which every documented outcome has to come so often. */
const WHOLE = { steps: 200_000, outcomes: 100 };

/**
 * What a run was to come through and did not: each kind of command as a hundredth of all, each documented outcome a
 * hundred times (in a run that is not a whole one, proportionally less), enough charges that go through, and every
 * situation of the list.
 */
export function shortcomings(report: Report): string[] {
  const { steps, kinds, words, situations } = report;
  const found: string[] = [];
  if (steps < JUDGED_FROM) return found;
  for (const kind of Object.keys(recipes)) {
    const count = kinds.get(kind) ?? 0;
    if (count < steps / 100) found.push(`${kind} came ${count} times, less than 1 % of the commands`);
  }
  const least = Math.floor(Math.min(1, steps / WHOLE.steps) * WHOLE.outcomes);
  for (const word of documented) {
    const count = words.get(word) ?? 0;
    if (count < least) found.push(`${word} came ${count} times, not ${least}`);
  }
  const charged = words.get("charge:charged") ?? 0;
  if (charged < 0.3 * (kinds.get("charge") ?? 0)) found.push(`only ${charged} charges went through, less than 30 %`);
  for (const [name, count] of situations) if (count === 0) found.push(`never met: ${name}`);
  return found;
}

/** The tables of a run: how often each kind of command, each outcome and each situation came. */
export function tables({ steps, kinds, words, situations, ...report }: Report): string {
  const share = (count: number) => `${((100 * count) / steps).toFixed(1)} %`;
  return [
    `seed ${report.seed}: ${steps} commands in ${report.workspaces} workspaces, ${report.seconds.toFixed(1)} s`,
    "",
    "Commands",
    ...rows([...kinds].sort(byCount).map(([kind, count]) => [kind, String(count), share(count)])),
    "",
    "Outcomes",
    ...rows([...words].sort(byName).map(([word, count]) => [word, String(count)])),
    "",
    "Situations",
    ...rows([...situations].map(([name, count]) => [name, String(count)])),
  ].join("\n");
}

const byCount = ([, a]: [string, number], [, b]: [string, number]) => b - a;
const byName = ([a]: [string, number], [b]: [string, number]) => (a < b ? -1 : 1);

function rows(list: readonly (readonly string[])[]): string[] {
  const width = Math.max(...list.map(([name]) => (name as string).length));
  return list.map(([name, ...cells]) =>
    [(name as string).padEnd(width), ...cells.map((cell) => cell.padStart(8))].join(""),
  );
}
