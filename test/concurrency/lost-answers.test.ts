import { expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";
import { connect } from "../setup/hands.ts";
import { startProcesses } from "./processes.ts";
import type { BurstReport } from "./tasks.ts";

const JOBS = 120;

it("answers that are lost with their connections, and asked for again, charge and settle nothing twice", async () => {
  const { credits, schema } = testCredits();
  const workspaces = ["lost-0", "lost-1", "lost-2"];
  for (const workspace of workspaces) {
    await credits.workspaces.put({ workspace });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
    await credits.grant({ workspace, id: "more", amount: 10_000, actor: "test", note: "for many charges" });
  }
  const url = new URL(testDatabaseUrl());
  url.searchParams.set("application_name", schema);
  const processes = await startProcesses(4, schema, {}, url.href);

  const jobs = Array.from({ length: JOBS }, (_, i) => ({ workspace: `lost-${i % 3}`, id: `job-${i}` }));
  const calls = (verb: string, fields: object) =>
    [0, 1, 2, 3].map((process) =>
      jobs.map((job) => ({ verb, input: { ...job, ...fields, attempt: `${job.id}-${process}` } })),
    );
  const charges = calls("charge", { member: "ada", feature: "generate-screen", quantity: 2 });
  const settles = calls("settle", { delivered: 1 });

  const charged = [await withCuts(schema, () => processes.burst(charges)), await processes.burst(charges)];
  const settled = [await withCuts(schema, () => processes.burst(settles)), await processes.burst(settles)];

  expect(unanswered(charged[1] ?? [])).toEqual([]);
  expect(unanswered(settled[1] ?? [])).toEqual([]);
  for (const { id } of jobs) {
    // Over the lost and the repeated tries together, one process was told to work, and one that it has settled.
    expect(toldBy(charged, id, ({ outcome, replayed }) => outcome === "charged" && replayed === false).size).toBe(1);
    expect(toldBy(settled, id, ({ outcome }) => outcome === "settled").size).toBe(1);
  }
  const balances = await Promise.all(workspaces.map((workspace) => credits.balance({ workspace })));
  const spent = balances.map(({ available, held }) => 10_600 - available - held);
  expect(spent).toEqual([1_200, 1_200, 1_200]);
  expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
}, 60_000);

/** Ends connections of the processes, one after another, for as long as the work runs. */
async function withCuts<T>(applicationName: string, work: () => Promise<T>): Promise<T> {
  const hand = await connect();
  let running = true;
  const cutting = (async () => {
    let cuts = 0;
    while (running) {
      const { rows } = await hand.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and xact_start is not null and query not like '%advisory%' limit 1",
        [applicationName],
      );
      cuts += rows.length;
    }
    return cuts;
  })();
  try {
    return await work();
  } finally {
    running = false;
    expect(await cutting).toBeGreaterThan(0);
  }
}

function unanswered(reports: readonly BurstReport[]) {
  return reports.flatMap(({ answers }) => answers.filter(({ outcome }) => outcome.startsWith("error")));
}

/** The processes that were told so of a job, in any of the bursts. */
function toldBy(
  bursts: readonly BurstReport[][],
  id: string,
  so: (answer: BurstReport["answers"][number]) => boolean,
): Set<number> {
  const told = new Set<number>();
  for (const reports of bursts) {
    reports.forEach(({ answers }, process) => {
      if (answers.some((answer) => answer.id === id && so(answer))) told.add(process);
    });
  }
  return told;
}
