import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { testCredits } from "../setup/credits.ts";

const { credits, logged } = testCredits();
const workspace = "acme";

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

it("a wall clock that is set back by an hour stops no heartbeat: running work keeps its lease", async () => {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  const key = { workspace, id: "job" };
  const result = await credits.run(
    { ...key, member: "ada", feature: "generate-screen", leaseSeconds: 10 },
    async ({ charge }) => {
      vi.setSystemTime(Date.now() - 3_600_000);
      const { leaseExpiresAt } = charge;
      // A third of the lease is gone before the first heartbeat.
      for (;;) {
        const now = await credits.charges.get(key);
        if (now.state !== "open" || now.leaseExpiresAt !== leaseExpiresAt) return now.state;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  );
  expect(result).toMatchObject({ outcome: "settled", value: "open" });
  expect(logged).toEqual([]);
}, 20_000);
