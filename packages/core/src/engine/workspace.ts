import type { Workspace } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { firstFreePlan } from "../catalog/plan-change.ts";
import { advance, presentCycle } from "./advance.ts";
import { type Decided, instant, instantOrNull, refused, wrote } from "./answer.ts";
import { termAt } from "./calendar.ts";
import { invalid, own } from "./charge.ts";
import type { WorkspaceArchiveCommand, WorkspacePutCommand } from "./command.ts";
import { edit, insert } from "./journal.ts";
import { type HolderRow, POOL, type State, type WorkspaceRow } from "./state.ts";

export interface WorkspacePut {
  outcome: "created" | "updated";
  workspace: Workspace;
}

export function presentWorkspace(state: State, now: number): Workspace {
  const { workspace } = state;
  const term = termAt(state.terms, now);
  const cycle = presentCycle(state, now);
  return {
    id: workspace.id,
    name: workspace.name,
    plan: term.plan,
    status: term.status,
    pending: workspace.pending === null ? null : { plan: workspace.pending.plan, at: instant(workspace.pending.at) },
    createdAt: instant(workspace.createdAt),
    cycle: { index: cycle.index, startsAt: instant(cycle.startsAt), endsAt: instant(cycle.endsAt) },
    seq: workspace.seq,
    testClock: instantOrNull(workspace.testClock),
    archivedAt: instantOrNull(workspace.archivedAt),
    metadata: workspace.metadata,
  };
}

/** The row of a workspace that is about to be created, so that the command has something to work on. */
/** The present of a workspace: its test clock's, or the database's; never before the last instant decided at. */
export function presentOf(workspace: WorkspaceRow, clock: number): number {
  return workspace.testClock ?? Math.max(clock, workspace.lastInstant);
}

export function newWorkspace(id: string): WorkspaceRow {
  return {
    id,
    name: null,
    metadata: {},
    createdAt: 0,
    archivedAt: null,
    seq: 0,
    lastInstant: 0,
    testClock: null,
    testClockFrom: null,
    pending: null,
    periodEndsAt: null,
    pinnedEpoch: null,
    pinnedCycle: null,
    pinnedVersion: null,
    parkedPin: null,
    roles: {},
    epochs: 0,
    poolLive: false,
    leaseDue: null,
    revision: 0,
    savedBy: -1,
    dirty: false,
    fresh: true,
  };
}

export function newHolder(state: State, id: string, now: number): HolderRow {
  return insert(state, state.holders, id, {
    id,
    balance: 0,
    debt: 0,
    epoch: null,
    cycleStartsAt: null,
    mark: 0,
    allotted: 0,
    capUsed: 0,
    notices: 0,
    term: 0,
    lastAt: now,
    parked: null,
  });
}

/** The instant a command is decided at: the test clock of a new workspace is its first present. */
export function creationInstant(command: WorkspacePutCommand, now: number): number {
  return command.testClock ?? now;
}

export function createWorkspace(state: State, command: WorkspacePutCommand, now: number): Decided<WorkspacePut> {
  const { catalog } = state;
  const createdAt = command.createdAt ?? now;
  if (createdAt > now) throw invalid("createdAt", "must not be in the future");
  const plan = command.plan ?? firstFreePlan(catalog);
  const details = own(catalog.plans, plan);
  if (details === undefined || details.retired) throw unknownPlan(state, plan);
  const workspace = edit(state, state.workspace);
  workspace.fresh = true;
  workspace.createdAt = createdAt;
  workspace.testClock = command.testClock;
  workspace.testClockFrom = command.testClock;
  workspace.lastInstant = now;
  workspace.name = command.name ?? null;
  workspace.metadata = command.metadata ?? {};
  if (details.paid) workspace.epochs = 1;
  state.terms.push({
    n: 1,
    from: details.paid ? now : createdAt,
    plan,
    paid: details.paid,
    status: "active",
    anchor: details.anchor === "workspace" ? createdAt : now,
    epoch: details.paid ? "e1" : "free",
    epochFrom: details.paid ? now : createdAt,
    run: 1,
    waited: false,
    pastDueFrom: null,
    catalogVersion: state.catalogVersion,
  });
  state.undo.push(() => state.terms.pop());
  newHolder(state, POOL, createdAt);
  advance(state, [POOL], now, true);
  return wrote({ outcome: "created", workspace: presentWorkspace(state, now) });
}

export function unknownPlan(state: State, plan: string): DucatError {
  const known = Object.entries(state.catalog.plans)
    .filter(([, { retired }]) => !retired)
    .map(([id]) => id)
    .join(", ");
  return new DucatError("unknown_plan", `The catalog has no plan ${plan} on offer. Its plans are ${known}.`);
}

/** Changes what may be changed; what is read at creation only is refused when it differs. */
export function updateWorkspace(state: State, command: WorkspacePutCommand, now: number): Decided<WorkspacePut> {
  const { workspace } = state;
  advance(state, [POOL], now, true);
  if (command.plan !== null && command.plan !== state.terms[0]?.plan) {
    throw new DucatError(
      "use_subscription",
      "A workspace's plan is set at creation only. Change it with PUT …/subscription, or credits.subscriptions.update.",
    );
  }
  if (command.createdAt !== null && command.createdAt !== workspace.createdAt) throw immutable("createdAt");
  if (command.testClock !== null && command.testClock !== workspace.testClockFrom) throw immutable("testClock");
  const unchanged =
    (command.name === undefined || command.name === workspace.name) &&
    (command.metadata === undefined || JSON.stringify(command.metadata ?? {}) === JSON.stringify(workspace.metadata));
  if (unchanged) return refused({ outcome: "updated", workspace: presentWorkspace(state, now) });
  edit(state, workspace);
  if (command.name !== undefined) workspace.name = command.name;
  if (command.metadata !== undefined) workspace.metadata = command.metadata ?? {};
  return wrote({ outcome: "updated", workspace: presentWorkspace(state, now) });
}

function immutable(field: string): DucatError {
  return new DucatError(
    "immutable",
    `${field} is set at creation only and this workspace has another one. Leave it out${
      field === "testClock" ? ", and move a test clock forward with POST …/clock" : ""
    }.`,
  );
}

/** An archived workspace keeps its ledger and takes no more commands than ending what is open. */
export function archiveWorkspace(state: State, _command: WorkspaceArchiveCommand, now: number): Decided<WorkspacePut> {
  if (state.workspace.archivedAt !== null) {
    return refused({ outcome: "updated", workspace: presentWorkspace(state, now) });
  }
  edit(state, state.workspace).archivedAt = now;
  return wrote({ outcome: "updated", workspace: presentWorkspace(state, now) });
}
