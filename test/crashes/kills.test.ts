import { expect, it } from "vitest";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { pgliteTemplate } from "../setup/pglite-template.ts";
import { createDice } from "../simulation/dice.ts";
import { describeRounds, totalsOf } from "./report.ts";
import { killRounds } from "./rounds.ts";
import type { Victim } from "./victim.ts";
import { connectionVictim } from "./victims/connection.ts";
import { embeddedVictim } from "./victims/embedded.ts";
import { postgresVictim } from "./victims/postgres.ts";
import { serverVictim } from "./victims/server.ts";

/** The long form is `npm run crashes -- --rounds 50`. */
const rounds = Number(process.env.DUCAT_CRASH_ROUNDS ?? 5);
const seed = Number(process.env.DUCAT_CRASH_SEED ?? 20_261_122);

const victims: [string, () => Promise<Victim>][] = [
  ["a server that is killed", () => serverVictim(testDatabaseUrl(), freshSchema())],
  ["a process with an embedded database that is killed", () => embeddedVictim(pgliteTemplate())],
  ["a PostgreSQL of which every process is killed", () => postgresVictim()],
  [
    "a connection that is cut in the middle of a COMMIT, or of anything",
    () => connectionVictim(testDatabaseUrl(), freshSchema(), createDice(seed)),
  ],
];

it.each(victims)(
  "%s under load loses nothing and leaves nothing half done",
  async (_, open) => {
    const victim = await open();
    try {
      const report = await killRounds(victim, { rounds, seed });
      process.stdout.write(`${describeRounds(report)}\n`);
      expect(report.faults).toEqual([]);
      const { insideBatch, acknowledged, found, orphans } = totalsOf(report);
      expect(insideBatch * 3, "kills inside a batch").toBeGreaterThanOrEqual(rounds);
      expect(acknowledged).toBeGreaterThan(0);
      expect(found).toBe(acknowledged);
      expect(orphans).toBeGreaterThan(0);
    } finally {
      await victim.close();
    }
  },
  240_000,
);
