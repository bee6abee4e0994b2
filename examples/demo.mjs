// Charge first, refund exactly: `node demo.mjs`, with `ducat` and `@electric-sql/pglite` installed.

// #region run
import { createCredits } from "ducat";

const credits = createCredits({ database: { memory: true } });
await credits.workspaces.put({ workspace: "acme" });
await credits.members.put({ workspace: "acme", member: "ada", role: "owner" });

const { outcome, charge, balance } = await credits.run(
  { workspace: "acme", member: "ada", id: "job-1", feature: "generate-screen", quantity: 3 },
  async ({ deliver }) => {
    deliver(2); // Your AI provider is called here. Two of the three screens came out.
  },
);
console.log(`${outcome}: ${charge.settledAmount} credits for ${charge.delivered} screens`);
console.log(`refunded: ${charge.refundedAmount}, left of the free 600: ${balance.available}`);
await credits.close();
// #endregion
