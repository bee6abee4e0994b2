import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { testDatabaseUrl } from "../setup/database.ts";
import { connect, until } from "../setup/hands.ts";
import type { Burst, BurstReport, ChargeUntil, ChargeUntilReport, Opening, Task } from "./tasks.ts";

const program = fileURLToPath(new URL("./worker.ts", import.meta.url));
const children: ChildProcess[] = [];

interface Process {
  perform<Report>(task: Task): Promise<Report>;
  /** Resolves when the calls of the present burst have all been made, answered or not. */
  submitted(): Promise<void>;
}

export interface Processes {
  /** Releases all processes at once; `whenSubmitted` runs when every call of every process has been made. */
  burst(calls: readonly Burst["calls"][], crowd?: number, whenSubmitted?: () => Promise<void>): Promise<BurstReport[]>;
  chargeUntil(task: Omit<ChargeUntil, "kind" | "barrier">): Promise<ChargeUntilReport[]>;
}

/** Starts separate processes, each with an engine of its own on the same schema; ended when the test file is done. */
export async function startProcesses(
  count: number,
  schema: string,
  options: Opening["options"] = {},
  url: string = testDatabaseUrl(),
): Promise<Processes> {
  const processes = await Promise.all(
    Array.from({ length: count }, async () => {
      const started = start();
      await started.perform({ kind: "open", url, schema, options });
      return started;
    }),
  );

  async function together<Report>(task: (i: number, barrier: number) => Task): Promise<Promise<Report>[]> {
    const gate = await openableBarrier();
    const reports = processes.map((one, i) => one.perform<Report>(task(i, gate.key)));
    for (const report of reports) report.catch(() => {});
    await gate.open(count);
    return reports;
  }

  return {
    async burst(calls, crowd = 1, whenSubmitted) {
      const submitted = Promise.all(processes.map((one) => one.submitted()));
      submitted.catch(() => {});
      const reports = await together<BurstReport>((i, barrier) => ({
        kind: "burst",
        barrier,
        calls: calls[i] as Burst["calls"],
        crowd,
      }));
      if (whenSubmitted !== undefined) {
        await Promise.race([submitted, Promise.all(reports)]);
        await whenSubmitted();
      }
      return await Promise.all(reports);
    },
    async chargeUntil(task) {
      return await Promise.all(
        await together<ChargeUntilReport>((_, barrier) => ({ kind: "charge until", barrier, ...task })),
      );
    },
  };
}

function start(): Process {
  const child = fork(program, [], { execArgv: ["--conditions=ducat-source"] });
  children.push(child);
  const listeners = new Set<(message: { report?: unknown; failure?: string; submitted?: number }) => void>();
  child.on("message", (message: object) => {
    for (const listener of listeners) listener(message);
  });
  const heard = <T>(matches: (message: { report?: T; failure?: string; submitted?: number }) => boolean) =>
    new Promise<{ report?: T; failure?: string }>((resolve, reject) => {
      const listener = (message: object) => {
        if (!matches(message)) return;
        listeners.delete(listener);
        resolve(message);
      };
      listeners.add(listener);
      child.once("exit", (code, signal) => reject(new Error(`a process ended: ${code ?? signal}`)));
    });
  return {
    async perform<Report>(task: Task) {
      const answer = heard<Report>((message) => message.submitted === undefined);
      child.send(task);
      const { report, failure } = await answer;
      if (failure !== undefined) throw new Error(failure);
      return report as Report;
    },
    async submitted() {
      await heard((message) => message.submitted !== undefined);
    },
  };
}

let lastKey = process.pid * 1000;

/** A barrier that the processes wait at until it is opened for all of them. */
async function openableBarrier(): Promise<{ key: number; open(waiting: number): Promise<void> }> {
  lastKey += 1;
  const key = lastKey;
  const client = await connect();
  await client.query("select pg_advisory_lock($1)", [key]);
  return {
    key,
    async open(waiting) {
      const waiters =
        "select count(*) from pg_locks where locktype = 'advisory' and objid::int8 = $1::int8 and not granted";
      await until(client, `(${waiters}) = $2::int`, [key, waiting]);
      await client.query("select pg_advisory_unlock($1)", [key]);
    },
  };
}

afterAll(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await exited;
      clearTimeout(late);
    }),
  );
});
