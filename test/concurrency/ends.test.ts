import { beforeAll, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect } from "../setup/hands.ts";
import { type Processes, startProcesses } from "./processes.ts";

const WORKSPACES = 24;
const CHARGES = 8;

const { credits, schema } = testCredits();
let processes: Processes;

beforeAll(async () => {
  await credits.ready();
  processes = await startProcesses(4, schema);
}, 30_000);

/** The workspaces with their charges, beginning at another one for each process, so that each comes first somewhere. */
function from(process: number): { workspace: string; id: string }[] {
  const all = Array.from({ length: WORKSPACES }, (_, w) =>
    Array.from({ length: CHARGES }, (_, c) => ({ workspace: `ends-${w}`, id: `ends-${w}-${c}` })),
  );
  const first = (process * WORKSPACES) / 4;
  return [...all.slice(first), ...all.slice(0, first)].flat();
}

it("settle, refund and the end of the lease race for each charge, and exactly one of them wins", async () => {
  // A test clock moves by command, so the end of a lease can race like any other.
  for (let w = 0; w < WORKSPACES; w++) {
    const workspace = `ends-${w}`;
    await credits.workspaces.put({ workspace, createdAt: "2026-01-05T00:00:00Z", testClock: "2026-01-10T00:00:00Z" });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
  }
  const charge = { member: "ada", feature: "generate-screen", quantity: 2, leaseSeconds: 60 } as const;
  const opened = await Promise.all(from(0).map((key) => credits.charge({ ...key, ...charge })));
  expect(opened.every(({ outcome }) => outcome === "charged")).toBe(true);

  const settles = (p: number, fields: object) =>
    from(p).map((key) => ({ verb: "settle", input: { ...key, ...fields } }));
  // Nobody is answered before everybody has asked.
  const host = await connect();
  await host.query("begin");
  await host.query(`select 1 from ${schema}.workspace for update`);
  const calls = [
    settles(0, { delivered: 1, attempt: "one" }),
    from(1).map((key) => ({ verb: "refund", input: { ...key, reason: "failed", attempt: "two" } })),
    from(2)
      .filter((_, i) => i % CHARGES === 0)
      .map(({ workspace }) => ({ verb: "clock.advance", input: { workspace, now: "2026-01-10T00:05:00Z" } })),
    settles(3, { delivered: 2, attempt: "four" }),
  ];
  const reports = await processes.burst(calls, WORKSPACES, async () => {
    await host.query("commit");
  });
  for (const { most } of reports) expect(most).toBeGreaterThanOrEqual(WORKSPACES);
  expect(reports.flatMap(({ logged }) => logged)).toEqual([]);
  expect(reports[2]?.answers.filter(({ outcome }) => outcome?.startsWith("error"))).toEqual([]);

  const [one, two, , four] = reports.map(({ answers }) => new Map(answers.map(({ id, outcome }) => [id, outcome])));
  const wins = { half: 0, none: 0, all: 0, lease: 0 };
  for (const key of from(0)) {
    const { state, reason, settledAmount, refundedAmount } = await credits.charges.get(key);
    const told = [one?.get(key.id), two?.get(key.id), four?.get(key.id)];
    const settled = "already_settled";
    const refunded = "already_refunded";
    if (reason === "timed_out") {
      wins.lease += 1;
      expect(told).toEqual([refunded, refunded, refunded]);
    } else if (state === "refunded") {
      wins.none += 1;
      expect(told).toEqual([refunded, "refunded", refunded]);
    } else if (settledAmount === 30) {
      wins.half += 1;
      expect(told).toEqual(["settled", settled, settled]);
    } else {
      wins.all += 1;
      expect(told).toEqual([settled, settled, "settled"]);
    }
    expect(settledAmount + refundedAmount).toBe(60);
  }
  expect(wins.half + wins.none + wins.all + wins.lease).toBe(WORKSPACES * CHARGES);
  expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
}, 60_000);
