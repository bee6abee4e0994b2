import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { type Credits, createCredits } from "ducat";
import pg from "pg";
import type { Answer, Burst, BurstReport, ChargeUntil, ChargeUntilReport, Opening, Task } from "./tasks.ts";

/**
 * One process of several on one database. It does what it is told over the channel to the process that started it, and
 * begins each task when the barrier opens: an advisory lock that everybody waits for and nobody holds for itself.
 */
let credits: Credits | undefined;
let database: Opening;
const logged: string[] = [];

process.on("message", (task: Task) => {
  void perform(task).then(
    (report) => process.send?.({ report }),
    (error: unknown) => process.send?.({ failure: inspect(error) }),
  );
});

// Told by the end of the channel, which is also what the death of the process at its other end looks like.
process.on("disconnect", () => void credits?.close());

async function perform(task: Task): Promise<unknown> {
  switch (task.kind) {
    case "open":
      return await open(task);
    case "burst":
      return await burst(task);
    case "charge until":
      return await chargeUntil(task);
    default:
      return task satisfies never;
  }
}

async function open(opening: Opening): Promise<void> {
  database = opening;
  const { url, schema, options } = opening;
  const log = (message: string, error: unknown) => logged.push(`${message}: ${error}`);
  // Patient: on a machine that stands still for a while, the time to connect passes without anybody having tried.
  const patient = { connectionString: url, connectionTimeoutMs: 120_000 };
  credits = createCredits({ database: patient, schema, background: false, log, ...options });
  await credits.ready();
}

async function barrier(key: number): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("select pg_advisory_lock_shared($1)", [key]);
  await client.end();
}

/** Time that all processes of this machine share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

async function burst({ barrier: key, calls, crowd }: Burst): Promise<BurstReport> {
  await barrier(key);
  let inFlight = 0;
  let most = 0;
  let crowdedFrom: number | null = null;
  let crowdedTo: number | null = null;
  const made = async ({ verb, input }: Burst["calls"][number]): Promise<Answer> => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    if (inFlight === crowd) crowdedFrom ??= now();
    try {
      const { outcome, replayed, seq } = (await call(verb, input)) as Answer & { seq?: number };
      return { id: String(input.id), outcome, ...(replayed === undefined ? {} : { replayed }), seq: seq ?? 0 };
    } catch (error) {
      return { id: String(input.id), outcome: `error ${(error as { code?: string }).code ?? error}`, seq: 0 };
    } finally {
      if (inFlight === crowd) crowdedTo = now();
      inFlight -= 1;
    }
  };
  const answers: Promise<Answer>[] = [];
  for (const one of calls) {
    answers.push(made(one));
    // The first calls are on their way to the database while the others are being made.
    if (answers.length % 50 === 0) await setImmediate();
  }
  process.send?.({ submitted: calls.length });
  return { answers: await Promise.all(answers), most, crowdedFrom, crowdedTo, logged };
}

function call(verb: string, input: Record<string, unknown>): Promise<unknown> {
  let found: unknown = credits;
  for (const name of verb.split(".")) found = (found as Record<string, unknown>)[name];
  return (found as (input: unknown) => Promise<unknown>)(input);
}

/** Charges one after another from several callers, until the database's clock has passed an instant for a while. */
async function chargeUntil({ barrier: key, input, until, callers }: ChargeUntil): Promise<ChargeUntilReport> {
  await barrier(key);
  const charged: number[] = [];
  let refused = 0;
  let n = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (;;) {
        n += 1;
        const answer = await (credits as Credits).charge({ ...input, id: `${process.pid}-${n}` } as never);
        if (answer.outcome === "charged") charged.push(answer.seq);
        else if (answer.outcome === "insufficient") refused += 1;
        else throw new Error(`a charge came to ${answer.outcome}`);
        if (Date.now() > until) return;
      }
    }),
  );
  return { charged: charged.length, refused, logged };
}
