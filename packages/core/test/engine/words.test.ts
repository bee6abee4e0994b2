import { expect, test } from "vitest";
import {
  because,
  credits,
  creditsAre,
  creditsWere,
  line,
  list,
  meters,
  number,
  owner,
  ownersCredits,
  units,
  when,
} from "../../src/engine/explain/words.ts";

test("numbers are grouped by thousands, and one is one", () => {
  expect([0, 1, 12, 999, 1000, 12_345, 1_234_567].map(number)).toEqual([
    "0",
    "1",
    "12",
    "999",
    "1,000",
    "12,345",
    "1,234,567",
  ]);
  expect([0, 1, 2].map(credits)).toEqual(["0 credits", "1 credit", "2 credits"]);
  expect([0, 1, 2].map(creditsWere)).toEqual(["0 credits were", "1 credit was", "2 credits were"]);
  expect([0, 1, 2].map(creditsAre)).toEqual(["0 credits are", "1 credit is", "2 credits are"]);
});

test("a unit's plural is the one that English gives it", () => {
  const plurals = ["screen", "story", "toy", "box", "lens", "branch", "brush", "boxer", "gyro"].map((unit) =>
    units(2, unit),
  );
  expect(plurals).toEqual([
    "2 screens",
    "2 stories",
    "2 toys",
    "2 boxes",
    "2 lenses",
    "2 branches",
    "2 brushes",
    "2 boxers",
    "2 gyros",
  ]);
  expect([units(1, "story"), units(0, "story"), units(1000, "look")]).toEqual(["1 story", "0 stories", "1,000 looks"]);
});

test("an instant is a day of any month, to the second", () => {
  const days = Array.from({ length: 12 }, (_, month) => when(Date.UTC(2026, month, month + 1, month, 5, 59, 999)));
  expect(days).toEqual([
    "1 January 2026, 00:05:59 UTC",
    "2 February 2026, 01:05:59 UTC",
    "3 March 2026, 02:05:59 UTC",
    "4 April 2026, 03:05:59 UTC",
    "5 May 2026, 04:05:59 UTC",
    "6 June 2026, 05:05:59 UTC",
    "7 July 2026, 06:05:59 UTC",
    "8 August 2026, 07:05:59 UTC",
    "9 September 2026, 08:05:59 UTC",
    "10 October 2026, 09:05:59 UTC",
    "11 November 2026, 10:05:59 UTC",
    "12 December 2026, 11:05:59 UTC",
  ]);
});

test("a list has commas and one and", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(list)).toEqual(["", "a", "a and b", "a, b and c"]);
  expect([meters({}), meters({ input: 1200 }), meters({ input: 1, output: 2 })]).toEqual([
    "no usage",
    "input 1,200",
    "input 1 and output 2",
  ]);
});

test("holders, sources and reasons have words", () => {
  expect([owner("workspace"), owner("ada")]).toEqual(["the workspace's pool", "ada"]);
  expect([
    ownersCredits("monthly", "workspace"),
    ownersCredits("promo", "ada"),
    ownersCredits("top-up", "ada"),
  ]).toEqual(["the pool's monthly credits", "ada's promotional credits", "ada's bought credits"]);
  expect((["cancelled", "failed", "timed_out", null] as const).map(because)).toEqual([
    "it was cancelled",
    "the work failed",
    "nothing was heard of the work before its lease ended",
    "nothing was delivered",
  ]);
  expect(line(null, "so")).toEqual({ at: null, text: "so", facts: {} });
  expect(line(0, "so", { a: 1 })).toEqual({ at: "1970-01-01T00:00:00.000Z", text: "so", facts: { a: 1 } });
});
