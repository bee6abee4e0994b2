import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../ledger/every-verb.ts";
import { testCredits } from "../setup/credits.ts";

const { credits, schema, logged } = testCredits({ catalog });
const screens = { member: "ada", feature: "generate-screen", quantity: 3 } as const;
const theme = { member: "ada", feature: "generate-theme" } as const;
const assistant = { member: "ada", feature: "assistant", usage: { input: 100_000, output: 100_000 } } as const;
let workspaces = 0;

beforeAll(async () => await credits.ready());

/** A workspace of its own for each test: 600 credits in the pool. */
async function fresh(): Promise<{ workspace: string; id: string }> {
  workspaces += 1;
  const workspace = `run-${workspaces}`;
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  return { workspace, id: "job" };
}

class ProviderError extends Error {}

describe("work that returns", () => {
  it("is called once with the open charge, and settled whole", async () => {
    const key = await fresh();
    let calls = 0;
    const result = await credits.run({ ...key, ...screens }, async ({ charge, signal }) => {
      calls += 1;
      expect(charge).toMatchObject({ ...key, state: "open", amount: 90, quantity: 3 });
      expect(signal.aborted).toBe(false);
      expect(await credits.balance({ workspace: key.workspace })).toMatchObject({ available: 510, held: 90 });
      return { pictures: 3 };
    });
    expect(calls).toBe(1);
    expect(result).toMatchObject({
      outcome: "settled",
      value: { pictures: 3 },
      charge: { state: "settled", delivered: 3, settledAmount: 90, refundedAmount: 0, reason: null },
      balance: { available: 510, held: 0 },
    });
  });

  it("may be no promise at all", async () => {
    expect(await credits.run({ ...(await fresh()), ...screens }, () => 7)).toMatchObject({
      outcome: "settled",
      value: 7,
    });
  });

  it("having counted what it delivered is settled for that", async () => {
    const result = await credits.run({ ...(await fresh()), ...screens }, ({ deliver }) => {
      deliver();
      deliver(1);
    });
    expect(result).toMatchObject({
      outcome: "settled",
      charge: { delivered: 2, settledAmount: 60, refundedAmount: 30 },
    });
  });

  it("having delivered nothing, and said so, is refunded", async () => {
    const result = await credits.run({ ...(await fresh()), ...screens }, ({ deliver }) => deliver(0));
    expect(result).toMatchObject({ outcome: "refunded", charge: { settledAmount: 0, refundedAmount: 90 } });
  });

  it("cannot deliver more than was charged, nor less than nothing", async () => {
    const result = await credits.run({ ...(await fresh()), ...screens }, ({ deliver }) => {
      for (const units of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
        expect(() => deliver(units)).toThrow(RangeError);
      deliver(2);
      deliver(2);
    });
    expect(result).toMatchObject({ outcome: "settled", charge: { delivered: 3, settledAmount: 90 } });
  });

  it("of a feature that settles whole is settled whole, however it counted", async () => {
    const result = await credits.run({ ...(await fresh()), ...theme, quantity: 2 }, ({ deliver }) => deliver(1));
    expect(result).toMatchObject({ outcome: "settled", charge: { delivered: 2, settledAmount: 10 } });
  });

  it("of a metered feature is settled by its last usage, or by its estimate", async () => {
    const measured = await credits.run({ ...(await fresh()), ...assistant }, ({ usage }) => {
      usage({ input: 1, output: 1 });
      usage({ input: 100_000, output: 20_000 });
    });
    expect(measured).toMatchObject({ outcome: "settled", charge: { settledAmount: 45, estimated: false } });
    const counted = await credits.run({ ...(await fresh()), ...assistant }, ({ usage }) =>
      usage({ input: 0, output: 20_000 }, { estimated: true }),
    );
    expect(counted).toMatchObject({ outcome: "settled", charge: { settledAmount: 20, estimated: true } });
    const unmeasured = await credits.run({ ...(await fresh()), ...assistant }, () => {});
    expect(unmeasured).toMatchObject({ outcome: "settled", charge: { settledAmount: 125 } });
  });
});

describe("work that tells a usage which is none", () => {
  it.each([
    [{ input: 1.5 }, "usage.input"],
    [{ input: -1 }, "usage.input"],
    [null, "usage"],
    [undefined, "usage"],
    [5, "usage"],
  ])("is told so at once: %j", async (usage, path) => {
    const key = await fresh();
    const result = await credits.run({ ...key, ...assistant }, (work) => {
      work.usage({ input: 100_000 });
      expect(() => work.usage(usage as never)).toThrow(
        expect.objectContaining({ code: "invalid_input", errors: [expect.objectContaining({ path })] }),
      );
      expect(() => work.usage({ input: 1 }, { estimate: true } as never)).toThrow("estimate is not a known field");
    });
    // What was told before holds.
    expect(result).toMatchObject({ outcome: "settled", charge: { settledAmount: 25, estimated: false } });
  });
});

describe("work that throws", () => {
  const failure = new ProviderError("the model is overloaded");
  const failing = (before: (work: { deliver(units?: number): void }) => void) => (work: { deliver(): void }) => {
    before(work);
    throw failure;
  };

  it.each(["at once", "later"])("is refunded %s, and its error is thrown again untouched", async (when) => {
    const key = await fresh();
    const run = credits.run({ ...key, ...screens }, async () => {
      if (when === "later") await credits.balance({ workspace: key.workspace });
      throw failure;
    });
    await expect(run).rejects.toBe(failure);
    expect(await credits.charges.get(key)).toMatchObject({ state: "refunded", reason: "failed", refundedAmount: 90 });
    expect(await credits.balance({ workspace: key.workspace })).toMatchObject({ available: 600, held: 0 });
  });

  it("that is no error is thrown again as it is", async () => {
    const thrown = (async () => {
      const nothing: unknown = undefined;
      await credits.run({ ...(await fresh()), ...screens }, () => Promise.reject(nothing));
    })();
    await expect(thrown).rejects.toBe(undefined);
  });

  it("keeps the units that were handed over", async () => {
    const key = await fresh();
    await expect(
      credits.run(
        { ...key, ...screens },
        failing(({ deliver }) => deliver(2)),
      ),
    ).rejects.toBe(failure);
    expect(await credits.charges.get(key)).toMatchObject({
      state: "settled",
      reason: "failed",
      delivered: 2,
      settledAmount: 60,
      refundedAmount: 30,
    });
  });

  it("with keepDelivered: false keeps nothing", async () => {
    const key = await fresh();
    const work = failing(({ deliver }) => deliver(2));
    await expect(credits.run({ ...key, ...screens }, work, { keepDelivered: false })).rejects.toBe(failure);
    expect(await credits.charges.get(key)).toMatchObject({ state: "refunded", refundedAmount: 90 });
  });

  it("of a feature that settles whole keeps nothing", async () => {
    const key = await fresh();
    await expect(
      credits.run(
        { ...key, ...theme },
        failing(({ deliver }) => deliver()),
      ),
    ).rejects.toBe(failure);
    expect(await credits.charges.get(key)).toMatchObject({ state: "refunded", refundedAmount: 5, reason: "failed" });
  });

  it("of a metered feature keeps the usage so far, and without one nothing", async () => {
    const used = await fresh();
    const work = credits.run({ ...used, ...assistant }, ({ usage }) => {
      usage({ output: 10_000 });
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await credits.charges.get(used)).toMatchObject({ state: "settled", reason: "failed", settledAmount: 10 });
    const unused = await fresh();
    await expect(
      credits.run(
        { ...unused, ...assistant },
        failing(() => {}),
      ),
    ).rejects.toBe(failure);
    expect(await credits.charges.get(unused)).toMatchObject({ state: "refunded", refundedAmount: 125 });
  });
});

describe("work that throws and cannot be ended either", () => {
  it("still throws its own error, and its charge is left to the lease", async () => {
    const key = await fresh();
    const failure = new ProviderError("the model is overloaded");
    const run = credits.run({ ...key, ...assistant }, ({ usage }) => {
      usage({ bananas: 1 });
      throw failure;
    });
    await expect(run).rejects.toBe(failure);
    expect(await credits.charges.get(key)).toMatchObject({ state: "open" });
    // Its caller sees the work's error only, so somebody else must be told.
    expect(logged.splice(0)).toMatchObject([
      { message: `the end of charge job in ${key.workspace} could not be written; its lease ends it` },
    ]);
  });
});

describe("anything but a fresh charge does not call the work", () => {
  const forbidden = () => {
    throw new Error("the work was called");
  };

  it("a replay of an open charge, and of one that has ended", async () => {
    const open = await fresh();
    await credits.charge({ ...open, ...screens });
    expect(await credits.run({ ...open, ...screens }, forbidden)).toMatchObject({ outcome: "charged", replayed: true });
    await credits.settle({ ...open, delivered: 1 });
    expect(await credits.run({ ...open, ...screens }, forbidden)).toMatchObject({
      outcome: "already_settled",
      charge: { settledAmount: 30 },
    });
    const refunded = await fresh();
    await credits.charge({ ...refunded, ...screens });
    await credits.refund({ ...refunded, reason: "failed" });
    expect(await credits.run({ ...refunded, ...screens }, forbidden)).toMatchObject({ outcome: "already_refunded" });
  });

  it("every refusal", async () => {
    const key = await fresh();
    const { workspace } = key;
    await credits.members.put({ workspace, member: "vi", role: "viewer" });
    await credits.members.put({ workspace, member: "cap", role: "editor", cap: 10 });
    const refusals: [outcome: string, input: object][] = [
      ["unknown_workspace", { workspace: "nowhere" }],
      ["unknown_member", { member: "nobody" }],
      ["unknown_feature", { feature: "fly" }],
      ["unknown_mode", { mode: "fast" }],
      ["not_allowed", { member: "vi" }],
      ["price_changed", { maxAmount: 89 }],
      ["cap_reached", { member: "cap" }],
      ["insufficient", { quantity: 21 }],
    ];
    for (const [outcome, input] of refusals) {
      const answer = await credits.run({ ...key, ...screens, ...input } as never, forbidden);
      expect(answer).toMatchObject({ outcome });
    }
    // And claims nothing: the same id may succeed later.
    expect(await credits.run({ ...key, ...screens }, () => "now")).toMatchObject({ outcome: "settled", value: "now" });
  });

  it("an id that was used for something else, and bad input", async () => {
    const key = await fresh();
    await credits.charge({ ...key, ...screens });
    await expect(credits.run({ ...key, ...theme }, forbidden)).rejects.toMatchObject({ code: "id_reused" });
    await expect(credits.run({ ...key, ...screens, quantity: -1 }, forbidden)).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("the caller's signal", () => {
  it("aborts the work with its reason; what was handed over is kept, the rest refunded as cancelled", async () => {
    const key = await fresh();
    const caller = new AbortController();
    const reason = new Error("the page was closed");
    const run = credits.run(
      { ...key, ...screens },
      async ({ signal, deliver }) => {
        deliver();
        caller.abort(reason);
        signal.throwIfAborted();
      },
      { signal: caller.signal },
    );
    await expect(run).rejects.toBe(reason);
    expect(await credits.charges.get(key)).toMatchObject({ state: "settled", settledAmount: 30, reason: "cancelled" });
  });

  it("ends a work that returns in spite of it the same way, and its value is delivered", async () => {
    const key = await fresh();
    const caller = new AbortController();
    const work = () => {
      caller.abort();
      return "all the same";
    };
    expect(await credits.run({ ...key, ...screens }, work, { signal: caller.signal })).toMatchObject({
      outcome: "refunded",
      value: "all the same",
      charge: { reason: "cancelled", refundedAmount: 90 },
    });
  });

  it("that fired before charges nothing", async () => {
    const key = await fresh();
    const run = credits.run({ ...key, ...screens }, () => {}, { signal: AbortSignal.abort(new Error("before")) });
    await expect(run).rejects.toThrow("before");
    expect(await credits.charges.list({ workspace: key.workspace })).toMatchObject({ data: [] });
  });

  it("that fires while the charge is being made refunds it, and the work is not called", async () => {
    const key = await fresh();
    const caller = new AbortController();
    const listening = credits.onEvent((event) => {
      if (event.type === "changed" && event.workspace === key.workspace) caller.abort(new Error("meanwhile"));
    });
    let called = false;
    const work = () => {
      called = true;
    };
    await expect(credits.run({ ...key, ...screens }, work, { signal: caller.signal })).rejects.toThrow("meanwhile");
    listening();
    expect(called).toBe(false);
    expect(await credits.charges.get(key)).toMatchObject({ state: "refunded", reason: "cancelled" });
  });

  it("that fires after the end changes nothing", async () => {
    const key = await fresh();
    const caller = new AbortController();
    await credits.run({ ...key, ...screens }, () => {}, { signal: caller.signal });
    caller.abort();
    expect(await credits.charges.get(key)).toMatchObject({ state: "settled", settledAmount: 90 });
  });
});

describe("a charge that somebody else ends while the work runs", () => {
  const aborted = async (signal: AbortSignal) => {
    if (!signal.aborted) await once(signal, "abort");
    return signal.reason as Error;
  };

  it("aborts the work; if it goes through, its value is delivered and the outcome told", async () => {
    const key = await fresh();
    const other = testCredits({ schema, catalog }).credits;
    const result = await credits.run({ ...key, ...screens }, async ({ signal }) => {
      await other.refund({ ...key, reason: "cancelled" });
      expect((await aborted(signal)).message).toContain("ended");
      return "finished all the same";
    });
    expect(result).toMatchObject({
      outcome: "already_refunded",
      value: "finished all the same",
      charge: { state: "refunded", refundedAmount: 90 },
      balance: { available: 600, held: 0 },
    });
  });

  it("tells already_settled when it was settled elsewhere", async () => {
    const key = await fresh();
    const result = await credits.run({ ...key, ...screens }, async () => {
      await credits.settle({ ...key, delivered: 1 });
      return 1;
    });
    expect(result).toMatchObject({ outcome: "already_settled", value: 1, charge: { settledAmount: 30 } });
  });

  it("is superseded when another attempt takes it over, and only that attempt's end counts", async () => {
    const key = await fresh();
    const other = testCredits({ schema, catalog }).credits;
    let second: unknown;
    const first = await credits.run({ ...key, ...screens }, async ({ signal }) => {
      second = await other.run({ ...key, ...screens, resume: true }, async ({ deliver }) => {
        expect((await aborted(signal)).message).toContain("attempt");
        deliver(2);
        return "second";
      });
      return "first";
    });
    expect(second).toMatchObject({ outcome: "settled", value: "second", charge: { settledAmount: 60 } });
    expect(first).toMatchObject({ outcome: "already_settled", value: "first", charge: { settledAmount: 60 } });
    expect(await credits.verify({ workspaces: [key.workspace] })).toMatchObject({ ok: true });
  });

  it("whose attempt was taken over while it ends is told superseded", async () => {
    const key = await fresh();
    const other = testCredits({ schema, catalog }).credits;
    let resumed: Awaited<ReturnType<typeof other.begin>> | undefined;
    const first = await credits.run({ ...key, ...screens, attempt: "one" }, async () => {
      resumed = await other.begin({ ...key, ...screens, resume: true, attempt: "two" });
      return "first";
    });
    expect(first).toMatchObject({ outcome: "superseded", value: "first", charge: { state: "open" } });
    expect(await credits.heartbeat({ ...key, attempt: "one" })).toMatchObject({ outcome: "superseded" });
    expect(await credits.settle({ ...key, attempt: "one" })).toMatchObject({ outcome: "superseded" });
    expect(resumed).toMatchObject({ outcome: "charged", replayed: false });
    if (resumed?.outcome === "charged" && !resumed.replayed) {
      expect(await resumed.done()).toMatchObject({ outcome: "settled" });
    }
  });
});

it("nothing of this is a fault inside", async () => {
  expect(logged).toEqual([]);
  expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
});
