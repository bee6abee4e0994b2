import { type Credits, defaultCatalogInput, defineCatalog } from "ducat";

/** The default catalog with a feature that is charged for by usage. */
export const catalog = defineCatalog({
  ...defaultCatalogInput,
  features: {
    ...defaultCatalogInput.features,
    assistant: {
      name: "Assistant",
      unit: "answer",
      settles: "metered",
      modes: { standard: { perMillion: { input: 250, output: 1000 } } },
    },
  },
} as const);

const start = "2026-03-10T12:00:00.000Z";
const by = { actor: "test", note: "a story" };

/** Every verb that belongs to a workspace, each at least once, on a test clock: the same answers wherever it is told. */
export async function everyVerb(credits: Credits<typeof catalog>, workspace: string): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const tell = async (name: string, answer: Promise<unknown>) => {
    answers[name] = await answer.catch((error: { code?: string }) => ({ code: error.code }));
  };
  const screens = { workspace, member: "ada", feature: "generate-screen" } as const;
  const { workspaces, members, subscriptions, topUps, topUpRequests, charges, clock, explain } = credits;

  await tell("put", workspaces.put({ workspace, plan: "pro", createdAt: "2026-01-31T10:00:00Z", testClock: start }));
  await tell("put again", workspaces.put({ workspace, name: "A story", metadata: { team: 7 } }));
  await tell("member", members.put({ workspace, member: "ada", role: "owner", email: "ada@example.com", cap: 4_000 }));
  await tell(
    "sync",
    members.sync({
      workspace,
      members: [
        { id: "ada", role: "owner" },
        { id: "bob", role: "guest-editor" },
        { id: "cy", role: "editor" },
      ],
    }),
  );
  await tell("remove", members.remove({ workspace, member: "cy", erase: true }));
  await tell("promo", credits.grant({ workspace, id: "g", amount: 500, expiresAt: "2026-03-12T00:00:00Z", ...by }));
  await tell(
    "promo again",
    credits.grant({ workspace, id: "g", amount: 500, expiresAt: "2026-03-12T00:00:00Z", ...by }),
  );
  await tell("revoke", credits.revokeGrant({ workspace, id: "r", grant: "promo:g", amount: 100, ...by }));
  await tell("order", topUps.create({ workspace, id: "t", pack: "small", recipients: ["ada", "workspace"] }));
  await tell("paid", topUps.paid({ workspace, id: "t", payment: "pay-1" }));
  await tell("paid twice", topUps.paid({ workspace, id: "t", payment: "pay-1" }));
  await tell("money back", topUps.refunded({ workspace, id: "t", refunded: 500 }));
  await tell("top-up", topUps.get({ workspace, id: "t" }));
  for (const id of ["q1", "q2", "q3"]) {
    await tell(`request ${id}`, topUpRequests.create({ workspace, id, member: "bob", pack: "small", note: "please" }));
  }
  await tell("approve", topUpRequests.approve({ workspace, id: "q1", buyer: "ada" }));
  await tell("decline", topUpRequests.decline({ workspace, id: "q2", buyer: "ada" }));
  await tell("withdraw", topUpRequests.withdraw({ workspace, id: "q3", member: "bob" }));
  await tell("requests", topUpRequests.list({ workspace }));

  const item = { feature: "generate-screen", quantity: 3 } as const;
  await tell("quote", credits.quote({ workspace, member: "ada", items: [item] }));
  await tell("charge", credits.charge({ ...screens, id: "c1", quantity: 4, attempt: "a" }));
  await tell("charge again", credits.charge({ ...screens, id: "c1", quantity: 4, attempt: "b" }));
  await tell("other input", credits.charge({ ...screens, id: "c1", quantity: 5, attempt: "b" }));
  await tell("heartbeat", credits.heartbeat({ workspace, id: "c1", delivered: 2 }));
  await tell("cancel", credits.cancel({ workspace, id: "c1" }));
  await tell("settle", credits.settle({ workspace, id: "c1", delivered: 3, reason: "cancelled", attempt: "a" }));
  await tell("settle again", credits.settle({ workspace, id: "c1", attempt: "b" }));
  await tell("support", credits.supportRefund({ workspace, charge: "c1", id: "s", quantity: 1, ...by }));
  await tell("charge 2", credits.charge({ ...screens, id: "c2", mode: "deep-design", attempt: "a" }));
  await tell("refund", credits.refund({ workspace, id: "c2", reason: "failed", attempt: "a" }));
  await tell("too much", credits.charge({ ...screens, id: "c3", mode: "deep-design", quantity: 60 }));
  await tell("viewer", credits.charge({ ...screens, id: "c4", member: "cy" }));

  const answer = { workspace, member: "ada", feature: "assistant" } as const;
  const usage = { input: 100_000, output: 50_000 };
  await tell("metered", credits.charge({ ...answer, id: "m1", usage, attempt: "a" }));
  await tell("extend", credits.extend({ workspace, id: "m1", usage: { input: 200_000, output: 50_000 } }));
  await tell(
    "measured",
    credits.settle({ workspace, id: "m1", usage: { input: 120_000, output: 61_000 }, attempt: "a" }),
  );

  await tell(
    "run",
    credits.run({ ...screens, id: "run", attempt: "a" }, ({ deliver }) => deliver()),
  );
  const begun = await credits.begin({ ...screens, id: "begin", quantity: 2, attempt: "a" });
  if (begun.outcome === "charged" && !begun.replayed) {
    begun.deliver(1);
    await tell("fail", begun.fail());
  }
  await tell("open", credits.charge({ ...screens, id: "open", quantity: 3, leaseSeconds: 60, attempt: "a" }));
  await tell("advance", clock.advance({ workspace, now: "2026-03-11T09:00:00Z" }));
  await tell("backwards", clock.advance({ workspace, now: start }));
  await tell("upgrade", subscriptions.update({ workspace, plan: "business", effective: "now" }));
  await tell("downgrade", subscriptions.update({ workspace, plan: "pro", periodEndsAt: "2026-04-20T00:00:00Z" }));
  await tell("next month", clock.advance({ workspace, now: "2026-04-21T00:00:00Z" }));
  await tell("free", subscriptions.update({ workspace, status: "ended" }));

  await tell("balance", credits.balance({ workspace, member: "ada" }));
  await tell("pool", credits.balance({ workspace }));
  await tell("entries", credits.entries({ workspace, limit: 200 }));
  await tell("get", charges.get({ workspace, id: "c1" }));
  await tell("list", charges.list({ workspace, limit: 200 }));
  await tell("usage", credits.usage({ workspace, by: "feature" }));
  await tell("explain charge", explain.charge({ workspace, id: "c1" }));
  await tell("explain balance", explain.balance({ workspace, member: "ada" }));
  await tell("members", members.list({ workspace }));
  await tell("ada", members.get({ workspace, member: "ada" }));
  await tell("workspace", workspaces.get({ workspace }));
  await tell("archive", workspaces.archive({ workspace }));
  await tell("too late", credits.charge({ ...screens, id: "c9" }));
  await tell("verify", credits.verify({ workspaces: [workspace] }));
  return JSON.parse(JSON.stringify(answers, (key, value) => (key === "recordedAt" ? undefined : value)));
}
