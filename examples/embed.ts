// Credits inside your own server. docs/guides/embed-in-your-app.md quotes the regions of this file; a test runs them.

// #region create
import { createCredits, isDucatError, type NotEnded } from "ducat";
import { Pool } from "pg";

export const pool = new Pool({ connectionString: process.env.DATABASE_URL });

export const credits = createCredits({
  database: { pool },
  schema: process.env.CREDITS_SCHEMA ?? "ducat",
});
// #endregion

// #region roles
const roles = { admin: "admin", member: "editor", external: "guest-editor", billing: "owner" } as const;

export async function userJoined(team: string, user: { id: string; role: keyof typeof roles; email: string }) {
  await credits.members.put({ workspace: team, member: user.id, role: roles[user.role], email: user.email });
}

export async function userLeft(team: string, user: string) {
  await credits.members.remove({ workspace: team, member: user });
}
// #endregion

// #region run
interface Provider {
  screen(prompt: string, options: { signal: AbortSignal }): Promise<string>;
}

export async function generateScreens(
  provider: Provider,
  { team, user, job, prompts }: { team: string; user: string; job: string; prompts: string[] },
): Promise<{ status: number; body: unknown }> {
  const result = await credits.run(
    { workspace: team, member: user, id: job, feature: "generate-screen", quantity: prompts.length },
    async ({ signal, deliver }) => {
      const screens: string[] = [];
      for (const prompt of prompts) {
        screens.push(await provider.screen(prompt, { signal }));
        deliver();
      }
      return screens;
    },
  );
  switch (result.outcome) {
    case "settled":
    case "refunded":
      return { status: 200, body: { screens: result.value, balance: result.balance.available } };
    case "insufficient":
    case "cap_reached":
      return { status: 402, body: result };
    case "charged": // Somebody else is at work on this job: the same id came twice.
    case "already_settled":
    case "already_refunded":
    case "superseded":
      return { status: 409, body: result };
    default:
      return { status: 403, body: result };
  }
}
// #endregion

// #region lost-end
/** The database went away while the work ran: the user gets what was made all the same, and the end is tried again. */
export function deliverAnyway<Value>(error: unknown, tryLater: (end: () => Promise<unknown>) => void): Value {
  if (!isDucatError(error) || error.code !== "not_ended") throw error;
  const lost = error.details as NotEnded<Value>;
  tryLater(() => (lost.verb === "settle" ? credits.settle(lost.input) : credits.refund(lost.input)));
  return lost.value;
}
// #endregion

// #region stop
/** On SIGTERM: what runs may go on for so long, then its signal fires; what takes still longer is refunded by its lease. */
export async function stop(): Promise<void> {
  await credits.close({ waitMs: 20_000 });
  await pool.end();
}
// #endregion

// #region stream
export async function streamScreens(
  screens: (signal: AbortSignal) => AsyncIterable<string>,
  { team, user, job, count }: { team: string; user: string; job: string; count: number },
): Promise<Response> {
  const gone = new AbortController();
  const begun = await credits.begin(
    { workspace: team, member: user, id: job, feature: "generate-screen", quantity: count },
    { signal: gone.signal },
  );
  if (begun.outcome !== "charged" || begun.replayed) return Response.json(begun, { status: 402 });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        for await (const screen of screens(begun.signal)) {
          controller.enqueue(encoder.encode(`${screen}\n`));
          begun.deliver();
        }
        await begun.done();
        controller.close();
      } catch (error) {
        await begun.fail(error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      gone.abort(reason);
      await begun.fail(reason);
    },
  });
  return new Response(body, { headers: begun.headers });
}
// #endregion

// #region within
/** The job and its charge are there together or not at all. The provider is called after the commit, never before. */
export async function chargeWithJob(team: string, user: string, job: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("insert into job (id, team) values ($1, $2)", [job, team]);
    const { outcome } = await credits
      .within(client)
      .charge({ workspace: team, member: user, id: job, feature: "generate-theme" });
    await client.query(outcome === "charged" ? "commit" : "rollback");
    return outcome === "charged";
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
// #endregion

// #region queue
/** A worker's retry after a crash: it takes its own charge over, instead of finding that somebody is at work on it. */
export async function work(
  provider: Provider,
  { team, user, job, prompt }: { team: string; user: string; job: string; prompt: string },
) {
  return await credits.run(
    { workspace: team, member: user, id: job, feature: "generate-screen", resume: true },
    ({ signal }) => provider.screen(prompt, { signal }),
  );
}
// #endregion

// #region billing
/** What your billing provider told you, in your own words. */
type BillingEvent =
  | { kind: "started" | "renewed"; plan: "pro" | "business"; billedSince: Date; paidUntil: Date; invoice: string }
  | { kind: "changed"; plan: "pro" | "business" }
  | { kind: "will end"; paidUntil: Date }
  | { kind: "payment failed" }
  | { kind: "payment recovered" }
  | { kind: "ended" };

export async function onBillingEvent(workspace: string, event: BillingEvent): Promise<void> {
  const { update } = credits.subscriptions;
  switch (event.kind) {
    case "started": {
      const { plan, billedSince: anchor, paidUntil: periodEndsAt, invoice: newPeriod } = event;
      await update({ workspace, plan, status: "active", anchor, periodEndsAt, newPeriod });
      return;
    }
    case "renewed":
      await update({ workspace, status: "active", periodEndsAt: event.paidUntil });
      return;
    case "changed":
      await update({ workspace, plan: event.plan });
      return;
    case "will end":
      await update({ workspace, plan: "starter", periodEndsAt: event.paidUntil, effective: "period_end" });
      return;
    case "payment failed":
      await update({ workspace, status: "past_due" });
      return;
    case "payment recovered":
      await update({ workspace, status: "active" });
      return;
    case "ended":
      await update({ workspace, status: "ended" });
      return;
  }
}
// #endregion

// #region top-up
export async function orderPack(team: string, buyer: string, order: string) {
  return await credits.topUps.create({ workspace: team, id: order, buyer, pack: "small", recipients: [buyer] });
}

/** From your provider's signed webhook, never from a browser. It may come as often as it likes. */
export async function paymentArrived(team: string, order: string, payment: string) {
  return await credits.topUps.paid({ workspace: team, id: order, payment });
}

/** `total`: all that was given back or charged back so far, in the price's smallest unit. */
export async function moneyWentBack(team: string, order: string, total: number) {
  return await credits.topUps.refunded({ workspace: team, id: order, refunded: total });
}
// #endregion

// #region serverless
export function serverlessCredits(database: { pool: Pool }, schema?: string) {
  return createCredits({ database, background: false, ...(schema === undefined ? {} : { schema }) });
}

/** For a schedule, every minute say. It decides nothing: balances are the same whether it runs or not. */
export async function onSchedule(serverless: ReturnType<typeof serverlessCredits>) {
  return await serverless.sweep();
}
// #endregion
