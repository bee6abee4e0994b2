import { edit } from "./journal.ts";
import { type Cause, holderOf, move, moveDebt } from "./move.ts";
import type { Clawback, GrantRow, State } from "./state.ts";

function clawbackOf(grant: GrantRow): Clawback {
  return grant.clawback ?? { target: 0, revoked: 0, repaid: 0, debt: 0, repayments: [] };
}

/** Replaces the grant's clawback, so that a copy taken before stays as it was. */
function change(state: State, grant: GrantRow, changes: Partial<Clawback>): Clawback {
  const next = { ...clawbackOf(grant), ...changes };
  edit(state, grant).clawback = next;
  return next;
}

/** Sets how many of the grant's credits are to be taken back in total, and takes or gives what follows from it. */
export function setClawbackTarget(state: State, grant: GrantRow, target: number, at: number): void {
  change(state, grant, { target });
  settleClawback(state, grant, at);
}

/**
 * Brings a purchase's grant to what its target asks for: revoked for the purchase (R) rises by what is available and
 * falls only to the target (T); what was spent of the rest is owed; repayments above what is owed go back.
 */
function settleClawback(state: State, grant: GrantRow, at: number): void {
  const purchase = grant.purchase;
  if (grant.clawback === null || purchase === null) return;
  const cause = { at, purchase };
  let clawback = grant.clawback;
  if (clawback.revoked < clawback.target) {
    const taken = Math.min(clawback.target - clawback.revoked, grant.available);
    if (taken > 0) {
      clawback = change(state, grant, { revoked: clawback.revoked + taken });
      move(state, "revoke", grant, taken, cause);
    }
  } else if (clawback.revoked > clawback.target) {
    const restored = clawback.revoked - clawback.target;
    clawback = change(state, grant, { revoked: clawback.target });
    move(state, "restore", grant, restored, cause);
    if (grant.expiresAt !== null && grant.expiresAt <= at) move(state, "expire", grant, grant.available, { at });
  }
  const owed = Math.min(grant.spent + clawback.repaid, clawback.target - clawback.revoked);
  const repaidByOthers = clawback.repayments.reduce((sum, repayment) => sum + repayment.amount, 0);
  const debt = Math.max(0, owed - repaidByOthers);
  if (debt !== clawback.debt) {
    const difference = debt - clawback.debt;
    clawback = change(state, grant, { debt });
    moveDebt(state, difference > 0 ? "debt" : "forgive", grant, Math.abs(difference), cause);
  }
  if (repaidByOthers > owed) returnRepayments(state, grant, repaidByOthers - owed, at);
}

/** Gives repayments that are no longer owed back to the grants that made them, the last one first. */
function returnRepayments(state: State, grant: GrantRow, excess: number, at: number): void {
  let left = excess;
  const purchase = grant.purchase as string;
  while (left > 0) {
    const clawback = clawbackOf(grant);
    const last = clawback.repayments.at(-1);
    if (last === undefined) return;
    const back = Math.min(left, last.amount);
    const rest = clawback.repayments.slice(0, -1);
    if (back < last.amount) rest.push({ grant: last.grant, amount: last.amount - back });
    change(state, grant, { repayments: rest });
    const payer = state.grants.get(last.grant);
    if (payer === undefined) throw new Error(`grant ${last.grant} was not loaded`);
    change(state, payer, { repaid: clawbackOf(payer).repaid - back });
    giveBack(state, "restore", payer, back, { at, purchase });
    left -= back;
  }
}

/** Credits that come back to a grant: visible as they come, then expired at once if its time has ended. */
export function giveBack(
  state: State,
  kind: "refund" | "return" | "restore",
  grant: GrantRow,
  moved: number,
  cause: Cause,
): void {
  move(state, kind, grant, moved, cause);
  afterEvent(state, grant, cause.at);
}

/** What follows every change of a grant: what is owed on it is taken first, and then what has ended expires. */
export function afterEvent(state: State, grant: GrantRow, at: number): void {
  if (grant.clawback !== null) settleClawback(state, grant, at);
  if (grant.expiresAt !== null && grant.expiresAt <= at) move(state, "expire", grant, grant.available, { at });
}

/** A new top-up repays the holder's debts first, the oldest grant's first. */
export function repayDebts(state: State, payer: GrantRow, at: number): void {
  const owing = (state.grantsByHolder.get(payer.holder) ?? [])
    .filter((grant) => (grant.clawback?.debt ?? 0) > 0)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  for (const grant of owing) {
    const clawback = clawbackOf(grant);
    const amount = Math.min(clawback.debt, payer.available);
    if (amount <= 0) return;
    change(state, grant, {
      debt: clawback.debt - amount,
      repayments: [...clawback.repayments, { grant: payer.id, amount }],
    });
    change(state, payer, { repaid: clawbackOf(payer).repaid + amount });
    edit(state, holderOf(state, payer.holder)).debt -= amount;
    move(state, "repay", payer, amount, { at, purchase: grant.purchase as string });
  }
}

/** True while the grant takes part in a debt or a repayment, so that it must stay at hand. */
export function hasClawback(grant: GrantRow): boolean {
  const clawback = grant.clawback;
  return clawback !== null && (clawback.target > 0 || clawback.repaid > 0 || clawback.repayments.length > 0);
}
