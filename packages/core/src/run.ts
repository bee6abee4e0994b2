import type { ChargeEnded, ChargeInput, ChargeOutcome, SettleInput, Usage } from "@ducat/client";
import { isDucatError } from "@ducat/client";
import { pause } from "./clock.ts";
import { defaultLeaseSeconds } from "./inputs/charges.ts";
import type { BeginOutcome, Begun, RunOptions, RunOutcome, Work } from "./verbs.ts";
import type { Watch } from "./watch.ts";

/** The verbs that `run` and `begin` are built on. */
export interface RunVerbs {
  charge(input: ChargeInput, options: { signal?: AbortSignal }): Promise<ChargeOutcome>;
  settle(input: SettleInput): Promise<ChargeEnded>;
  refund(input: {
    workspace: string;
    id: string;
    reason: "cancelled" | "failed";
    attempt: string;
  }): Promise<ChargeEnded>;
  newAttempt(): string;
  watch: Watch;
}

/** Charges and, on a fresh charge, hands out what a stream needs to be charged truthfully to its end. */
export async function begin(verbs: RunVerbs, input: ChargeInput, options: RunOptions = {}): Promise<BeginOutcome> {
  const attempt = input.attempt ?? verbs.newAttempt();
  const answer = await verbs.charge(
    { ...input, attempt },
    options.signal === undefined ? {} : { signal: options.signal },
  );
  if (answer.outcome !== "charged") return answer;
  if (answer.replayed) return { ...answer, outcome: "charged", replayed: true };
  return open(verbs, answer, { attempt, leaseSeconds: input.leaseSeconds ?? defaultLeaseSeconds }, options);
}

function open(
  verbs: RunVerbs,
  { charge, balance }: Pick<Begun, "charge" | "balance">,
  { attempt, leaseSeconds }: { attempt: string; leaseSeconds: number },
  options: RunOptions,
): Begun {
  const { workspace, id, quantity, settles } = charge;
  const controller = new AbortController();
  let delivered = charge.delivered;
  let counted = false;
  let usage: Usage | undefined;
  let estimated = false;
  let ended: Promise<ChargeEnded> | undefined;
  const watched = verbs.watch.add({ charge, attempt, leaseSeconds, abort: (reason) => controller.abort(reason) });
  const outside = () => controller.abort(options.signal?.reason);
  if (options.signal?.aborted) outside();
  else options.signal?.addEventListener("abort", outside, { once: true });

  /** Ends the charge once: whoever asks again gets the same answer. Only what failed can be tried again. */
  function end(how: () => Promise<ChargeEnded>): Promise<ChargeEnded> {
    ended ??= (async () => {
      watched.stop();
      options.signal?.removeEventListener("abort", outside);
      try {
        return await insist(how);
      } catch (error) {
        ended = undefined;
        throw error;
      }
    })();
    return ended;
  }

  const metered = settles === "metered";
  const measured = () => (metered && usage !== undefined ? { usage, estimated } : {});
  return {
    outcome: "charged",
    replayed: false,
    charge,
    balance,
    signal: controller.signal,
    deliver(units = 1) {
      if (!Number.isSafeInteger(units) || units < 0)
        throw new RangeError("deliver takes a whole number of units, 0 or more");
      counted = true;
      delivered = Math.min(quantity, delivered + units);
      watched.delivered(delivered);
    },
    usage(amounts, how = {}) {
      usage = { ...amounts };
      estimated = how.estimated ?? false;
    },
    done(result = {}) {
      const units = result.delivered ?? (counted && !(settles === "whole" && delivered > 0) ? delivered : quantity);
      if (result.usage !== undefined) {
        usage = result.usage;
        estimated = result.estimated ?? false;
      }
      return end(() =>
        verbs.settle({ workspace, id, attempt, ...(metered ? {} : { delivered: units }), ...measured() }),
      );
    },
    fail() {
      const reason = controller.signal.aborted ? "cancelled" : "failed";
      const keeps = options.keepDelivered ?? true;
      if (keeps && metered && usage !== undefined) {
        return end(() => verbs.settle({ workspace, id, attempt, reason, ...measured() }));
      }
      if (keeps && settles === "unit" && delivered > 0) {
        return end(() => verbs.settle({ workspace, id, attempt, reason, delivered }));
      }
      return end(() => verbs.refund({ workspace, id, attempt, reason }));
    },
    headers: {
      "x-credits-charge": id,
      "x-credits-amount": String(charge.amount),
      "x-credits-available": String(balance.available),
    },
  };
}

/** The end of a charge is worth some patience: the database may be back in a moment, and the lease waits. */
async function insist<Answer>(how: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await how();
    } catch (error) {
      if (tries >= 5 || !isDucatError(error) || !error.retryable) throw error;
      await pause(100 * 2 ** tries);
    }
  }
}

/**
 * Charges, calls the work only on a fresh charge, and ends the charge by what became of the work: settled when it
 * returned; when it threw or was aborted, the units handed over are kept and the rest goes back. Its error is rethrown
 * untouched.
 */
export async function run<Value>(
  verbs: RunVerbs,
  input: ChargeInput,
  work: (work: Work) => Promise<Value> | Value,
  options: RunOptions = {},
): Promise<RunOutcome<Value>> {
  const begun = await begin(verbs, input, options);
  if (begun.outcome !== "charged" || begun.replayed) return begun as RunOutcome<Value>;
  const { signal, charge, deliver, usage } = begun;
  let value: Value;
  try {
    // A caller who went while the charge was being made.
    signal.throwIfAborted();
    value = await work({ signal, charge, deliver, usage });
  } catch (error) {
    // The work's error is what the caller must see; a refund that failed as well is made by the lease.
    await begun.fail(error).catch(() => {});
    throw error;
  }
  const end = await (signal.aborted ? begun.fail() : begun.done());
  return { outcome: end.outcome, value, charge: end.charge, balance: end.balance } as RunOutcome<Value>;
}
