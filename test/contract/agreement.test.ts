import { expect, test } from "vitest";
import { createAuditor } from "../simulation/auditor.ts";
import { createDice } from "../simulation/dice.ts";
import { createLife } from "../simulation/generator.ts";
import { documented, wordOf } from "../simulation/outcomes.ts";
import { play } from "../simulation/play.ts";
import { type Version, versions } from "../simulation/versions.ts";
import { inMemory } from "./in-memory.ts";

/** Versions that lack nothing which a workspace may be using; whether one may be published is not the engine's affair. */
const publishable = (Object.keys(versions) as Version[]).filter((version) => version !== "dropping");

/**
 * Lives of workspaces, made up from a seed: after every command the engine's answer, its balances and its columns are
 * the auditor's. What `npm run simulate` does for hours on a database, in a moment and in memory.
 */
async function live(seed: number, length: number, words: Map<string, number>) {
  const roll = createDice(seed);
  const auditor = createAuditor({ catalogs: versions, published: "base" });
  const subject = inMemory(versions, "base");
  const lack = (aim: string) => (documented.includes(aim) && !words.has(aim) ? 40 : 0);
  const life = createLife(seed, length, { lack });
  const player = { workspace: "acme", clock: null as number | null, turns: 0 };
  for (;;) {
    if (roll.chance(10)) {
      const version = roll.pick(publishable);
      subject.publish(version);
      auditor.publish(version);
    }
    const turn = life.next(player.clock === null ? null : auditor.story("acme", player.clock));
    if (turn === null) break;
    const { told, problem } = await play({ subject, auditor }, [{ player, turn }]);
    for (const { command, answer } of told) {
      const word = wordOf(command, answer);
      words.set(word, (words.get(word) ?? 0) + 1);
    }
    expect(problem, `seed ${seed}`).toBeNull();
    expect(subject.ledger.verify(), `seed ${seed}`).toEqual([]);
  }
}

const words = new Map<string, number>();

test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
  "life %i is the same for the engine and the auditor",
  async (seed) => {
    await live(seed, 100, words);
  },
);

test("the lives came through most of what may happen", () => {
  const met = documented.filter((word) => words.has(word));
  expect(met.length).toBeGreaterThan(documented.length / 2);
});
