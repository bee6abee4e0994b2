import type { ChargeEnded, ChargeInput, ChargeOutcome, RefundInput, SettleInput, Usage } from "@ducat/client";
import { DucatError, isDucatError } from "@ducat/client";
import { pause } from "./clock.ts";
import { defaultLeaseSeconds } from "./inputs/charges.ts";
import { checkBegin, checkRun, readResult, readUsage } from "./inputs/runs.ts";
import type { OneWork, RunningWork } from "./running-work.ts";
import type { BeginOutcome, Begun, NotEnded, RunOptions, RunOutcome, Work } from "./verbs.ts";
import type { Watch } from "./watch.ts";

/** The verbs that `run` and `begin` are built on. */
export interface RunVerbs {
  charge(input: ChargeInput, options: { signal?: AbortSignal }): Promise<ChargeOutcome>;
  settle(input: SettleInput): Promise<ChargeEnded>;
  refund(input: RefundInput): Promise<ChargeEnded>;
  newAttempt(): string;
  watch: Watch;
  running: RunningWork;
  log(message: string, error: unknown): void;
}

/** How a charge was to be ended; `run` tells it when it could not be. */
type End = { verb: "settle"; input: SettleInput } | { verb: "refund"; input: RefundInput };

/** What `run` needs of a work beyond what `begin` hands out. */
interface Opened {
  begun: Begun;
  /** The last end that was tried. */
  lastEnd(): End | undefined;
}

/** Charges and, on a fresh charge, hands out what a stream needs to be charged truthfully to its end. */
export async function begin(verbs: RunVerbs, input: ChargeInput, options: RunOptions = {}): Promise<BeginOutcome> {
  checkBegin(input, { options });
  const answer = await start(verbs, input, options);
  return "begun" in answer ? answer.begun : answer;
}

async function start(
  verbs: RunVerbs,
  input: ChargeInput,
  options: RunOptions,
): Promise<Opened | Exclude<BeginOutcome, Begun>> {
  const attempt = input.attempt ?? verbs.newAttempt();
  const work = verbs.running.add();
  let opened: Opened | undefined;
  try {
    const answer = await verbs.charge(
      { ...input, attempt },
      options.signal === undefined ? {} : { signal: options.signal },
    );
    if (answer.outcome !== "charged") return answer;
    if (answer.replayed) return { ...answer, outcome: "charged", replayed: true };
    const leaseSeconds = input.leaseSeconds ?? defaultLeaseSeconds;
    opened = open(verbs, answer, { attempt, leaseSeconds, work }, options);
    return opened;
  } finally {
    if (opened === undefined) work.ended();
  }
}

function open(
  verbs: RunVerbs,
  { charge, balance }: Pick<Begun, "charge" | "balance">,
  { attempt, leaseSeconds, work }: { attempt: string; leaseSeconds: number; work: OneWork },
  options: RunOptions,
): Opened {
  const { workspace, id, quantity, settles } = charge;
  const controller = new AbortController();
  let delivered = charge.delivered;
  let counted = false;
  let told: { usage: Usage; estimated: boolean } | undefined;
  let ended: Promise<ChargeEnded> | undefined;
  let lastEnd: End | undefined;
  work.onAbort((reason) => controller.abort(reason));
  const watched = verbs.watch.add({ charge, attempt, leaseSeconds, abort: (reason) => controller.abort(reason) });
  const outside = () => controller.abort(options.signal?.reason);
  if (options.signal?.aborted) outside();
  else options.signal?.addEventListener("abort", outside, { once: true });

  /** Ends the charge once: whoever asks again gets the same answer. Only what failed can be tried again. */
  function end(how: End): Promise<ChargeEnded> {
    ended ??= (async () => {
      watched.stop();
      options.signal?.removeEventListener("abort", outside);
      lastEnd = how;
      try {
        return await insist(() => (how.verb === "settle" ? verbs.settle(how.input) : verbs.refund(how.input)));
      } catch (error) {
        ended = undefined;
        throw error;
      } finally {
        work.ended();
      }
    })();
    return ended;
  }

  /** A result that is refused: the work is over all the same, and nothing keeps its lease. */
  function heard(result: unknown): ReturnType<typeof readResult> {
    try {
      return readResult(result);
    } catch (error) {
      watched.stop();
      work.ended();
      throw error;
    }
  }

  const metered = settles === "metered";
  const measured = () => (metered && told !== undefined ? told : {});
  const begun: Begun = {
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
      told = readUsage(amounts, how);
    },
    async done(result = {}) {
      const { usage, estimated, ...given } = heard(result);
      const units = given.delivered ?? (counted && !(settles === "whole" && delivered > 0) ? delivered : quantity);
      if (usage !== null) told = { usage, estimated };
      const input = { workspace, id, attempt, ...(metered ? {} : { delivered: units }), ...measured() };
      return end({ verb: "settle", input });
    },
    fail() {
      const reason = controller.signal.aborted ? "cancelled" : "failed";
      const keeps = options.keepDelivered ?? true;
      if (keeps && metered && told !== undefined) {
        return end({ verb: "settle", input: { workspace, id, attempt, reason, ...measured() } });
      }
      if (keeps && settles === "unit" && delivered > 0) {
        return end({ verb: "settle", input: { workspace, id, attempt, reason, delivered } });
      }
      return end({ verb: "refund", input: { workspace, id, attempt, reason } });
    },
    headers: {
      "x-credits-charge": id,
      "x-credits-amount": String(charge.amount),
      "x-credits-available": String(balance.available),
    },
  };
  return { begun, lastEnd: () => lastEnd };
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
 * untouched. When the work went through and the end could not be written, the error carries the work's value.
 */
export async function run<Value>(
  verbs: RunVerbs,
  input: ChargeInput,
  work: (work: Work) => Promise<Value> | Value,
  options: RunOptions = {},
): Promise<RunOutcome<Value>> {
  checkRun(input, { work, options });
  const answer = await start(verbs, input, options);
  if (!("begun" in answer)) return answer as RunOutcome<Value>;
  const { begun, lastEnd } = answer;
  const { signal, charge, deliver, usage } = begun;
  let value: Value;
  try {
    // A caller who went while the charge was being made.
    signal.throwIfAborted();
    value = await work({ signal, charge, deliver, usage });
  } catch (error) {
    // The work's error is what the caller must see; a refund that failed as well is made by the lease.
    await begun.fail(error).catch((failure: unknown) => {
      verbs.log(
        `the end of charge ${charge.id} in ${charge.workspace} could not be written; its lease ends it`,
        failure,
      );
    });
    throw error;
  }
  try {
    const end = await (signal.aborted ? begun.fail() : begun.done());
    return { outcome: end.outcome, value, charge: end.charge, balance: end.balance } as RunOutcome<Value>;
  } catch (error) {
    throw notEnded(value, lastEnd() as End, error);
  }
}

/** The work is done and paid for by somebody: its value must not be lost with the end of its charge. */
function notEnded(value: unknown, end: End, cause: unknown): DucatError {
  const { workspace, id } = end.input;
  const why = isDucatError(cause) ? `: ${cause.message}` : ".";
  return new DucatError(
    "not_ended",
    `The work of charge ${id} went through, and the end of the charge could not be written${why} Its lease returns the` +
      ` credits, unless the end is repeated first: credits.${end.verb}(error.details.input). The value: error.details.value.`,
    { cause, details: { value, workspace, id, ...end } satisfies NotEnded },
  );
}
