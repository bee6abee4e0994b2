import type { ChargeEnded, ChargeOutcome } from "@ducat/client";
import type { Dice } from "../simulation/dice.ts";
import type { Call } from "./ledger-call.ts";

/** Where the workspaces' clocks stand while they are worked in. No lease runs out by itself. */
export const clockAt = Date.UTC(2026, 0, 10);
export const leaseSeconds = 10;
export const unitPrice = 30;

/** A charge as the worker knows it who asked for it: with the answers that came. */
export interface Job {
  input: { workspace: string; member: string; id: string; feature: string; quantity: number; attempt: string };
  answer?: ChargeOutcome;
  end?: End;
}

export interface End {
  verb: "settle" | "refund";
  input: { workspace: string; id: string; attempt: string; delivered?: number; reason?: "failed" };
  answer?: ChargeEnded;
}

export interface Load {
  jobs: readonly Job[];
  /** What the callers were given in place of an answer. */
  errors: readonly { code: string; message: string }[];
  /** Resolves when so many more answers have come. */
  answers(count: number): Promise<void>;
  /** Lets every caller finish what it is at, and resolves when all have ended. A caller without an answer ends too. */
  stop(): Promise<void>;
}

/** Workspaces of their own for one round: with plenty, from several grants, and the last with less than will be asked for. */
export async function prepareWorkspaces(call: Call, round: number): Promise<string[]> {
  const names = [0, 1, 2, 3].map((n) => `round-${round}-${n}`);
  await Promise.all(
    names.map(async (workspace, n) => {
      const plan = n === names.length - 1 ? "starter" : "pro";
      await call("workspaces.put", { workspace, plan, testClock: new Date(clockAt).toISOString() });
      for (const member of ["ada", "bob"]) await call("members.put", { workspace, member, role: "editor" });
      if (plan === "pro") {
        const by = { actor: "test", note: "plenty" };
        await call("grant", { workspace, id: "pool", amount: 500_000, ...by });
        await call("grant", { workspace, id: "ada", member: "ada", amount: 900, ...by });
      }
    }),
  );
  return names;
}

/** Callers that charge, and end most of what they charged, one call after another and without a pause. */
export function startLoad(call: Call, workspaces: readonly string[], dice: Dice, callers = 16): Load {
  const jobs: Job[] = [];
  const errors: { code: string; message: string }[] = [];
  const waiting: { left: number; resolve(): void }[] = [];
  let stopping = false;

  function answered(): void {
    for (const one of waiting) {
      one.left -= 1;
      if (one.left === 0) one.resolve();
    }
  }

  async function work(caller: number): Promise<void> {
    for (let n = 0; !stopping; n++) {
      const workspace = dice.pick(workspaces);
      const id = `c${caller}-${n}`;
      const quantity = 1 + dice(4);
      const job: Job = {
        input: { workspace, member: dice.pick(["ada", "bob"]), id, feature: "generate-screen", quantity, attempt: id },
      };
      jobs.push(job);
      job.answer = await call("charge", { ...job.input, leaseSeconds });
      answered();
      // A third stays open, as work that is still being done.
      if (job.answer.outcome !== "charged" || dice.chance(33)) continue;
      const key = { workspace, id, attempt: `${id}-end` };
      job.end = dice.chance(75)
        ? { verb: "settle", input: { ...key, delivered: dice(quantity + 1) } }
        : { verb: "refund", input: { ...key, reason: "failed" } };
      job.end.answer = await call(job.end.verb, { ...job.end.input });
      answered();
    }
  }

  const ended = Promise.all(
    Array.from({ length: callers }, (_, caller) =>
      work(caller).catch((error: Error & { code?: string }) => {
        errors.push({ code: error.code ?? "none", message: error.message });
      }),
    ),
  );
  return {
    jobs,
    errors,
    answers: (count) => new Promise((resolve) => waiting.push({ left: count, resolve })),
    async stop() {
      stopping = true;
      await ended;
    },
  };
}
