import { beforeAll, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { holdWorkspace } from "../setup/hands.ts";
import { type Processes, startProcesses } from "./processes.ts";

const PROCESSES = 4;
const CALLS = 250;

const { credits, schema } = testCredits();
let processes: Processes;

beforeAll(async () => {
  await credits.ready();
  processes = await startProcesses(PROCESSES, schema);
}, 30_000);

/** A workspace on the free plan: 600 credits in the pool, which pay for 20 screens. */
async function freeWorkspace(workspace: string): Promise<void> {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
}

/** For each process the same number of charges, with the fields that tell them apart. */
function charges(workspace: string, count: number, fields: (process: number, call: number) => Record<string, unknown>) {
  return Array.from({ length: PROCESSES }, (_, process) =>
    Array.from({ length: count }, (_, call) => ({
      verb: "charge",
      input: { workspace, member: "ada", feature: "generate-screen", ...fields(process, call) },
    })),
  );
}

function tally(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

it("1,000 simultaneous charges against credits for 20 charge exactly 20", async () => {
  await freeWorkspace("crowd");
  const held = await holdWorkspace(schema, "crowd");
  const calls = charges("crowd", CALLS, (process, call) => ({ id: `${process}-${call}` }));
  const reports = await processes.burst(calls, 200, async () => await held.release());

  // The crowds of all processes overlapped: there was a moment with at least 200 unanswered calls in each.
  for (const { most } of reports) expect(most).toBeGreaterThanOrEqual(200);
  const crowdedFrom = Math.max(...reports.map((report) => report.crowdedFrom ?? Number.POSITIVE_INFINITY));
  const crowdedTo = Math.min(...reports.map((report) => report.crowdedTo ?? 0));
  expect(crowdedFrom).toBeLessThan(crowdedTo);

  expect(tally(reports.flatMap(({ answers }) => answers.map(({ outcome }) => outcome)))).toEqual({
    charged: 20,
    insufficient: 980,
  });
  expect(reports.flatMap(({ logged }) => logged)).toEqual([]);
  expect(await credits.balance({ workspace: "crowd" })).toMatchObject({ available: 0, held: 600 });
  expect(await credits.verify({ workspaces: ["crowd"] })).toMatchObject({ ok: true, differences: [] });
}, 60_000);

it("the same ids from every process are charged once, and only one of them is told to work", async () => {
  await freeWorkspace("same-ids");
  // Each process begins with another id, so that each is first with some.
  const calls = charges("same-ids", 20, (process, call) => ({ id: `job-${(call + process * 5) % 20}` }));
  const reports = await processes.burst(calls);

  const answers = reports.flatMap((report) => report.answers);
  expect(tally(answers.map(({ outcome }) => outcome))).toEqual({ charged: 80 });
  const fresh = answers.filter(({ replayed }) => replayed === false).map(({ id }) => id);
  expect(fresh.length).toBe(20);
  expect(new Set(fresh).size).toBe(20);
  expect(await credits.balance({ workspace: "same-ids" })).toMatchObject({ available: 0, held: 600 });
  expect(await credits.verify({ workspaces: ["same-ids"] })).toMatchObject({ ok: true });
}, 60_000);

it("retries under one attempt get the first answer, from whichever process, and are charged once", async () => {
  await freeWorkspace("retries");
  const calls = charges("retries", 40, (process, call) => {
    const job = `job-${(call + process * 3) % 20}`;
    // Half of the calls repeat the one attempt of their job; the others are tries of their own.
    return { id: job, attempt: call < 20 ? `${job}-first` : `${job}-${process}` };
  });
  const reports = await processes.burst(calls);

  const answers = reports.flatMap((report) => report.answers);
  expect(tally(answers.map(({ outcome }) => outcome))).toEqual({ charged: 160 });
  // Whichever attempt won a job, all of that attempt's calls were told so, and no other's.
  const { data } = await credits.charges.list({ workspace: "retries", limit: 100 });
  expect(data.length).toBe(20);
  for (const { id } of data) {
    const told = answers.filter((answer) => answer.id === id && answer.replayed === false).length;
    expect([1, 4]).toContain(told);
  }
  expect(await credits.balance({ workspace: "retries" })).toMatchObject({ available: 0, held: 600 });
  expect(await credits.verify({ workspaces: ["retries"] })).toMatchObject({ ok: true });
}, 60_000);
