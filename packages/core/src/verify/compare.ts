import type { GrantRow, HolderRow, MemberRow, TopUpRow, WorkspaceRow } from "../engine/state.ts";
import { POOL } from "../engine/state.ts";
import { compareClawback } from "./compare-clawback.ts";
import { compareTopUps } from "./compare-top-ups.ts";
import type { Column, Replay, ReplayedGrant } from "./replay.ts";
import type { Report } from "./report.ts";

export interface VerifiedGrant extends GrantRow {
  closed: boolean;
}

/** A workspace as one snapshot has it; the entries up to the same snapshot are in the replay. */
export interface Snapshot {
  workspace: WorkspaceRow;
  holders: ReadonlyMap<string, HolderRow>;
  members: ReadonlyMap<string, MemberRow>;
  grants: ReadonlyMap<string, VerifiedGrant>;
  /** What the slices of open charges took and have not given back, by grant. */
  openSlices: ReadonlyMap<string, number>;
  /** What the operator revoked, by grant. */
  operatorRevoked: ReadonlyMap<string, number>;
  topUps: readonly TopUpRow[];
  /** The earliest end of a lease; `null`: there is none. */
  firstLease: number | null;
}

const columns: readonly Column[] = ["available", "held", "spent", "expired", "revoked"];

/** Compares what the entries add up to with what the rows say. */
export function compare(snapshot: Snapshot, replay: Replay, report: Report): void {
  const { workspace } = snapshot;
  report.same("seq-end", {}, replay.through, workspace.seq, "the workspace's seq");
  if (replay.lastAt > workspace.lastInstant) {
    const last = new Date(workspace.lastInstant).toISOString();
    report.add("workspace-time", {}, `not after ${last}`, new Date(replay.lastAt).toISOString(), "the latest entry");
  }
  compareRoles(snapshot, report);
  compareBooks(snapshot, report);
  for (const grant of snapshot.grants.values()) compareGrant(snapshot, grant, replay.grants.get(grant.id), report);
  for (const [id, { holder }] of replay.grants) {
    if (!snapshot.grants.has(id)) report.add("unknown-grant", { grant: id, holder }, "a grant", "none", `grant ${id}`);
  }
  compareHolders(snapshot, replay, report);
  compareTopUps(snapshot, report);
}

const nothing: ReplayedGrant = {
  holder: "",
  purchase: null,
  granted: 0,
  grants: 0,
  takenBack: 0,
  repaid: 0,
  repayments: 0,
  debt: 0,
  available: 0,
  held: 0,
  spent: 0,
  expired: 0,
  revoked: 0,
};

function compareGrant(
  snapshot: Snapshot,
  grant: VerifiedGrant,
  replayed: ReplayedGrant | undefined,
  report: Report,
): void {
  const about = { grant: grant.id, holder: grant.holder };
  const where = `grant ${grant.id}`;
  const entered = replayed ?? nothing;
  report.same("grant-amount", about, grant.amount, entered.granted, `${where}, entered`);
  report.same("grant-amount", about, 1, entered.grants, `${where}, grant entries`);
  for (const column of columns) {
    report.same(`grant-${column}`, about, entered[column], grant[column], `${where}, ${column}`);
  }
  const sum = columns.reduce((total, column) => total + grant[column], 0);
  report.same("grant-identity", about, grant.amount, sum, `${where}, sum of its columns`);
  const sliced = snapshot.openSlices.get(grant.id) ?? 0;
  report.same("grant-slices", about, sliced, grant.held, `${where}, held`);
  if (replayed !== undefined) report.same("grant-holder", about, replayed.holder, grant.holder, `${where}, holder`);
  if (!snapshot.holders.has(grant.holder)) report.add("grant-holder", about, "a holder", "none", `${where}, holder`);
  compareClawback(snapshot, grant, entered, report);
}

function compareHolders(snapshot: Snapshot, replay: Replay, report: Report): void {
  const available = new Map<string, number>();
  const debts = new Map<string, number>();
  for (const { holder, available: part, clawback } of snapshot.grants.values()) {
    available.set(holder, (available.get(holder) ?? 0) + part);
    debts.set(holder, (debts.get(holder) ?? 0) + (clawback?.debt ?? 0));
  }
  for (const [id, holder] of snapshot.holders) {
    const replayed = replay.holders.get(id);
    const about = { holder: id };
    const where = `holder ${id}`;
    report.same("holder-balance", about, replayed?.balance ?? 0, holder.balance, `${where}, balance`);
    report.same("holder-available", about, available.get(id) ?? 0, holder.balance, `${where}, balance`);
    report.same("holder-debt", about, replayed?.debt ?? 0, holder.debt, `${where}, debt`);
    report.same("holder-debts", about, debts.get(id) ?? 0, holder.debt, `${where}, debt`);
    if (replayed !== undefined) {
      const [last, stated] = [replayed.lastAt, holder.lastAt].map((ms) => new Date(ms).toISOString());
      report.same("holder-time", about, last as string, stated as string, `${where}, last instant`);
    }
    if (id !== POOL && !snapshot.members.has(id)) report.add("holder-member", about, "a member", "none", where);
  }
  for (const id of [POOL, ...snapshot.members.keys()]) {
    if (!snapshot.holders.has(id)) report.add("holder-member", { holder: id }, "a holder", "none", `member ${id}`);
  }
  for (const id of replay.holders.keys()) {
    if (!snapshot.holders.has(id)) report.add("unknown-holder", { holder: id }, "a holder", "none", `holder ${id}`);
  }
}

/** What the workspace's row says of other tables, so that commands need not look there. */
function compareBooks({ workspace, grants, firstLease }: Snapshot, report: Report): void {
  const live = [...grants.values()].some(({ holder, closed }) => holder === POOL && !closed);
  report.same("workspace-pool", {}, live, workspace.poolLive, "whether the pool has a grant that is not closed");
  if (firstLease !== null && (workspace.leaseDue === null || workspace.leaseDue > firstLease)) {
    const [first, due] = [firstLease, workspace.leaseDue].map((at) =>
      at === null ? "never" : new Date(at).toISOString(),
    );
    report.add("workspace-lease", {}, `not after ${first}`, due as string, "when the workspace looks for leases");
  }
}

function compareRoles({ workspace, members }: Snapshot, report: Report): void {
  const counted = new Map<string, number>();
  for (const { role, removedAt } of members.values()) {
    if (removedAt === null) counted.set(role, (counted.get(role) ?? 0) + 1);
  }
  for (const role of new Set([...counted.keys(), ...Object.keys(workspace.roles)])) {
    const stated = workspace.roles[role] ?? 0;
    report.same("workspace-roles", {}, counted.get(role) ?? 0, stated, `present members with the role ${role}`);
  }
}
