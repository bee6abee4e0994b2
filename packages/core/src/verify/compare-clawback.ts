import { hasClawback } from "../engine/clawback.ts";
import type { Clawback } from "../engine/state.ts";
import type { Snapshot, VerifiedGrant } from "./compare.ts";
import type { ReplayedGrant } from "./replay.ts";
import type { Report } from "./report.ts";

const none: Clawback = { target: 0, revoked: 0, repaid: 0, debt: 0, repayments: [] };

/** Compares what a grant says of money that went back with its entries, and its numbers with each other. */
export function compareClawback(
  snapshot: Snapshot,
  grant: VerifiedGrant,
  replayed: ReplayedGrant,
  report: Report,
): void {
  const about = { grant: grant.id, holder: grant.holder };
  const where = `grant ${grant.id}`;
  const clawback = grant.clawback ?? none;
  const { target, revoked, repaid, debt } = clawback;
  const repayments = clawback.repayments.reduce((sum, { amount }) => sum + amount, 0);
  const byOperator = snapshot.operatorRevoked.get(grant.id) ?? 0;
  report.same(
    "clawback-revoked",
    about,
    replayed.takenBack - byOperator,
    revoked,
    `${where}, revoked for its purchase`,
  );
  report.same("clawback-repaid", about, replayed.repaid, repaid, `${where}, repaid of other debts`);
  report.same("clawback-repayments", about, replayed.repayments, repayments, `${where}, repaid by others`);
  report.same("clawback-debt", about, replayed.debt, debt, `${where}, debt by its entries`);
  if (grant.clawback !== null) {
    const owed = Math.min(grant.spent + repaid, target - revoked);
    report.same("clawback-debt", about, Math.max(0, owed - repayments), debt, `${where}, debt by its numbers`);
    if (revoked > target) report.add("clawback-taken", about, `at most ${target}`, revoked, `${where}, revoked`);
    if (revoked < target) report.same("clawback-taken", about, 0, grant.available, `${where}, available`);
  }
  const idle = grant.available === 0 && grant.held === 0 && !hasClawback(grant);
  report.same("grant-closed", about, idle, grant.closed, `${where}, closed`);
}
