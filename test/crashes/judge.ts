import { isDeepStrictEqual } from "node:util";
import type { Charge, Entry, Page } from "@ducat/client";
import type { Call } from "./ledger-call.ts";
import { clockAt, type End, type Job, leaseSeconds, unitPrice } from "./load.ts";
import type { Victim } from "./victim.ts";

export interface Judgement {
  /** Charges and ends of charges whose answer the callers had. */
  acknowledged: number;
  /** How many of these the ledger has, exactly as it answered. */
  found: number;
  /** Charges and ends without an answer that had been done all the same, and were there whole. */
  whole: number;
  /** Charges and ends without an answer that had not been done, of which there was nothing. */
  absent: number;
  /** Calls that were made again with the same id and attempt, and answered as the first time. */
  repeated: number;
  /** Open charges of dead workers that the end of their lease gave back. */
  orphans: number;
  /** Sentences about everything that is not as it should be. */
  faults: string[];
}

/** Holds what the ledger has after a crash against what its callers were told before. */
export async function judge(victim: Victim, workspaces: readonly string[], jobs: readonly Job[]): Promise<Judgement> {
  const report: Judgement = { acknowledged: 0, found: 0, whole: 0, absent: 0, repeated: 0, orphans: 0, faults: [] };
  await verified(victim, workspaces, report, "after the crash");
  const stored = await readAll(victim.call, workspaces);
  for (const job of jobs) judgeJob(job, stored, report);
  if (stored.charges.size > 0) report.faults.push(`charges nobody asked for: ${[...stored.charges.keys()].join(", ")}`);
  await Promise.all(
    jobs.map((job) =>
      repeat(victim.call, job, stored, report).catch((error: Error) => {
        report.faults.push(`${keyOf(job.input)} could not be repeated: ${error.message}`);
      }),
    ),
  );
  await endOrphans(victim.call, workspaces, jobs, report);
  await verified(victim, workspaces, report, "after the repeats and the ends of the leases");
  return report;
}

async function verified(victim: Victim, workspaces: readonly string[], report: Judgement, when: string): Promise<void> {
  const { ok, differences } = await victim.verify([...workspaces]);
  if (!ok) for (const { message } of differences) report.faults.push(`verify, ${when}: ${message}`);
}

interface Stored {
  /** Those that no job has claimed yet. */
  charges: Map<string, Charge>;
  claimed: Map<string, Charge>;
  /** What the entries of each charge change of the available credits, together. */
  moved: Map<string, number>;
}

async function readAll(call: Call, workspaces: readonly string[]): Promise<Stored> {
  const stored: Stored = { charges: new Map(), claimed: new Map(), moved: new Map() };
  await Promise.all(
    workspaces.map(async (workspace) => {
      for await (const charge of all<Charge>(call, "charges.list", workspace))
        stored.charges.set(keyOf(charge), charge);
      for await (const { charge, amount } of all<Entry>(call, "entries", workspace)) {
        if (charge === null) continue;
        const key = keyOf({ workspace, id: charge });
        stored.moved.set(key, (stored.moved.get(key) ?? 0) + amount);
      }
    }),
  );
  return stored;
}

async function* all<Item>(call: Call, verb: "charges.list" | "entries", workspace: string): AsyncGenerator<Item> {
  let cursor: string | null = null;
  do {
    const page: Page<unknown> = await call(verb, { workspace, limit: 200, ...(cursor === null ? {} : { cursor }) });
    yield* page.data as Item[];
    cursor = page.nextCursor;
  } while (cursor !== null);
}

function judgeJob(job: Job, stored: Stored, report: Judgement): void {
  const { input, answer, end } = job;
  const key = keyOf(input);
  const charge = stored.charges.get(key);
  stored.charges.delete(key);
  const fault = (text: string) => report.faults.push(`${key} ${text}: ${JSON.stringify({ job, charge })}`);

  if (charge === undefined) {
    if (stored.moved.has(key)) fault("has entries and is not there");
    if (answer?.outcome === "charged") {
      report.acknowledged += 1;
      fault("was acknowledged and is lost");
    }
    if (answer === undefined) report.absent += 1;
    return;
  }
  stored.claimed.set(key, charge);
  if (!isWhole(charge, job, stored.moved.get(key) ?? 0)) fault("is there in part, or otherwise than it was asked for");
  if (answer === undefined) {
    report.whole += 1;
    if (charge.state !== "open") fault("was ended by nobody");
    return;
  }
  if (answer.outcome !== "charged") {
    fault("was refused and is there");
    return;
  }
  report.acknowledged += 1;
  if (charge.state === "open" ? same(charge, answer.charge) : startedAs(charge, answer.charge)) report.found += 1;
  else fault("is not what was acknowledged");
  if (end === undefined) {
    if (charge.state !== "open") fault("was ended by nobody");
  } else if (end.answer === undefined) {
    report[charge.state === "open" ? "absent" : "whole"] += 1;
  } else {
    report.acknowledged += 1;
    if (same(charge, end.answer.charge)) report.found += 1;
    else fault("was not ended as was acknowledged");
  }
}

/** The charge has all that was asked for and nothing else, and its entries say the same. */
function isWhole(charge: Charge, { input, end }: Job, moved: number): boolean {
  const amount = input.quantity * unitPrice;
  const taken = charge.slices.reduce((sum, slice) => sum + slice.amount, 0);
  const asAsked = charge.amount === amount && taken === amount && charge.member === input.member;
  if (charge.state === "open") return asAsked && moved === -amount;
  const settled = settledBy(end);
  const ended = charge.settledAmount === settled && charge.refundedAmount === amount - settled;
  const state = settled > 0 ? "settled" : "refunded";
  return asAsked && ended && moved === -settled && charge.state === state;
}

function settledBy(end: End | undefined): number {
  return (end?.input.delivered ?? 0) * unitPrice;
}

/** What an end changes of a charge is left out. */
function startedAs(charge: Charge, acknowledged: Charge): boolean {
  const from = (slices: Charge["slices"]) => slices.map(({ grant, amount }) => [grant, amount]);
  return same(started(charge), started(acknowledged)) && same(from(charge.slices), from(acknowledged.slices));
}

function started({ id, member, feature, quantity, amount, catalogVersion, createdAt }: Charge) {
  return { id, member, feature, quantity, amount, catalogVersion, createdAt };
}

function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other);
}

/** Makes the worker's calls again, as one does whose answer was lost. Afterwards every call has an answer. */
async function repeat(call: Call, job: Job, stored: Stored, report: Judgement): Promise<void> {
  const { input, end } = job;
  const key = keyOf(input);
  // A refusal claims nothing, so there is nothing that a repeat must find again.
  if (job.answer !== undefined && job.answer.outcome !== "charged") return;
  const before = stored.claimed.get(key);
  const fault = (text: string, got: unknown) => report.faults.push(`${key} ${text}: ${JSON.stringify({ job, got })}`);

  const again = await call("charge", { ...input, leaseSeconds });
  report.repeated += 1;
  if (before === undefined) {
    if (again.outcome !== "charged" ? again.outcome !== "insufficient" : again.replayed) fault("came to this", again);
  } else if (before.state === "open") {
    if (again.outcome !== "charged" || again.replayed || !same(again.charge, before)) fault("was answered anew", again);
  } else if (again.outcome !== `already_${before.state}` || !same((again as { charge: Charge }).charge, before)) {
    fault("had ended and was answered otherwise", again);
  }
  job.answer ??= again;
  if (end === undefined || job.answer.outcome !== "charged") return;
  const endedAgain = await call(end.verb, { ...end.input });
  report.repeated += 1;
  const outcome = settledBy(end) > 0 ? "settled" : "refunded";
  const first = before === undefined || before.state === "open" ? endedAgain.charge : before;
  if (endedAgain.outcome !== outcome || !same(endedAgain.charge, first)) fault("was ended anew", endedAgain);
  end.answer ??= endedAgain;
}

/** The workers that are dead keep no lease. When it has run out, everything that they held is back. */
async function endOrphans(
  call: Call,
  workspaces: readonly string[],
  jobs: readonly Job[],
  report: Judgement,
): Promise<void> {
  const now = new Date(clockAt + leaseSeconds * 1000).toISOString();
  await Promise.all(workspaces.map((workspace) => call("clock.advance", { workspace, now })));
  const stored = await readAll(call, workspaces);
  for (const { input, answer, end } of jobs) {
    if (answer?.outcome !== "charged" || end !== undefined) continue;
    const charge = stored.charges.get(keyOf(input));
    const isBack = charge?.state === "refunded" && charge.reason === "timed_out" && charge.endedAt === now;
    if (isBack && stored.moved.get(keyOf(input)) === 0) report.orphans += 1;
    else report.faults.push(`${keyOf(input)} did not come back with its lease: ${JSON.stringify(charge)}`);
  }
  for (const charge of stored.charges.values()) {
    if (charge.state === "open") report.faults.push(`${keyOf(charge)} is still open: ${JSON.stringify(charge)}`);
  }
}

function keyOf({ workspace, id }: { workspace: string; id: string }): string {
  return `${workspace}/${id}`;
}
