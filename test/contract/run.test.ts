import { beforeAll, describe, expect, test } from "vitest";
import { testCredits } from "../setup/credits.ts";

const { credits } = testCredits();
const workspace = "acme";
const screen = (id: string, quantity = 3) =>
  ({ workspace, id, member: "ada", feature: "generate-screen", quantity }) as const;
const available = async () => (await credits.balance({ workspace, member: "ada" })).available;

beforeAll(async () => {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
}, 30_000);

describe("run", () => {
  test("charges, works and settles", async () => {
    const before = await available();
    const ran = await credits.run(screen("whole"), async ({ charge, signal }) => {
      expect(await available()).toBe(before - 90);
      return [charge.state, signal.aborted];
    });
    expect(ran).toMatchObject({
      value: ["open", false],
      outcome: "settled",
      charge: { settledAmount: 90 },
      balance: { available: before - 90 },
    });
  });

  test("does not work on a replay or a refusal", async () => {
    let works = 0;
    const work = () => {
      works += 1;
    };
    await credits.charge(screen("seen"));
    expect(await credits.run(screen("seen"), work)).toMatchObject({ outcome: "charged", replayed: true });
    await credits.settle({ workspace, id: "seen", delivered: 0 });
    expect(await credits.run(screen("seen"), work)).toMatchObject({ outcome: "already_refunded" });
    expect(await credits.run(screen("many", 900), work)).toMatchObject({ outcome: "insufficient" });
    expect(works).toBe(0);
  });

  test("keeps the units handed over before a failure, gives the rest back, and rethrows the work's own error", async () => {
    const before = await available();
    const own = new Error("the provider is away");
    const failing = credits.run(screen("part"), ({ deliver }) => {
      deliver();
      throw own;
    });
    await expect(failing).rejects.toBe(own);
    expect(await credits.charges.get({ workspace, id: "part" })).toMatchObject({
      state: "settled",
      reason: "failed",
      delivered: 1,
      settledAmount: 30,
      refundedAmount: 60,
    });
    expect(await available()).toBe(before - 30);
  });

  test("gives everything back when what was handed over is not kept", async () => {
    const before = await available();
    const failing = credits.run(
      screen("none"),
      ({ deliver }) => {
        deliver(2);
        throw new Error("half a screen");
      },
      { keepDelivered: false },
    );
    await expect(failing).rejects.toThrow("half a screen");
    expect(await credits.charges.get({ workspace, id: "none" })).toMatchObject({ state: "refunded", reason: "failed" });
    expect(await available()).toBe(before);
  });

  test("hears of a cancel from elsewhere, and keeps what was handed over", { timeout: 20_000 }, async () => {
    const aborted = credits.run(screen("cancelled"), async ({ deliver, signal }) => {
      deliver(2);
      await credits.cancel({ workspace, id: "cancelled" });
      const asked = performance.now();
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      return performance.now() - asked;
    });
    const { value, charge } = (await aborted) as { value: number; charge: object };
    expect(value).toBeLessThan(4000);
    expect(charge).toMatchObject({ state: "settled", reason: "cancelled", delivered: 2, settledAmount: 60 });
  });
});

describe("begin", () => {
  test("is run in two halves, with headers for the answer", async () => {
    const before = await available();
    const begun = await credits.begin(screen("stream"));
    if (begun.outcome !== "charged" || begun.replayed) throw new Error(begun.outcome);
    expect(begun.headers).toEqual({
      "x-credits-charge": "stream",
      "x-credits-amount": "90",
      "x-credits-available": String(before - 90),
    });
    begun.deliver(2);
    expect(await begun.done()).toMatchObject({ outcome: "settled", charge: { settledAmount: 60, refundedAmount: 30 } });
    // Whoever asks again hears the same end.
    expect(await begun.fail()).toMatchObject({ outcome: "settled" });
    expect(await credits.begin(screen("stream"))).toMatchObject({ outcome: "already_settled" });
  });

  test("adopts an open charge under a new attempt with resume, and the old one is superseded", async () => {
    const first = await credits.begin(screen("queued"));
    if (first.outcome !== "charged" || first.replayed) throw new Error(first.outcome);
    const second = await credits.begin({ ...screen("queued"), resume: true });
    if (second.outcome !== "charged" || second.replayed) throw new Error(second.outcome);
    expect(await first.done()).toMatchObject({ outcome: "superseded", charge: { state: "open" } });
    expect(await second.done()).toMatchObject({ outcome: "settled" });
  });
});
