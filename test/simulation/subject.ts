import type { Balance, Charge, Workspace } from "@ducat/client";
import { isDucatError } from "@ducat/client";
import { creditsOn } from "../../packages/core/src/credits.ts";
import { migrate } from "../../packages/core/src/database/migrate.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import { presentCharge } from "../../packages/core/src/engine/answer.ts";
import { balanceOf } from "../../packages/core/src/engine/balance.ts";
import { chargeOf } from "../../packages/core/src/engine/settle.ts";
import type { State } from "../../packages/core/src/engine/state.ts";
import { presentWorkspace } from "../../packages/core/src/engine/workspace.ts";
import { createCatalogs } from "../../packages/core/src/ledger/catalogs.ts";
import { createReader } from "../../packages/core/src/ledger/read.ts";
import { createCatalogStore } from "../../packages/core/src/store/catalog-version.ts";
import { createLoader } from "../../packages/core/src/store/load.ts";
import { noNeeds } from "../../packages/core/src/store/needs.ts";
import { createSql } from "../../packages/core/src/store/sql.ts";
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

/** What one snapshot shows. */
export interface Look {
  workspace: Workspace;
  balances: Map<string, Balance>;
  /** Every grant of these holders that is not closed, as a write would find it. */
  columns: Map<string, StoredGrant[]>;
  charges: Map<string, Charge>;
}

export type Subject = Awaited<ReturnType<typeof openSubject>>;

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
  const sql = createSql(schema, "mixed");
  const reader = createReader(database, createLoader(sql), createCatalogs(createCatalogStore(sql)));

  const grantColumns = "id, holder, source, amount, available, held, spent, expired, revoked";
  return {
    credits,
    /** `at` is the present of the workspace's clock, which a sweep needs to know. */
    tell: (command: Command, at = 0) => tell(credits, command, at),
    balance: (workspace: string, who: string) =>
      credits.balance(who === "workspace" ? { workspace } : { workspace, member: who }),
    workspace: (workspace: string) => credits.workspaces.get({ workspace }),
    charge: (workspace: string, id: string) => credits.charges.get({ workspace, id }),
    /** Several views of one workspace from one snapshot, by the same functions as the verbs'. */
    async look(workspace: string, members: readonly string[], chargeIds: readonly string[]): Promise<Look> {
      const need = noNeeds();
      for (const member of members) need.holders.add(member);
      for (const id of chargeIds) {
        need.charges.push(id);
        need.chargeHolders.push(id);
      }
      return await reader.read(workspace, need, (state, now) => lookAt(state, now, members, chargeIds));
    },
    /** Every grant of the workspaces as it is stored: by workspace, then by id. */
    async grants(workspaces: readonly string[]): Promise<Map<string, Map<string, StoredGrant>>> {
      const text = `select workspace_id, ${grantColumns} from "${schema}".credit_grant where workspace_id = any($1::text[])`;
      const [result] = await database.withSession((session) => session.run([{ text, params: [workspaces] }]));
      const found = new Map(workspaces.map((workspace) => [workspace, new Map<string, StoredGrant>()]));
      for (const [workspace, ...cells] of result?.rows ?? []) {
        const row = Object.fromEntries(grantColumns.split(", ").map((name, i) => [name, cells[i]]));
        found.get(workspace)?.set(row.id, row as unknown as StoredGrant);
      }
      return found;
    },
    /** Lets test clocks run on as real time does: nobody notices, and nothing is done about what came due. */
    async letTimePass(moves: readonly { workspace: string; to: number }[]): Promise<void> {
      const text =
        `update "${schema}".workspace w set test_clock = to_timestamp(k.at / 1000), revision = w.revision + 1 from` +
        " unnest($1::text[], $2::float8[]) k(id, at) where w.id = k.id";
      const params = [moves.map(({ workspace }) => workspace), moves.map(({ to }) => to)];
      if (moves.length > 0) await database.withSession((session) => session.run([{ text, params }]));
    },
    async publish(version: string): Promise<void> {
      await credits.catalog.publish(catalogs[version] as Catalog);
    },
    close: () => credits.close(),
  };
}

/** What one snapshot shows of these members, the pool and these charges. */
export function lookAt(state: State, now: number, members: readonly string[], chargeIds: readonly string[]): Look {
  const { id } = state.workspace;
  return {
    workspace: presentWorkspace(state, now),
    balances: new Map([
      ["workspace", balanceOf(state, null, now)],
      ...members.map((member) => [member, balanceOf(state, member, now)] as const),
    ]),
    columns: new Map(
      ["workspace", ...members].map((holder) => [
        holder,
        (state.grantsByHolder.get(holder) ?? []).map((grant) => ({ ...grant })),
      ]),
    ),
    charges: new Map(chargeIds.map((charge) => [charge, presentCharge(id, chargeOf(state, charge))])),
  };
}

type Credits = ReturnType<typeof creditsOn>;

/** An answer as the auditor gives it: bare resources are wrapped, errors are `{ error: code }`. */
async function tell(credits: Credits, command: Command, at: number): Promise<Record<string, unknown>> {
  try {
    if (command.verb === "sweep") return await sweep(credits, command.workspace, at);
    return (await verbs[command.verb](credits, input(command))) as Record<string, unknown>;
  } catch (error) {
    if (isDucatError(error) && error.code !== "internal") return { error: error.code };
    // Nothing that the auditor ever expects, so that a run stops at it and is minimised like at any other difference.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { error: "internal", cause: cause instanceof Error ? cause.stack : String(cause) };
  }
}

function input({ verb: _, ...fields }: Command) {
  // The verbs check their inputs by themselves; some of the auditor's are wrong on purpose.
  return fields as never;
}

const verbs: Record<Exclude<Command["verb"], "sweep">, (credits: Credits, input: never) => Promise<unknown>> = {
  workspacePut: (credits, fields) => credits.workspaces.put(fields),
  memberPut: (credits, fields) => credits.members.put(fields),
  memberRemove: (credits, fields) => credits.members.remove(fields),
  membersSync: (credits, fields) => credits.members.sync(fields),
  subscription: async (credits, fields) => ({ workspace: await credits.subscriptions.update(fields) }),
  advanceClock: async (credits, fields) => ({ workspace: await credits.clock.advance(fields) }),
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
async function sweep(credits: Credits, workspace: string, at: number) {
  await credits.clock.advance({ workspace, now: new Date(at) });
  return {};
}

const columns = ["amount", "available", "held", "spent", "expired", "revoked"] as const;

/**
 * A holder's grants as they stand at this instant: those that are closed from the database, the others as a read finds
 * them, because the database may not have been told yet what time has done.
 */
export function grantsOf(holder: string, stored: ReadonlyMap<string, StoredGrant>, seen: readonly StoredGrant[]) {
  const all = new Map([...stored].filter(([, grant]) => grant.holder === holder));
  for (const grant of seen) all.set(grant.id, grant);
  return [...all.values()];
}

/** Whether a monthly grant that has expired untouched was ever made depends on who happened to look; it does not count. */
export function counts(grant: Pick<StoredGrant, "source" | "expired" | "amount">): boolean {
  return grant.source !== "monthly" || grant.expired < grant.amount;
}

/** The sums of a holder's columns as the auditor's `totals` has them. */
export async function totalsOf(subject: Subject, workspace: string, holder: string) {
  const stored = (await subject.grants([workspace])).get(workspace) ?? new Map();
  const look = await subject.look(workspace, holder === "workspace" ? [] : [holder], []);
  const counted = grantsOf(holder, stored, look.columns.get(holder) ?? []).filter(counts);
  const debt = look.balances.get(holder)?.debt;
  const sums = columns.map((column) => [column, counted.reduce((sum, grant) => sum + grant[column], 0)]);
  return { ...Object.fromEntries(sums), debt };
}
