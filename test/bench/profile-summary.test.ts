import { expect, test } from "vitest";
import { selfTimes } from "../../bench/profile-summary.ts";

const root = "file:///home/somebody/bench/ducat/";
const node = (id: number, functionName: string, url: string, lineNumber = 0) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});

test("self time goes to the function sampled, and to whose code it is", () => {
  const found = selfTimes(
    {
      nodes: [
        node(1, "(idle)", ""),
        node(2, "charge", `${root}packages/core/src/engine/charge.ts`, 16),
        node(3, "parse", `${root}node_modules/pg-protocol/dist/parser.js`),
        node(4, "caller", `${root}bench/measure.ts`),
        node(5, "(garbage collector)", ""),
        node(6, "writev", "node:net"),
        node(7, "schema", `${root}packages/core/src/credits.ts`),
      ],
      samples: [1, 2, 2, 3, 4, 5, 6, 7],
      timeDeltas: [100, 10, 20, 5, 4, 3, 2, 1],
    },
    root,
  );
  expect(found.total).toBe(145);
  expect(found.byOwner).toEqual([
    { owner: "idle", microseconds: 100 },
    { owner: "packages/core/src/engine", microseconds: 30 },
    { owner: "pg", microseconds: 5 },
    { owner: "bench", microseconds: 4 },
    { owner: "garbage collector", microseconds: 3 },
    { owner: "node", microseconds: 2 },
    { owner: "packages/core", microseconds: 1 },
  ]);
  expect(found.byFunction[1]).toEqual({
    name: "charge",
    place: "packages/core/src/engine/charge.ts:17",
    microseconds: 30,
  });
});

test("a function called like a member of every object is only a function (it once took over the owner)", () => {
  const profile = { nodes: [node(1, "constructor", `${root}bench/main.ts`)], samples: [1], timeDeltas: [7] };
  expect(selfTimes(profile, root).byOwner).toEqual([{ owner: "bench", microseconds: 7 }]);
});
