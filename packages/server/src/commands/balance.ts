import type { Balance } from "ducat";
import { withLedger } from "../connection.ts";
import { credits, print, table, when } from "../print.ts";
import { type LedgerSettings, ledgerCommand, withExample } from "../settings.ts";

export const balanceCommand = withExample(
  ledgerCommand("balance")
    .description("What a member may spend now, or what the workspace's pool holds.")
    .argument("<workspace>")
    .argument("[member]", "left out: the pool")
    .action(balance),
  "ducat balance acme ada",
);

async function balance(workspace: string, member: string | undefined, settings: LedgerSettings): Promise<void> {
  const answer = await withLedger(settings, (verbs) =>
    verbs.balance({ workspace, ...(member === undefined ? {} : { member }) }),
  );
  print(settings, answer, () => shown(answer));
}

function shown(balance: Balance): string {
  const who = balance.member ?? "the pool";
  const lines = [
    `${who} in ${balance.workspace}: ${balance.unlimited ? "unlimited" : `${credits(balance.available)} available`}, ${balance.held} held by open charges`,
  ];
  if (balance.pool !== null) lines.push(`of these ${credits(balance.pool.available)} are the workspace's pool`);
  if (balance.debt > 0) lines.push(`owes ${credits(balance.debt)}, repaid by the next top-up`);
  if (balance.cap !== null) lines.push(`cap: ${balance.cap.used} of ${balance.cap.limit} used this cycle`);
  const { renewsAt } = balance.monthly.renewsAt === null ? (balance.pool?.monthly ?? balance.monthly) : balance.monthly;
  lines.push(renewsAt === null ? "no monthly credits" : `monthly credits renew ${when(renewsAt)}`);
  const rows = balance.grants.map((grant) => [
    grant.id,
    grant.source,
    grant.holder,
    grant.available,
    grant.held,
    grant.amount,
    grant.frozen ? "frozen" : when(grant.expiresAt),
  ]);
  if (rows.length === 0) return lines.join("\n");
  return `${lines.join("\n")}\n\n${table(["grant", "source", "holder", "available", "held", "of", "ends"], rows)}`;
}
