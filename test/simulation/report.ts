import { documented } from "./outcomes.ts";
import { recipes } from "./recipes.ts";
import type { Report } from "./simulation.ts";

/** What a run was to come through and did not. A run of fewer steps has to come through proportionally less. */
export function shortcomings(report: Report): string[] {
  const { steps, kinds, words, situations } = report;
  const found: string[] = [];
  for (const kind of Object.keys(recipes)) {
    const share = (kinds.get(kind) ?? 0) / steps;
    if (share < 0.01) found.push(`${kind} is ${(share * 100).toFixed(2)} % of the commands, less than 1 %`);
  }
  const least = Math.floor(Math.min(100, (steps / 200_000) * 100));
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
    ...rows([...kinds].sort(byCount).map(([kind, count]) => [kind, String(count), share(count)])),
    "",
    ...rows([...words].sort(byName).map(([word, count]) => [word, String(count)])),
    "",
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
