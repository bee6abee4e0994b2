import type { Member, SyncedMembers } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance, raiseToPresent } from "./advance.ts";
import { type Decided, instantOrNull, refused, wrote } from "./answer.ts";
import { invalid, own } from "./charge.ts";
import type { MemberFields, MemberPutCommand, MemberRemoveCommand, MembersSyncCommand } from "./command.ts";
import { erase } from "./erase.ts";
import { edit, insert } from "./journal.ts";
import { seatOf } from "./level.ts";
import { type MemberRow, POOL, type State } from "./state.ts";
import { newHolder } from "./workspace.ts";

export interface MemberOutcome {
  outcome: "added" | "changed" | "unchanged" | "removed";
  member: Member;
}

export function presentMember(state: State, row: MemberRow): Member {
  return {
    id: row.id,
    role: row.role,
    seat: seatOf(state, row.id),
    name: row.name,
    email: row.email,
    cap: row.cap,
    removedAt: instantOrNull(row.removedAt),
  };
}

/**
 * Adds a member, brings a removed one back, or changes role, cap, name or e-mail. A seat that is new is a rise: of the
 * member's own allowance, or of a pool that is summed over its members.
 */
export function putMember(state: State, command: MemberPutCommand, now: number): Decided<MemberOutcome> {
  checkRole(state, command.role, "role");
  advance(state, [command.member, POOL], now, true);
  const outcome = put(state, command.member, command, now);
  raiseToPresent(state, POOL, now);
  const row = state.members.get(command.member) as MemberRow;
  const answer: MemberOutcome = { outcome, member: presentMember(state, row) };
  return outcome === "unchanged" ? refused(answer) : wrote(answer);
}

function checkRole(state: State, role: string, path: string): void {
  if (own(state.catalog.roles, role) === undefined) {
    throw invalid(path, `must be one of the catalog's roles: ${Object.keys(state.catalog.roles).join(", ")}`);
  }
}

function put(state: State, id: string, fields: MemberFields, now: number): "added" | "changed" | "unchanged" {
  const row = state.members.get(id);
  if (row === undefined) {
    // The cycle is entered without the seat, which begins now and not with the cycle.
    newHolder(state, id, now);
    advance(state, [id], now, true);
    insert(state, state.members, id, {
      id,
      role: fields.role,
      name: fields.name ?? null,
      email: fields.email ?? null,
      cap: fields.cap ?? null,
      removedAt: null,
    });
    countRole(state, fields.role, 1);
    raiseToPresent(state, id, now);
    return "added";
  }
  const back = row.removedAt !== null;
  const roleChanged = row.role !== fields.role;
  if (isSame(row, fields)) return "unchanged";
  edit(state, row);
  if (!back && roleChanged) countRole(state, row.role, -1);
  if (back || roleChanged) countRole(state, fields.role, 1);
  row.role = fields.role;
  row.removedAt = null;
  if (fields.name !== undefined) row.name = fields.name;
  if (fields.email !== undefined) row.email = fields.email;
  if (fields.cap !== undefined) row.cap = fields.cap;
  if (back || roleChanged) raiseToPresent(state, id, now);
  return back ? "added" : "changed";
}

/** True when there is nothing to change. */
function isSame(row: MemberRow | undefined, { role, name, email, cap }: MemberFields): boolean {
  return (
    row !== undefined &&
    row.removedAt === null &&
    row.role === role &&
    (name === undefined || name === row.name) &&
    (email === undefined || email === row.email) &&
    (cap === undefined || cap === row.cap)
  );
}

function countRole(state: State, role: string, change: 1 | -1): void {
  const workspace = edit(state, state.workspace);
  workspace.roles = { ...workspace.roles, [role]: (workspace.roles[role] ?? 0) + change };
}

/** Removes a member: their grants stay and are frozen, their open charges may finish. */
export function removeMember(state: State, command: MemberRemoveCommand, now: number): Decided<MemberOutcome> {
  const row = state.members.get(command.member);
  if (row === undefined) {
    throw new DucatError("unknown_member", `There is no member ${command.member} in this workspace.`);
  }
  advance(state, [command.member, POOL], now, true);
  const removes = row.removedAt === null;
  if (removes) remove(state, row, now);
  // Also who has no name any more: what else is to be blanked is not in memory, and a repeat must find it.
  if (command.erase) erase(state, row);
  const answer: MemberOutcome = { outcome: "removed", member: presentMember(state, row) };
  return removes || command.erase ? wrote(answer) : refused(answer);
}

function remove(state: State, row: MemberRow, now: number): void {
  edit(state, row).removedAt = now;
  countRole(state, row.role, -1);
}

/**
 * The whole list, declaratively: who is not on it is removed. It is one change: a pool that is summed over its members
 * rises once, by what they come to, and not by each of them.
 */
export function syncMembers(state: State, command: MembersSyncCommand, now: number): Decided<SyncedMembers> {
  const answer: SyncedMembers = { added: [], changed: [], removed: [], unchanged: 0 };
  const listed = new Set<string>();
  command.members.forEach((member, i) => {
    checkRole(state, member.role, `members[${i}].role`);
    if (listed.has(member.id)) throw invalid(`members[${i}].id`, "stands in the list twice");
    listed.add(member.id);
  });
  advance(state, [POOL], now, true);
  for (const row of [...state.members.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (row.removedAt !== null || listed.has(row.id)) continue;
    advance(state, [row.id], now, true);
    remove(state, row, now);
    answer.removed.push(row.id);
  }
  for (const member of command.members) {
    // Who stays as they are is not touched: the list may be long.
    if (isSame(state.members.get(member.id), member)) {
      answer.unchanged += 1;
      continue;
    }
    advance(state, [member.id], now, true);
    const outcome = put(state, member.id, member, now);
    if (outcome !== "unchanged") answer[outcome].push(member.id);
  }
  raiseToPresent(state, POOL, now);
  const changes = answer.added.length + answer.changed.length + answer.removed.length;
  return changes > 0 ? wrote(answer) : refused(answer);
}
