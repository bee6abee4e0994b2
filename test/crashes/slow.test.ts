import { afterAll, beforeAll, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";
import { startWatchingProxy, type WatchingProxy } from "./watching-proxy.ts";

const direct = testCredits();
const screen = { member: "ada", feature: "generate-screen" } as const;
let network: WatchingProxy;

beforeAll(async () => {
  await direct.credits.ready();
  network = await startWatchingProxy(testDatabaseUrl());
});

afterAll(async () => await network.close());

it("a database that answers slowly makes charges slow, and neither lost, doubled nor refused", async () => {
  const { credits, logged } = testCredits({
    schema: direct.schema,
    database: { connectionString: network.url },
  });
  await credits.ready();
  const names = ["a", "b", "c"];
  for (const workspace of names) {
    await credits.workspaces.put({ workspace });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
  }
  network.slow(25);
  let batches = 0;
  const unwatch = network.watch((mark) => {
    if (mark === "opened") batches += 1;
    return undefined;
  });

  // Two servers want more of each workspace than there is: through the slow network and beside it.
  const callers = [credits, direct.credits];
  const answers = await Promise.all(
    Array.from({ length: 180 }, async (_, n) => {
      const workspace = names[n % 3] as string;
      const answer = await (callers[n % 2] as typeof credits).charge({ workspace, id: `c${n}`, ...screen });
      return { workspace, outcome: answer.outcome };
    }),
  );
  for (const workspace of names) {
    const outcomes = answers.filter((answer) => answer.workspace === workspace).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "charged").length).toBe(600 / 30);
    expect(outcomes.filter((outcome) => outcome === "insufficient").length).toBe(60 - 600 / 30);
  }
  // What waits while a batch is under way goes with the next one, so slowness does not add up call by call.
  expect(batches).toBeLessThan(45);
  unwatch();

  const [first] = (await credits.charges.list({ workspace: "a" })).data;
  const again = await Promise.all(
    [1, 2, 3].map(() => credits.settle({ workspace: "a", id: first?.id ?? "", attempt: "same" })),
  );
  expect(again.map(({ outcome }) => outcome)).toEqual(["settled", "settled", "settled"]);
  expect(logged).toEqual([]);
  expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
});
