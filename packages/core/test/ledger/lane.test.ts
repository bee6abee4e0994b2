import { expect, it } from "vitest";
import { onEachDatabase } from "../database/databases.ts";
import { ledgerOf, testLedger } from "../history/test-ledger.ts";

onEachDatabase((database) => {
  it("a fault in telling what was committed stops no lane: it is logged, and what comes after is answered", async () => {
    const { schema } = await testLedger(database());
    const logged: unknown[] = [];
    const fault = new Error("nobody expected this");
    const { run, ledger } = ledgerOf(database(), schema, {
      lanes: 1,
      committed: () => {
        throw fault;
      },
      log: (_, error) => logged.push(error),
    });
    expect(await run("workspacePut", { workspace: "first" })).toMatchObject({ outcome: "created" });
    expect(await run("workspacePut", { workspace: "later" })).toMatchObject({ outcome: "created" });
    // Those of one batch are told while the next one is being saved, which must not suffer either.
    const many = Array.from({ length: 5 }, async (_, n) => {
      for (const part of ["a", "b", "c"]) await run("workspacePut", { workspace: `${part}${n}` });
    });
    await Promise.all(many);
    await ledger.drain();
    expect(new Set(logged)).toEqual(new Set([fault]));
  });
});
