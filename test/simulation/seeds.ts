import type { ExampleCommand } from "./examples/steps.ts";
import type { Event } from "./simulation.ts";

/** What a run found, as it was minimised: a seed makes another world as soon as the simulation knows something more. */
export interface Kept {
  /** The run that found it. */
  seed: number;
  steps: number;
  says: string;
  events: readonly Event[];
}

const turn = (at: string, ...commands: ExampleCommand[]): Event => ({
  turn: { at: Date.parse(at), unnoticed: false, commands },
});

const begun = "2017-10-19T16:24:28.932Z";
const charge = { verb: "charge", id: "c1", member: "ada", feature: "generate-screen", leaseSeconds: 86_400 } as const;

/** Found once, and played again ever since. */
export const kept: readonly Kept[] = [
  {
    seed: 2026,
    steps: 20_000,
    says: "a resume that comes late does not take a charge back from the attempt that has replaced it (4.14)",
    events: [
      { publish: "base" },
      turn(begun, { verb: "workspacePut", testClock: begun }),
      turn(
        begun,
        { verb: "memberPut", member: "ada", role: "editor" },
        { ...charge, attempt: "first" },
        { ...charge, attempt: "second", resume: true },
        { ...charge, attempt: "third", resume: true },
        { ...charge, attempt: "second", resume: true },
        { verb: "settle", id: "c1", attempt: "second" },
        { verb: "settle", id: "c1", attempt: "third" },
      ),
    ],
  },
  {
    seed: 32,
    steps: 20_000,
    says: "the first month's allowance is for instants in that month, not for cycles that began in it (3.3)",
    events: [
      { publish: "base" },
      turn("2016-01-19T12:00:00.000Z", { verb: "workspacePut", testClock: "2016-01-19T12:00:00.000Z" }),
      turn("2016-02-18T12:00:00.000Z", { verb: "subscription", plan: "vast", effective: "now" }),
      turn("2016-02-25T00:00:00.000Z", { verb: "subscription", plan: "club", effective: "now" }),
      turn("2016-02-25T00:00:00.000Z", { verb: "sweep" }),
    ],
  },
  {
    seed: 812_050_865,
    steps: 4000,
    says: "a change that waits for a plan may be asked for again when the plan is retired meanwhile (2, 5.3)",
    events: [
      { publish: "base" },
      turn("2019-02-05T08:00:00.000Z", { verb: "workspacePut", testClock: "2019-02-05T08:00:00.000Z" }),
      turn("2019-02-05T08:00:00.000Z", { verb: "subscription", plan: "pro" }),
      turn("2019-02-06T08:00:00.000Z", { verb: "subscription", plan: "closed", effective: "period_end" }),
      { publish: "grown" },
      turn("2019-02-07T08:00:00.000Z", { verb: "subscription", plan: "closed", effective: "period_end" }),
    ],
  },
];
