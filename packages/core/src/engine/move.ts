import type { EntryKind } from "@ducat/client";
import { edit } from "./journal.ts";
import type { GrantRow, HolderRow, State } from "./state.ts";

export interface Cause {
  /** The instant at which this takes effect. */
  at: number;
  charge?: string;
  /** The member who acted, where the credits are the pool's. */
  member?: string;
  /** The top-up order on whose behalf credits are taken or given back. */
  purchase?: string;
}

/** The kinds that move credits between two columns of one grant. */
export type Movement = Exclude<EntryKind, "debt" | "forgive">;

const transitions: Record<Movement, readonly [from: Column | null, to: Column]> = {
  grant: [null, "available"],
  charge: ["available", "held"],
  settle: ["held", "spent"],
  refund: ["held", "available"],
  return: ["spent", "available"],
  expire: ["available", "expired"],
  revoke: ["available", "revoked"],
  restore: ["revoked", "available"],
  repay: ["available", "revoked"],
};

type Column = "available" | "held" | "spent" | "expired" | "revoked";

/** Moves credits of one grant and writes the one entry that says so. The only place where a grant's columns change. */
export function move(state: State, kind: Movement, grant: GrantRow, moved: number, cause: Cause): void {
  if (!(moved > 0)) return;
  const [from, to] = transitions[kind];
  edit(state, grant);
  const holder = edit(state, holderOf(state, grant.holder));
  if (from !== null) {
    if (grant[from] < moved) throw new Error(`${kind} of ${moved} exceeds ${from} ${grant[from]} of grant ${grant.id}`);
    grant[from] -= moved;
  }
  grant[to] += moved;
  const amount = (to === "available" ? moved : 0) - (from === "available" ? moved : 0);
  holder.balance += amount;
  if (kind === "expire") unallot(state, holder, grant, moved);
  enter(state, kind, grant, holder, amount, moved, cause);
}

/** What a cycle allotted and lost before its end (a free month that was left) counts as never allotted, not as used. */
function unallot(state: State, holder: HolderRow, grant: GrantRow, lost: number): void {
  if (holder.epoch === grant.epoch && holder.cycleStartsAt === grant.cycleStartsAt) {
    edit(state, holder).allotted -= lost;
  } else if (grant.epoch === "free" && holder.parked?.cycleStartsAt === grant.cycleStartsAt) {
    edit(state, holder).parked = { ...holder.parked, allotted: holder.parked.allotted - lost };
  }
}

/** Writes an entry that changes what is owed for a purchase and moves no credits. */
export function moveDebt(state: State, kind: "debt" | "forgive", grant: GrantRow, moved: number, cause: Cause): void {
  if (!(moved > 0)) return;
  const holder = edit(state, holderOf(state, grant.holder));
  holder.debt += kind === "debt" ? moved : -moved;
  enter(state, kind, grant, holder, 0, moved, cause);
}

function enter(
  state: State,
  kind: EntryKind,
  grant: GrantRow,
  holder: HolderRow,
  amount: number,
  moved: number,
  cause: Cause,
): void {
  const workspace = edit(state, state.workspace);
  workspace.seq += 1;
  holder.lastAt = Math.max(holder.lastAt, cause.at);
  if (cause.charge !== undefined) {
    const charge = state.charges.get(cause.charge);
    if (charge !== undefined) edit(state, charge).entries = [...charge.entries, workspace.seq];
  }
  state.entries.push({
    seq: workspace.seq,
    kind,
    holder: holder.id,
    member: cause.member ?? (holder.id === "workspace" ? null : holder.id),
    grant: grant.id,
    charge: cause.charge ?? null,
    purchase: cause.purchase ?? grant.purchase,
    amount,
    moved,
    balanceAfter: holder.balance,
    at: holder.lastAt,
  });
}

export function holderOf(state: State, id: string): HolderRow {
  const holder = state.holders.get(id);
  if (holder === undefined) throw new Error(`holder ${id} was not loaded`);
  return holder;
}
