import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { startTemporaryServer } from "../../scripts/postgres/temporary-server.ts";
import { print, wholeNumber } from "../setup/command-line.ts";
import { createDice } from "../simulation/dice.ts";
import { describeRounds, totalsOf } from "./report.ts";
import { killRounds } from "./rounds.ts";
import type { Victim } from "./victim.ts";
import { connectionVictim } from "./victims/connection.ts";
import { embeddedVictim } from "./victims/embedded.ts";
import { postgresVictim } from "./victims/postgres.ts";
import { serverVictim } from "./victims/server.ts";

/*
 * npm run crashes -- --rounds 50 --victims server,embedded,postgres,connection --seed 7 --log reports/crashes.log
 *
 * Kills a server, a process with an embedded database, and a PostgreSQL, and cuts the connection between a ledger and its
 * PostgreSQL, each so often and under load. After each time it judges whether the ledger is what its callers were told. The
 * log says where the batches were at every kill. The exit code is 1 when anything was lost, halved or done twice, or when
 * too few kills were inside a batch.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    victims: { type: "string", default: "server,embedded,postgres,connection" },
    seed: { type: "string" },
    log: { type: "string", default: "reports/crashes.log" },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const seed = wholeNumber("seed", values.seed ?? String(Date.now() % 1_000_000_000));
const log: string[] = [];

for (const name of values.victims.split(",")) {
  const { victim, stop } = await open(name);
  try {
    const report = await killRounds(victim, {
      rounds,
      seed,
      told: (round) => {
        log.push(`${victim.name}, round ${round.round}, aimed at ${round.aimedAt ?? "anything"}:`);
        log.push(...round.log.map((line) => `  ${line}`), `  under way: ${round.underWay.join(", ") || "nothing"}`);
      },
    });
    print(describeRounds(report));
    for (const fault of report.faults) print(`  FAULT ${fault}`);
    const { insideBatch } = totalsOf(report);
    if (insideBatch * 3 < rounds) print(`  NOT MET: a third of the kills inside a batch, found ${insideBatch}`);
    if (report.faults.length > 0 || insideBatch * 3 < rounds) process.exitCode = 1;
  } finally {
    await victim.close();
    await stop();
  }
}
mkdirSync(dirname(values.log), { recursive: true });
writeFileSync(values.log, `${log.join("\n")}\n`);

async function open(name: string): Promise<{ victim: Victim; stop(): Promise<void> }> {
  if (name === "embedded") return { victim: await embeddedVictim(), stop: async () => {} };
  if (name === "postgres") return { victim: await postgresVictim(), stop: async () => {} };
  if (name !== "server" && name !== "connection") {
    throw new Error("--victims are server, embedded, postgres and connection");
  }
  const server = await startTemporaryServer({ initialize: ["--locale=C"], settings: { timezone: "UTC" } });
  const victim =
    name === "server"
      ? await serverVictim(server.url, "ducat")
      : await connectionVictim(server.url, "ducat", createDice(seed));
  return { victim, stop: () => server.stop() };
}
