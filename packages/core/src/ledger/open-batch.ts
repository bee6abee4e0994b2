import { DucatError } from "@ducat/client";
import type { Result, Rows, Session } from "../database/port.ts";
import type { Command } from "../engine/command.ts";
import { atRest } from "../engine/journal.ts";
import { POOL, type State, type WorkspaceRow } from "../engine/state.ts";
import { presentOf } from "../engine/workspace.ts";
import { emptyState, fill, stillMissing } from "../store/assemble.ts";
import { type Answered, type Load, type Loader, RUN_OUT_LIMIT } from "../store/load.ts";
import { addNeeds, type Need, noNeeds } from "../store/needs.ts";
import { needsPool } from "../store/needs-pool.ts";
import { toWorkspace } from "../store/rows.ts";
import type { KnownWorkspace, WorkspaceMemory } from "../store/workspace-memory.ts";
import type { Batch, BatchParts } from "./batch.ts";
import type { Catalogs } from "./catalogs.ts";

/** What a batch has in hand when it decides. */
export interface Opened {
  states: Map<string, State>;
  stored: Map<string, WorkspaceRow>;
  storedTerms: Map<string, number>;
  held: string[];
  clock: number;
  catalogVersion: string;
  catalogs: Catalogs;
}

/** Locks, and then, in other statements, reads the clock and loads what the commands need. */
export async function openBatch(
  parts: BatchParts,
  loader: Loader,
  session: Session,
  batch: Batch,
  skipLocked: boolean,
): Promise<Opened> {
  const { catalogs } = parts;
  const needs = new Map<string, Need>();
  for (const [workspace, list] of batch) {
    const need = noNeeds();
    for (const { command } of list) addNeeds(need, command, parts.memory);
    needs.set(workspace, need);
  }
  const ids = [...needs.keys()].sort();
  const known = knownWorkspaces(parts.workspaces, batch, needs);
  const unknown = ids.filter((id) => !known.has(id));
  const found = unknown.length === 0 ? [] : [loader.find(unknown)];
  const loads = [...loader.terms(unknown), ...loader.load(needs)];
  const late = lateLoads(loader, batch);
  const sweeps = sweeping(batch);
  const before = [...parts.begin, loader.lock(ids, skipLocked), ...(chooses(batch) ? [loader.keepCatalog()] : [])];
  const answers = await session.run([
    ...before,
    loader.clock(),
    ...found,
    ...loads.map((load) => load.statement),
    ...late.map((load) => load.statement),
  ]);
  const locked = answers[parts.begin.length] as Result;
  const [clock, version] = (answers[before.length] as Result).rows[0] as [number, string | null];
  if (version === null)
    throw new DucatError("not_migrated", "No catalog has been published. Run `ducat catalog publish`.");
  await catalogs.ensure(session, [version]);

  const rest = answers.slice(before.length + 1 + found.length);
  const fresh = new Map(
    found.length === 0 ? [] : (answers[before.length + 1] as Result).rows.map((row) => [row[0] as string, row]),
  );
  const states = new Map<string, State>();
  const stored = new Map<string, WorkspaceRow>();
  const changed: string[] = [];
  for (const [id, revision, seq, lastInstant, leaseDue, place] of locked.rows) {
    const remembered = known.get(id);
    if (remembered !== undefined && remembered.row.revision !== revision) changed.push(id);
    const row = remembered === undefined ? toWorkspace(fresh.get(id) as Rows[number]) : remembered.row;
    const workspace = { ...row, seq, lastInstant, leaseDue, place };
    stored.set(id, row);
    const state = emptyState(workspace, version, catalogs.known);
    if (remembered !== undefined) state.terms = [...remembered.terms];
    states.set(id, state);
  }
  const held = states.size === ids.length || !skipLocked ? [] : await existing(loader, session, ids, states);
  fill(states, answered([...loads, ...late], rest), clock, needs);
  if (changed.length > 0) await readAnew(loader, session, changed, states, stored, clock);
  await loadDueLeases(loader, session, states, clock, sweeps);
  await catalogs.ensure(session, versionsOf(states.values()));
  // By a test clock they may all still have time, and sweeping would end none of them.
  const overdue = [...states.values()].filter(
    (state) => state.runOut.length > RUN_OUT_LIMIT && state.workspace.testClock === null,
  );
  if (overdue.length > 0 && !sweeps) throw new Overdue(overdue.map((state) => state.workspace.id));
  await completeStates(loader, session, states, clock);
  if (sweeps) await loadDueHolders(loader, session, batch, states, clock);
  const storedTerms = new Map([...states].map(([id, state]) => [id, state.terms.length]));
  return { states, stored, storedTerms, held, clock, catalogVersion: version, catalogs };
}

/**
 * The workspaces that this process remembers. Where all commands are of charges and the pool was not needed last
 * time, it is not asked for either; `completeStates` loads it after all when it is needed now.
 */
function knownWorkspaces(
  memory: WorkspaceMemory,
  batch: Batch,
  needs: ReadonlyMap<string, Need>,
): Map<string, KnownWorkspace> {
  const known = new Map<string, KnownWorkspace>();
  for (const [id, list] of batch) {
    const found = memory.recall(id);
    if (found === undefined) continue;
    known.set(id, found);
    if (!found.pool && list.every(({ command }) => ofCharges.has(command.verb))) needs.get(id)?.holders.delete(POOL);
  }
  return known;
}

/** The verbs that need and change nothing but a charge, its member and grants. */
export const ofCharges: ReadonlySet<Command["verb"]> = new Set([
  "charge",
  "settle",
  "refund",
  "heartbeat",
  "cancel",
  "extend",
] as const);

/** Reads what was remembered of these workspaces and has changed since. */
async function readAnew(
  loader: Loader,
  session: Session,
  changed: readonly string[],
  states: ReadonlyMap<string, State>,
  stored: Map<string, WorkspaceRow>,
  clock: number,
): Promise<void> {
  const terms = loader.terms(changed);
  const [rows, ...answers] = await session.run([loader.find(changed), ...terms.map((load) => load.statement)]);
  for (const row of (rows as Result).rows) {
    const workspace = toWorkspace(row);
    const state = states.get(workspace.id) as State;
    stored.set(workspace.id, workspace);
    state.workspace = { ...workspace, place: state.workspace.place };
    state.terms = [];
  }
  fill(states, answered(terms, answers), clock);
}

/** Loads the leases of the workspaces in which one may have run out. What comes back says when to look again. */
async function loadDueLeases(
  loader: Loader,
  session: Session,
  states: ReadonlyMap<string, State>,
  clock: number,
  sweeps: boolean,
): Promise<void> {
  const due = new Map<string, number | null>();
  for (const [id, { workspace }] of states) {
    const { leaseDue } = workspace;
    if (!sweeps && (leaseDue === null || leaseDue > presentOf(workspace, clock))) continue;
    due.set(id, leaseDue);
    workspace.leaseDue = null;
  }
  if (due.size === 0) return;
  await loadMore(session, states, loader.leases([...due.keys()]), clock);
  for (const [id, leaseDue] of due) {
    const { workspace, runOut } = states.get(id) as State;
    // There are more of them than were read, and they are to be looked for again.
    if (runOut.length > RUN_OUT_LIMIT) workspace.leaseDue = leaseDue;
  }
}

/** What the next batch with this workspace need not load. Only what was committed is remembered. */
export function learn(memory: WorkspaceMemory, state: State): void {
  const { id, revision } = state.workspace;
  const known = memory.recall(id);
  // Who did without the pool has looked whether it is still not needed.
  if (known?.row.revision === revision && !known.pool) return;
  const pool = needsPool(state);
  if (known?.row.revision === revision && pool) return;
  const row = { ...state.workspace, ...atRest };
  memory.remember(id, { row, terms: [...state.terms], pool });
}

/** The catalog versions that the workspaces go by, now or in what they still remember. */
export function* versionsOf(states: Iterable<State>): Iterable<string | null> {
  for (const { workspace, terms } of states) {
    yield workspace.pinnedVersion;
    yield workspace.parkedPin?.version ?? null;
    for (const term of terms) yield term.catalogVersion;
  }
}

/** Of the workspaces that were not locked, those that exist: another transaction holds them. */
async function existing(
  loader: Loader,
  session: Session,
  ids: readonly string[],
  states: ReadonlyMap<string, State>,
): Promise<string[]> {
  const missing = ids.filter((id) => !states.has(id));
  const found: string[] = [];
  for (const group of loader.single ? missing.map((id) => [id]) : [missing]) {
    const [result] = await session.run([loader.find(group)]);
    for (const row of result?.rows ?? []) found.push(row[0]);
  }
  return found;
}

/** Loads what the loaded rows refer to, until nothing is missing. */
export async function completeStates(
  loader: Loader,
  session: Session,
  states: ReadonlyMap<string, State>,
  clock: number,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const missing = stillMissing(states);
    if (missing.size === 0) return;
    const groups = loader.single ? [...missing].map((one) => new Map([one])) : [missing];
    for (const group of groups) await loadMore(session, states, loader.load(group), clock);
  }
}

const MAX_ROUNDS = 4;

/** The loads with what came back for them. */
export function answered(loads: readonly Load[], results: readonly Result[]): Answered[] {
  return loads.map(({ kind }, i) => ({ kind, result: results[i] as Result }));
}

async function loadMore(
  session: Session,
  states: ReadonlyMap<string, State>,
  loads: readonly Load[],
  clock: number,
): Promise<void> {
  const results = await session.run(loads.map((load) => load.statement));
  fill(states, answered(loads, results), clock);
}

/** A test clock that moves forward looks for leases by its own new instant. */
function lateLoads(loader: Loader, batch: Batch): Load[] {
  const loads: Load[] = [];
  for (const [workspace, list] of batch) {
    for (const { command } of list) {
      if (command.verb === "advanceClock") loads.push(loader.runOutBy(workspace, command.now));
    }
  }
  return loads;
}

/**
 * True when somebody chooses a plan or a pack: whoever publishes a catalog without it must wait for this transaction and
 * see it, or be seen by it. Charges do not ask for that lock.
 */
function chooses(batch: Batch): boolean {
  for (const list of batch.values()) if (list.some(({ command }) => CHOOSING.has(command.verb))) return true;
  return false;
}

const CHOOSING = new Set<Command["verb"]>(["workspacePut", "subscription", "topUp", "topUpRequest"]);

function sweeping(batch: Batch): boolean {
  for (const list of batch.values()) {
    if (list.some(({ command }) => command.verb === "sweep" || command.verb === "advanceClock")) return true;
  }
  return false;
}

/**
 * More leases have run out in these workspaces than one transaction should end, as after the crash of a large host. They
 * must be swept before any other command, because whatever a command does comes after what time has done.
 */
export class Overdue extends Error {
  readonly workspaces: readonly string[];

  constructor(workspaces: readonly string[]) {
    super(`more than ${RUN_OUT_LIMIT} leases have run out in ${workspaces.join(", ")}`);
    this.workspaces = workspaces;
  }
}

/** Sweeps and test clocks work on the holders of all grants that have ended. */
async function loadDueHolders(
  loader: Loader,
  session: Session,
  batch: Batch,
  states: ReadonlyMap<string, State>,
  clock: number,
): Promise<void> {
  for (const [workspace, list] of batch) {
    const state = states.get(workspace);
    const sweeps = list.find(({ command }) => command.verb === "sweep" || command.verb === "advanceClock");
    if (state === undefined || sweeps === undefined) continue;
    const now = sweeps.command.verb === "advanceClock" ? sweeps.command.now : presentOf(state.workspace, clock);
    const [due] = await session.run([loader.dueHolders(workspace, now, DUE_HOLDERS)]);
    const need = noNeeds();
    for (const row of due?.rows ?? []) need.holders.add(row[0]);
    await loadMore(session, states, loader.load(new Map([[workspace, need]])), clock);
    await completeStates(loader, session, new Map([[workspace, state]]), clock);
  }
}

/** How many holders one sweep of a workspace expires; the next one takes the rest. */
const DUE_HOLDERS = 1000;
