import { expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { startProcesses } from "./processes.ts";
import type { Burst } from "./tasks.ts";

type Call = Burst["calls"][number];

const WORKSPACES = 5;
const CALLS = 400;

/** Numbers that depend on nothing but the seed, so that a storm that went wrong can be had again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Anything that hosts do, at random, on few ids, so that most of it meets something else. */
function anyCall(next: (below: number) => number): Call {
  const workspace = `storm-${next(WORKSPACES)}`;
  const member = ["ada", "bob", "cy"][next(3)] as string;
  const id = `c${next(60)}`;
  const quantity = 1 + (Number(id.slice(1)) % 5);
  const owner = ["ada", "bob"][Number(id.slice(1)) % 2] as string;
  const by = { actor: "storm", note: "at random" };
  const calls: [weight: number, call: () => Call][] = [
    [40, () => ({ verb: "charge", input: { workspace, id, member: owner, feature: "generate-screen", quantity } })],
    [12, () => ({ verb: "settle", input: { workspace, id, delivered: next(quantity + 1) } })],
    [6, () => ({ verb: "refund", input: { workspace, id, reason: "failed" } })],
    [4, () => ({ verb: "heartbeat", input: { workspace, id, delivered: next(quantity + 1) } })],
    [2, () => ({ verb: "cancel", input: { workspace, id } })],
    [4, () => ({ verb: "supportRefund", input: { workspace, charge: id, id: `s${next(20)}`, ...by } })],
    [4, () => ({ verb: "grant", input: { workspace, id: `g${next(20)}`, amount: 100, ...by } })],
    [2, () => ({ verb: "topUps.create", input: { workspace, id: `t${next(6)}`, pack: "small", recipients: [owner] } })],
    [4, () => ({ verb: "topUps.paid", input: { workspace, id: `t${next(6)}` } })],
    [4, () => ({ verb: "topUps.refunded", input: { workspace, id: `t${next(6)}`, refunded: 250 * next(5) } })],
    [3, () => ({ verb: "members.put", input: { workspace, member, role: next(3) === 0 ? "viewer" : "editor" } })],
    [2, () => ({ verb: "members.remove", input: { workspace, member: "cy" } })],
    [
      2,
      () => ({
        verb: "subscriptions.update",
        input: { workspace, plan: ["pro", "business"][next(2)], effective: "now" },
      }),
    ],
    [3, () => ({ verb: "workspaces.put", input: { workspace: `new-${next(40)}` } })],
  ];
  let left = next(calls.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, call] of calls) {
    left -= weight;
    if (left < 0) return call();
  }
  throw new Error("the weights do not add up");
}

it("a storm of everything from four processes leaves a ledger that adds up", async () => {
  const { credits, schema } = testCredits();
  for (let w = 0; w < WORKSPACES; w++) {
    const workspace = `storm-${w}`;
    await credits.workspaces.put({ workspace, plan: "pro" });
    for (const member of ["ada", "bob"]) await credits.members.put({ workspace, member, role: "editor" });
  }
  const processes = await startProcesses(4, schema);
  const seed = Number(process.env.DUCAT_STORM_SEED ?? 20_261_122);
  const calls = [0, 1, 2, 3].map((process) => {
    const next = numbers(seed + process);
    return Array.from({ length: CALLS }, () => anyCall(next));
  });
  const reports = await processes.burst(calls);

  expect(
    reports.flatMap(({ logged }) => logged),
    `seed ${seed}`,
  ).toEqual([]);
  const outcomes = reports.flatMap(({ answers }) => answers.map(({ outcome }) => outcome));
  const faults = outcomes.filter((outcome) => /^error (internal|overloaded|database_unavailable)/.test(outcome ?? ""));
  expect(faults).toEqual([]);
  expect(outcomes).toContain("charged");
  expect(outcomes).toContain("settled");
  expect(await credits.verify(), `seed ${seed}`).toMatchObject({ ok: true, differences: [] });
}, 60_000);
