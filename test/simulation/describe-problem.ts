import type { Problem } from "./play.ts";
import type { Event } from "./simulation.ts";

/** A problem in words: what led to it, what was asked, what differs, and both answers. */
export function describeProblem(problem: Problem, events: readonly Event[] = []): string {
  const { workspace, at, asked, differences, engine, auditor } = problem;
  return [
    ...events.flatMap(linesOf),
    `${workspace} at ${new Date(at).toISOString()}: ${JSON.stringify(asked)}`,
    ...differences.slice(0, 20).map((line) => `  ${line.slice(0, 600)}`),
    ...(events.length === 0 ? [] : [`  engine:  ${short(engine)}`, `  auditor: ${short(auditor)}`]),
  ].join("\n");
}

function linesOf(event: Event): string[] {
  if ("publish" in event) return [`publish ${event.publish}`];
  const { at, unnoticed, commands } = event.turn;
  return [
    `${new Date(at).toISOString()}${unnoticed ? ", unnoticed" : ""}`,
    ...commands.map((command) => `  ${JSON.stringify(command)}`),
  ];
}

function short(answer: unknown): string {
  return (JSON.stringify(answer) ?? "nothing").slice(0, 1500);
}
