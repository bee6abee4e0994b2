import type { Grant } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance } from "./advance.ts";
import { type Decided, refused, wrote } from "./answer.ts";
import { presentGrant } from "./balance.ts";
import { invalid } from "./charge.ts";
import type { GrantCommand, RevokeGrantCommand } from "./command.ts";
import { addGrant, monthlyHolder } from "./grants.ts";
import { edit } from "./journal.ts";
import { holderOf, move } from "./move.ts";
import { claim, claimed } from "./operation.ts";
import { POOL, type State } from "./state.ts";

export interface GrantOutcome {
  outcome: "granted" | "revoked";
  replayed: boolean;
  /** How many credits this call granted or revoked. */
  amount: number;
  grant: Grant;
  seq: number;
}

/** The operator gives credits: a promo. */
export function grantPromo(state: State, command: GrantCommand, now: number): Decided<GrantOutcome> {
  const holder = command.member ?? POOL;
  const fingerprint = JSON.stringify([holder, command.amount, command.expiresAt]);
  const before = claimed(state, "promo", command.id, fingerprint);
  if (command.member !== null && !state.members.has(command.member)) {
    throw new DucatError(
      "unknown_member",
      `There is no member ${command.member} in this workspace. Put the member first.`,
    );
  }
  advance(state, [holder], now, true);
  const id = `promo:${command.id}`;
  if (before !== null) {
    const grant = presentGrant(state, mustHave(state, id), now);
    return refused({ outcome: "granted", replayed: true, amount: command.amount, grant, seq: state.workspace.seq });
  }
  if (command.expiresAt !== null && command.expiresAt <= now) {
    throw invalid("expiresAt", "must be in the future; leave it out for credits that never expire");
  }
  refuseAboveLimit(state, holder, command.amount);
  claim(state, "promo", command.id, {
    fingerprint,
    actor: command.actor,
    note: command.note,
    result: { grant: id },
    at: now,
  });
  const row = addGrant(
    state,
    { id, holder, source: "promo", amount: command.amount, at: now, expiresAt: command.expiresAt },
    now,
  );
  const grant = presentGrant(state, row, now);
  return wrote({ outcome: "granted", replayed: false, amount: command.amount, grant, seq: state.workspace.seq });
}

/** A grant that would lift a holder above the largest safe integer is refused. */
export function refuseAboveLimit(state: State, holder: string, amount: number): void {
  const { balance } = holderOf(state, holder);
  // What is held or spent may still come back, so the whole of what was ever granted counts.
  const whole = (state.grantsByHolder.get(holder) ?? []).reduce((sum, grant) => sum + grant.held, balance);
  if (amount > Number.MAX_SAFE_INTEGER - whole) {
    throw new DucatError(
      "amount_too_large",
      `${holder} would hold more than 9007199254740991 credits, the most there can be.`,
    );
  }
}

function mustHave(state: State, id: string) {
  const row = state.grants.get(id);
  if (row === undefined) throw new DucatError("unknown_grant", `There is no grant ${id} in this workspace.`);
  return row;
}

/** The operator takes back available credits of a named grant, never below 0. */
export function revokeGrant(state: State, command: RevokeGrantCommand, now: number): Decided<GrantOutcome> {
  const fingerprint = JSON.stringify([command.grant, command.amount]);
  const before = claimed(state, "revoke", command.id, fingerprint);
  // A monthly grant that is due is shown by every read, and may be named before anything has made it.
  const holder = state.grants.get(command.grant)?.holder ?? monthlyHolder(command.grant);
  if (holder !== null) advance(state, [holder], now, true);
  const row = mustHave(state, command.grant);
  const answer = (amount: number, replayed: boolean): GrantOutcome => ({
    outcome: "revoked",
    replayed,
    amount,
    grant: presentGrant(state, row, now),
    seq: state.workspace.seq,
  });
  if (before !== null) return refused(answer(before.result.amount as number, true));
  const amount = command.amount ?? row.available;
  if (amount > row.available) {
    throw new DucatError(
      "exceeds_available",
      `Grant ${row.id} has ${row.available} credits available; no more than that can be revoked.`,
      { details: { available: row.available } },
    );
  }
  claim(state, "revoke", command.id, {
    fingerprint,
    actor: command.actor,
    note: command.note,
    result: { grant: row.id, amount },
    at: now,
  });
  move(state, "revoke", row, amount, { at: now });
  // What is left of a monthly grant is of the present cycle: everything before has expired.
  if (row.source === "monthly") edit(state, holderOf(state, row.holder)).allotted -= amount;
  return wrote(answer(amount, false));
}
