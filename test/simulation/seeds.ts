import type { Event } from "./simulation.ts";

/** What a run found, as it was minimised: a seed makes another world as soon as the simulation knows something more. */
export interface Kept {
  /** The run that found it. */
  seed: number;
  steps: number;
  says: string;
  events: readonly Event[];
}

const begun = "2017-10-19T16:24:28.932Z";
const at = Date.parse(begun);
const charge = { verb: "charge", id: "c1", member: "ada", feature: "generate-screen", leaseSeconds: 86_400 } as const;

/** Found once, and played again ever since. */
export const kept: readonly Kept[] = [
  {
    seed: 2026,
    steps: 20_000,
    says: "a resume that comes late does not take a charge back from the attempt that has replaced it (4.14)",
    events: [
      { publish: "base" },
      { turn: { at, unnoticed: false, commands: [{ verb: "workspacePut", testClock: begun }] } },
      {
        turn: {
          at,
          unnoticed: false,
          commands: [
            { verb: "memberPut", member: "ada", role: "editor" },
            { ...charge, attempt: "first" },
            { ...charge, attempt: "second", resume: true },
            { ...charge, attempt: "third", resume: true },
            { ...charge, attempt: "second", resume: true },
            { verb: "settle", id: "c1", attempt: "second" },
            { verb: "settle", id: "c1", attempt: "third" },
          ],
        },
      },
    ],
  },
];
