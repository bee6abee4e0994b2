import { expect, it } from "vitest";
import { createdForBoundaryAt } from "../setup/boundary.ts";
import { testCredits } from "../setup/credits.ts";
import { connect, until } from "../setup/hands.ts";
import { startProcesses } from "./processes.ts";

it("a boundary that passes while four processes charge renews the pool once", async () => {
  const { credits, schema } = testCredits();
  await credits.ready();
  const processes = await startProcesses(4, schema);
  const boundary = Date.now() + 2_000;
  const { createdAt, allowance } = createdForBoundaryAt(boundary);
  const { workspace } = await credits.workspaces.put({ workspace: "renewal", createdAt });
  expect(workspace.cycle.endsAt).toBe(new Date(boundary).toISOString());
  await credits.members.put({ workspace: "renewal", member: "ada", role: "editor" });

  // Callers of all processes want more than there is, before the boundary and after it.
  const input = { workspace: "renewal", member: "ada", feature: "generate-screen" };
  const reports = await processes.chargeUntil({ input, until: boundary + 400, callers: 4 });
  const hand = await connect();
  await until(hand, "clock_timestamp() > to_timestamp($1::float8 / 1000)", [boundary]);

  expect(reports.flatMap(({ logged }) => logged)).toEqual([]);
  const charged = reports.reduce((sum, report) => sum + report.charged, 0);
  expect(charged).toBe((allowance + 300) / 30);
  for (const { refused } of reports) expect(refused).toBeGreaterThan(0);
  const { data } = await credits.entries({ workspace: "renewal", limit: 200 });
  const grants = data.filter(({ kind }) => kind === "grant").map(({ amount, at }) => ({ amount, at }));
  expect(grants.map(({ amount }) => amount)).toEqual([allowance, 300]);
  expect(grants.map(({ at }) => at)).toContain(new Date(boundary).toISOString());
  expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
}, 60_000);
