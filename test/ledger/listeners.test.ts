import pg from "pg";
import { describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { testDatabaseUrl } from "../setup/database.ts";

const image = { member: "ada", feature: "generate-image" } as const;

/** An engine with a workspace that has 600 credits in the pool. */
async function engineWith(workspace: string, options: Parameters<typeof testCredits>[0] = {}) {
  const engine = testCredits(options);
  await engine.credits.workspaces.put({ workspace });
  await engine.credits.members.put({ workspace, member: "ada", role: "editor" });
  return engine;
}

/** What was left unhandled while the work ran; of it the process would have died. */
async function unhandledDuring(work: () => Promise<void>): Promise<unknown[]> {
  const found: unknown[] = [];
  const before = process.rawListeners("unhandledRejection");
  const note = (error: unknown) => found.push(error);
  // Those of the test runner would fail the run instead of this test.
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  try {
    await work();
    // Node tells of them when the microtasks are done, and so before this.
    await new Promise(setImmediate);
  } finally {
    process.off("unhandledRejection", note);
    for (const listener of before) process.on("unhandledRejection", listener as (error: unknown) => void);
  }
  return found;
}

describe("a listener", () => {
  it("whose promise fails ends no process: its error is logged, as that of one which throws", async () => {
    const { credits, logged } = await engineWith("w");
    const [late, thrown] = [new Error("late"), new Error("thrown")];
    credits.onEvent(() => Promise.reject(late));
    credits.onEvent(() => {
      throw thrown;
    });
    const unhandled = await unhandledDuring(async () => {
      expect(await credits.charge({ workspace: "w", id: "c", ...image })).toMatchObject({ outcome: "charged" });
    });
    expect(unhandled).toEqual([]);
    expect(logged).toEqual([
      { message: "an event listener threw", error: late },
      { message: "an event listener threw", error: thrown },
    ]);
  });

  it("whose promise fails for a notice ends no process either, when another one throws", async () => {
    const { credits, logged } = await engineWith("w", { background: true });
    const [late, thrown] = [new Error("late"), new Error("thrown")];
    const unhandled = await unhandledDuring(async () => {
      const told = new Promise<void>((resolve) => {
        credits.onEvent(async ({ type }) => {
          if (type !== "changed") throw late;
        });
        credits.onEvent(({ type }) => {
          if (type === "changed") return;
          resolve();
          throw thrown;
        });
      });
      await credits.charge({ workspace: "w", id: "c", ...image, quantity: 48 });
      await told;
      await credits.close();
    });
    expect(unhandled).toEqual([]);
    expect(logged).toMatchObject([
      { message: expect.stringContaining("was not taken"), error: { errors: [late, thrown] } },
    ]);
  });

  it("finds the last connection of a host's own pool free: a delivery holds none", async () => {
    const pool = new pg.Pool({ connectionString: testDatabaseUrl(), max: 1 });
    const { credits, logged } = await engineWith("w", { background: true, database: { pool } });
    const asked = new Promise<unknown>((resolve, reject) => {
      credits.onEvent(async ({ type }) => {
        if (type === "notice.usage") await credits.balance({ workspace: "w" }).then(resolve, reject);
      });
    });
    await credits.charge({ workspace: "w", id: "c", ...image, quantity: 48 });
    expect(await asked).toMatchObject({ held: 480 });
    await credits.close();
    await pool.end();
    expect(logged).toEqual([]);
  });

  it.each([undefined, null, "console.log", {}])("that is %j is refused at once", (listener) => {
    const { credits } = testCredits();
    expect(() => credits.onEvent(listener as never)).toThrow(
      expect.objectContaining({ code: "invalid_input", errors: [{ path: "listener", message: expect.any(String) }] }),
    );
  });
});

describe("a log function", () => {
  const faulty: [name: string, log: () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("the log is full");
      },
    ],
    ["answers a promise that fails", () => Promise.reject(new Error("the log is away"))],
  ];
  it.each(faulty)("that %s stops no lane: what comes after is answered", async (_, log) => {
    const { credits } = await engineWith("w", { lanes: 1, log: log as () => void });
    credits.onEvent(() => {
      throw new Error("a listener that has something to log");
    });
    const unhandled = await unhandledDuring(async () => {
      for (const id of ["first", "second"]) {
        expect(await credits.charge({ workspace: "w", id, ...image })).toMatchObject({ outcome: "charged" });
      }
    });
    expect(unhandled).toEqual([]);
  });
});
