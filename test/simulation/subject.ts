import { isDucatError } from "@ducat/client";
import { creditsOn } from "../../packages/core/src/credits.ts";
import { migrate } from "../../packages/core/src/database/migrate.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import type { Catalog, Command } from "./auditor.ts";

/** What the database has of a grant, in the words of a balance. */
export interface StoredGrant {
  id: string;
  holder: string;
  source: string;
  amount: number;
  available: number;
  held: number;
  spent: number;
  expired: number;
  revoked: number;
}

export type Subject = Awaited<ReturnType<typeof openSubject>>;

/** What `totalsOf` needs to know of whoever claims to follow the contract. */
type Ledger = Pick<Subject, "balance"> & { grants(workspace: string): Promise<Map<string, StoredGrant>> };

/** The real engine on a real database, asked in the auditor's words. */
export async function openSubject(
  database: Database,
  options: { schema: string; catalogs: Readonly<Record<string, Catalog>>; published: string },
) {
  const { schema, catalogs } = options;
  await migrate(database, { schema });
  const catalog = catalogs[options.published] as Catalog;
  const credits = creditsOn(database, { schema, catalog, background: false });
  await credits.ready();

  const grantColumns = "id, holder, source, amount, available, held, spent, expired, revoked";
  return {
    credits,
    tell: (command: Command) => tell(credits, command),
    balance: (workspace: string, who: string) =>
      credits.balance(who === "workspace" ? { workspace } : { workspace, member: who }),
    workspace: (workspace: string) => credits.workspaces.get({ workspace }),
    charge: (workspace: string, id: string) => credits.charges.get({ workspace, id }),
    /** Every grant of the workspace as it is stored, by id. */
    async grants(workspace: string): Promise<Map<string, StoredGrant>> {
      const text = `select ${grantColumns} from "${schema}".credit_grant where workspace_id = $1::text`;
      const [result] = await database.withSession((session) => session.run([{ text, params: [workspace] }]));
      const names = grantColumns.split(", ");
      const rows = (result?.rows ?? []).map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
      return new Map(rows.map((row) => [row.id as string, row as unknown as StoredGrant]));
    },
    async publish(version: string): Promise<void> {
      await credits.catalog.publish(catalogs[version] as Catalog);
    },
    close: () => credits.close(),
  };
}

type Credits = ReturnType<typeof creditsOn>;

/** An answer as the auditor gives it: bare resources are wrapped, errors are `{ error: code }`. */
async function tell(credits: Credits, command: Command): Promise<Record<string, unknown>> {
  try {
    return (await verbs[command.verb](credits, input(command))) as Record<string, unknown>;
  } catch (error) {
    if (isDucatError(error) && error.code !== "internal") return { error: error.code };
    throw error;
  }
}

function input({ verb: _, ...fields }: Command) {
  // The verbs check their inputs by themselves; some of the auditor's are wrong on purpose.
  return fields as never;
}

const verbs: Record<Command["verb"], (credits: Credits, input: never) => Promise<unknown>> = {
  workspacePut: (credits, fields) => credits.workspaces.put(fields),
  memberPut: (credits, fields) => credits.members.put(fields),
  memberRemove: (credits, fields) => credits.members.remove(fields),
  membersSync: (credits, fields) => credits.members.sync(fields),
  subscription: async (credits, fields) => ({ workspace: await credits.subscriptions.update(fields) }),
  advanceClock: async (credits, fields) => ({ workspace: await credits.clock.advance(fields) }),
  sweep: sweepNow,
  charge: (credits, fields) => credits.charge(fields),
  extend: (credits, fields) => credits.extend(fields),
  heartbeat: (credits, fields) => credits.heartbeat(fields),
  cancel: (credits, fields) => credits.cancel(fields),
  settle: (credits, fields) => credits.settle(fields),
  refund: (credits, fields) => credits.refund(fields),
  supportRefund: (credits, fields) => credits.supportRefund(fields),
  grant: (credits, fields) => credits.grant(fields),
  revokeGrant: (credits, fields) => credits.revokeGrant(fields),
  topUp: (credits, fields) => credits.topUps.create(fields),
  topUpPaid: (credits, fields) => credits.topUps.paid(fields),
  topUpRefunded: (credits, fields) => credits.topUps.refunded(fields),
  topUpRequest: (credits, fields) => credits.topUpRequests.create(fields),
  approve: (credits, fields) => credits.topUpRequests.approve(fields),
  decline: (credits, fields) => credits.topUpRequests.decline(fields),
  withdraw: (credits, fields) => credits.topUpRequests.withdraw(fields),
};

/** The background sweeper leaves test clocks alone; a clock that is set to its own present does the same. */
async function sweepNow(credits: Credits, { workspace }: { workspace: string }) {
  const { testClock } = await credits.workspaces.get({ workspace });
  await credits.clock.advance({ workspace, now: testClock as string });
  return {};
}

const columns = ["amount", "available", "held", "spent", "expired", "revoked"] as const;

/**
 * A holder's grants as they stand at this instant. The database may not have been told yet what time has done: what a
 * read shows counts, and what a read shows no more has expired.
 */
export async function grantsOf(subject: Ledger, workspace: string, holder: string): Promise<StoredGrant[]> {
  const [stored, { grants: shown }] = await Promise.all([
    subject.grants(workspace),
    subject.balance(workspace, holder),
  ]);
  const live = new Map(shown.map((grant) => [grant.id, grant]));
  const over = [...stored.values()]
    .filter((grant) => grant.holder === holder && !live.has(grant.id))
    .map((grant) => ({ ...grant, available: 0, expired: grant.expired + grant.available }));
  return [...over, ...shown.filter((grant) => grant.holder === holder)];
}

/**
 * The sums of a holder's columns as the auditor's `totals` has them: a monthly grant that has expired untouched does
 * not count, because whether it was made depends on who happened to look.
 */
export async function totalsOf(subject: Ledger, workspace: string, holder: string) {
  const grants = await grantsOf(subject, workspace, holder);
  const { debt } = await subject.balance(workspace, holder);
  const counted = grants.filter((grant) => grant.source !== "monthly" || grant.expired < grant.amount);
  const sums = columns.map((column) => [column, counted.reduce((sum, grant) => sum + grant[column], 0)]);
  return { ...Object.fromEntries(sums), debt };
}
