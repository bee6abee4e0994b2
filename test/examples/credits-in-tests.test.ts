// docs/guides/testing.md quotes the regions of this file.

// #region setup
import { createTestCredits } from "ducat/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const credits = createTestCredits({ now: "2026-01-01T09:00:00Z" });
beforeAll(() => credits.ready(), 30_000);
afterAll(() => credits.close());
// #endregion

// #region month
test("what is left over does not roll over", async () => {
  const { id: workspace } = await credits.workspace({ plan: "pro", members: { ada: "owner" } });
  const charge = { workspace, member: "ada", feature: "generate-screen" } as const;
  await credits.run({ ...charge, id: "c1" }, async () => "a screen");
  expect((await credits.balance({ workspace, member: "ada" })).available).toBe(2970);

  await credits.advance(workspace, "2026-02-01T09:00:00Z");
  expect((await credits.balance({ workspace, member: "ada" })).available).toBe(3000);
});
// #endregion

// #region insufficient
test("who has too few credits is told what can be done about it", async () => {
  const { id: workspace } = await credits.workspace({ members: { ada: "owner" } });
  const refused = await credits.charge({
    workspace,
    member: "ada",
    id: "c1",
    feature: "generate-screen",
    quantity: 21,
  });
  expect(refused).toMatchObject({ outcome: "insufficient", required: 630, available: 600 });
  expect(refused).toMatchObject({ remedies: ["wait", "upgrade"], renewsAt: "2026-02-01T09:00:00.000Z" });
});
// #endregion

// #region crash
test("a worker that dies gives the credits back", async () => {
  const { id: workspace } = await credits.workspace({ members: { ada: "owner" } });
  await credits.charge({ workspace, member: "ada", id: "c1", feature: "generate-theme", leaseSeconds: 60 });
  await credits.advance(workspace, "2026-01-01T09:01:00Z");
  const { state, reason } = await credits.charges.get({ workspace, id: "c1" });
  expect({ state, reason }).toEqual({ state: "refunded", reason: "timed_out" });
});
// #endregion
