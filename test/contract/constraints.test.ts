import { expect, test } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect } from "../setup/hands.ts";

test("no hand in the database can make credits appear or vanish in a grant, or one of its columns negative", async () => {
  const { credits, schema } = testCredits();
  await credits.workspaces.put({ workspace: "acme" });
  const hand = await connect();
  for (const change of [
    "available = available + 1",
    "spent = spent + 1",
    "available = available + 5, expired = expired - 5",
  ]) {
    await expect(hand.query(`update ${schema}.credit_grant set ${change}`)).rejects.toMatchObject({ code: "23514" });
  }
  await expect(
    hand.query(`update ${schema}.credit_grant set available = available - 5, spent = spent + 5`),
  ).resolves.toBeDefined();
});
