import type { Credits } from "ducat";
import { createTestCredits } from "ducat/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit, blankScreen, sorry, takeBack, whyThisCharge } from "../../examples/support.ts";

const credits = createTestCredits();
beforeAll(async () => await credits.ready(), 30_000);
afterAll(async () => await credits.close());

test("what support does is said, given back and proved", async () => {
  const { id } = await credits.workspace({ plan: "pro", members: { ada: "owner" } });
  // The examples take any engine, whatever its catalog.
  const any = credits as unknown as Credits;
  await credits.run({ workspace: id, id: "c1", member: "ada", feature: "generate-screen", quantity: 2 }, () => {});
  expect(await blankScreen(any, id, "c1")).toMatchObject({ restored: 30, expired: 0, reissued: 0, replayed: false });
  expect(await blankScreen(any, id, "c1")).toMatchObject({ replayed: true, balance: { available: 2970 } });
  expect(await whyThisCharge(any, id, "c1")).toMatch(/screen/i);
  const grant = await sorry(any, id, "ada");
  expect(grant).toBe("promo:outage-2026-03");
  expect(await takeBack(any, id, grant)).toMatchObject({ outcome: "revoked", amount: 500 });
  expect(await audit(any)).toEqual([]);
});
