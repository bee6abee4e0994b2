import { expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect } from "../setup/hands.ts";

const LEASES = 1_100;
const theme = { member: "ada", feature: "generate-theme" } as const;

it("more leases than one transaction should end are ended before the next command, whoever comes first", async () => {
  const { credits, schema, logged } = testCredits({ lanes: 1 });
  for (const workspace of ["crashed-1", "crashed-2", "fine"]) {
    await credits.workspaces.put({ workspace });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
    await credits.grant({ workspace, id: "g", amount: 9_400, actor: "test", note: "for many" });
  }
  for (const workspace of ["crashed-1", "crashed-2"]) {
    const charge = (n: number) => credits.charge({ workspace, id: `c${n}`, ...theme });
    await Promise.all(Array.from({ length: LEASES }, (_, n) => charge(n)));
  }
  // The host that held them crashed ten minutes ago.
  const hand = await connect();
  await hand.query(
    `update ${schema}.charge set version = version + 1, created_at = created_at - interval '20 minutes',
      lease_expires_at = lease_expires_at - interval '10 minutes 1 second'`,
  );
  await hand.query(`update ${schema}.lease set expires_at = expires_at - interval '10 minutes 1 second'`);
  await hand.query(`update ${schema}.workspace set lease_due = lease_due - interval '10 minutes 1 second'`);

  // In one batch: those that must be swept first, and one that need not.
  const answers = await Promise.all(
    ["crashed-1", "fine"].map((workspace) => credits.charge({ workspace, id: "new", ...theme })),
  );
  expect(answers).toMatchObject([
    { outcome: "charged", balance: { available: 9_995, held: 5 } },
    { outcome: "charged", balance: { available: 9_995, held: 5 } },
  ]);
  const host = await connect();
  await host.query("begin");
  const inside = await credits.within(host).charge({ workspace: "crashed-2", id: "new", ...theme });
  expect(inside).toMatchObject({ outcome: "charged", balance: { available: 9_995, held: 5 } });
  await host.query("commit");
  expect(logged).toEqual([]);
  // The charges' own instants were moved by hand, so only the sums are looked at.
  const { rows } = await hand.query(
    `select count(*)::int as open, (select count(*)::int from ${schema}.lease) as leases
      from ${schema}.charge where state = 'open'`,
  );
  expect(rows).toEqual([{ open: 3, leases: 3 }]);
}, 30_000);

it.each([
  ["past", "2026-01-10T00:00:00Z"],
  ["future", "2040-01-10T00:00:00Z"],
])(
  "leases on a test clock in the %s end by that clock, however many",
  async (_, testClock) => {
    const { credits, logged } = testCredits();
    const workspace = "timed";
    await credits.workspaces.put({ workspace, createdAt: testClock, testClock });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
    await credits.grant({ workspace, id: "g", amount: 9_400, actor: "test", note: "for many" });
    const charge = (n: number) => credits.charge({ workspace, id: `c${n}`, ...theme, leaseSeconds: 60 });
    await Promise.all(Array.from({ length: LEASES }, (_, n) => charge(n)));
    // By the real clock they have all run out, or none will for years.
    expect(await credits.charge({ workspace, id: "one-more", ...theme, leaseSeconds: 3600 })).toMatchObject({
      outcome: "charged",
      balance: { held: 5 * (LEASES + 1) },
    });
    await credits.clock.advance({ workspace, now: new Date(Date.parse(testClock) + 300_000) });
    expect(await credits.balance({ workspace })).toMatchObject({ available: 9_995, held: 5 });
    expect(await credits.charges.list({ workspace, state: "open" })).toMatchObject({ data: [{ id: "one-more" }] });
    expect(await credits.verify()).toMatchObject({ ok: true, differences: [] });
    expect(logged).toEqual([]);
  },
  30_000,
);

it("reads show every lease that has run out, however many nobody has swept yet", async () => {
  const { credits, schema, logged } = testCredits({ lanes: 1 });
  const workspace = "unswept";
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  await credits.grant({ workspace, id: "g", amount: 19_400, actor: "test", note: "for many" });
  const charge = (n: number) => credits.charge({ workspace, id: `c${n}`, ...theme });
  await Promise.all(Array.from({ length: 2_500 }, (_, n) => charge(n)));
  expect(await credits.balance({ workspace })).toMatchObject({ available: 7_500, held: 12_500 });
  const hand = await connect();
  await hand.query(
    `update ${schema}.charge set version = version + 1, lease_expires_at = lease_expires_at - interval '10 minutes 1 second'`,
  );
  await hand.query(`update ${schema}.lease set expires_at = expires_at - interval '10 minutes 1 second'`);

  expect(await credits.balance({ workspace })).toMatchObject({ available: 20_000, held: 0 });
  expect(await credits.balance({ workspace, member: "ada" })).toMatchObject({ available: 20_000, held: 0 });
  const item = { feature: "generate-theme", quantity: 1_000 } as const;
  const quote = await credits.quote({ workspace, member: "ada", items: [item] });
  expect(quote).toMatchObject({ available: 20_000, data: [{ affordable: true }] });
  for (const id of ["c0", "c1200", "c2499"]) {
    expect(await credits.charges.get({ workspace, id })).toMatchObject({ state: "refunded", reason: "timed_out" });
  }
  expect(await credits.charges.list({ workspace, state: "open" })).toMatchObject({ data: [] });
  expect(logged).toEqual([]);
}, 30_000);
