import type { Balance } from "@ducat/client";
import { counts, type StoredGrant } from "../simulation/subject.ts";

/** What the sums need to know of whoever claims to follow the contract. */
export interface Holdings {
  balance(workspace: string, who: string): Promise<Balance>;
  grants(workspace: string): Promise<Map<string, StoredGrant>>;
}

const columns = ["amount", "available", "held", "spent", "expired", "revoked"] as const;

/**
 * The sums of a holder's columns at this instant. The rows may not have been told yet what time has done: what a read
 * shows counts, and what a read shows no more has expired.
 */
export async function sumsOf(holdings: Holdings, workspace: string, holder: string) {
  const [stored, { grants: shown, debt }] = await Promise.all([
    holdings.grants(workspace),
    holdings.balance(workspace, holder),
  ]);
  const live = new Set(shown.map(({ id }) => id));
  const over = [...stored.values()]
    .filter((grant) => grant.holder === holder && !live.has(grant.id))
    .map((grant) => ({ ...grant, available: 0, expired: grant.expired + grant.available }));
  const counted = [...over, ...shown.filter((grant) => grant.holder === holder)].filter(counts);
  const sums = columns.map((column) => [column, counted.reduce((sum, grant) => sum + grant[column], 0)]);
  return { ...Object.fromEntries(sums), debt };
}
