import { DucatError } from "@ducat/client";
import type { Session, Statement } from "../database/port.ts";
import { applyTime } from "../engine/advance.ts";
import type { Command } from "../engine/command.ts";
import { decide } from "../engine/decide.ts";
import type { State } from "../engine/state.ts";
import { creationInstant, newWorkspace, presentOf } from "../engine/workspace.ts";
import { emptyState } from "../store/assemble.ts";
import type { Loader } from "../store/load.ts";
import type { ChargeMemory } from "../store/needs.ts";
import type { Changes, Saver } from "../store/save.ts";
import type { WorkspaceMemory } from "../store/workspace-memory.ts";
import type { Catalogs } from "./catalogs.ts";
import { learn, type Opened, ofCharges, openBatch } from "./open-batch.ts";

/** One command in the queue, and what its caller waits for. */
export interface Pending {
  command: Command;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
  signal: AbortSignal | undefined;
}

/** The commands of a batch, by workspace. */
export type Batch = ReadonlyMap<string, readonly Pending[]>;

/** What a command came to; told to its caller after the commit. */
interface Answer {
  pending: Pending;
  answer?: unknown;
  error?: unknown;
}

/** What the commit made visible in one workspace. */
export interface Committed {
  workspace: string;
  seq: number;
  holders: string[];
  events: State["events"];
}

export interface BatchResult {
  /** Tells every caller. To be called after the next batch was begun, so that the database need not wait for it. */
  tell(): void;
  /** Workspaces that another transaction holds: their commands were not tried. */
  held: string[];
  committed: Committed[];
}

/** The statements of a batch, for one workspace or for many. */
export interface BatchSql {
  loader: Loader;
  saver: Saver;
}

export interface BatchParts {
  single: BatchSql;
  /** For batches of many workspaces; `null`: there are none. */
  mixed: BatchSql | null;
  catalogs: Catalogs;
  memory: ChargeMemory;
  workspaces: WorkspaceMemory;
  /** Statements that open the transaction, with its time limits. */
  begin: readonly Statement[];
  commit: readonly Statement[];
}

/**
 * One transaction for many commands, in at most two round trips: lock, and then, in other statements, read the clock and
 * load; decide in memory; save and commit. The clock and the rows are read after the lock is held: before it they
 * would be those of before the wait.
 */
export async function runBatch(
  parts: BatchParts,
  session: Session,
  batch: Batch,
  options: { skipLocked: boolean; whileSaving?: () => void },
): Promise<BatchResult> {
  const sql = batch.size === 1 || parts.mixed === null ? parts.single : parts.mixed;
  const opened = await openBatch(parts, sql.loader, session, batch, options.skipLocked);
  const answers: Answer[] = [];
  const changes: Changes[] = [];
  const saved = session.run(decideAndSave(batch, opened, sql.saver, parts.commit, { answers, changes }));
  // The statements are on their way; what else there is to do here is done while the database is busy with them.
  options.whileSaving?.();
  await saved;
  for (const { state } of changes) {
    for (const row of state.charges.values()) parts.memory.remember(state.workspace.id, row);
    learn(parts.workspaces, state);
  }
  return {
    held: opened.held,
    committed: changes.map(({ state }) => ({
      workspace: state.workspace.id,
      seq: state.workspace.seq,
      holders: [...new Set(state.entries.map((entry) => entry.holder))],
      events: state.events,
    })),
    tell: () => tellAll(answers),
  };
}

function tellAll(answers: readonly Answer[]): void {
  for (const { pending, answer, error } of answers) {
    if (error === undefined) pending.resolve(answer);
    else pending.reject(error);
  }
}

/** Decides and saves: the database stores what was decided first while the rest is being decided. */
function* decideAndSave(
  batch: Batch,
  opened: Opened,
  saver: Saver,
  commit: readonly Statement[],
  { answers, changes }: { answers: Answer[]; changes: Changes[] },
): Iterable<Statement> {
  for (const [id, list] of batch) {
    if (opened.held.includes(id)) continue;
    const change = yield* decideAll(list, id, opened, saver, answers);
    if (change !== null) changes.push(change);
  }
  yield* saver.save(changes);
  yield* commit;
}

/** After so many commands of one workspace what they wrote is worth statements of its own. */
const AHEAD = 100;

/**
 * Decides the commands of one workspace. Returns what is to be stored, or `null` when that is nothing; yields what is
 * worth storing before all of them are decided.
 */
function* decideAll(
  list: readonly Pending[],
  id: string,
  opened: Opened,
  saver: Saver,
  answers: Answer[],
): Generator<Statement, Changes | null> {
  const loaded = opened.states.get(id);
  if (loaded === undefined) return decideUnknown(list, opened, answers);
  const change: Changes = {
    state: loaded,
    storedTerms: opened.storedTerms.get(id) ?? 0,
    storedWorkspace: opened.stored.get(id) ?? null,
    storedEntries: 0,
  };
  const now = presentAt(loaded, list, opened.clock);
  applyTime(loaded, now);
  const ahead = list.length >= 2 * AHEAD && list.every(({ command }) => ofCharges.has(command.verb));
  let wrote = false;
  for (const [i, pending] of list.entries()) {
    if (tryCommand(loaded, pending, now, answers)) wrote = true;
    if (ahead && wrote && (i + 1) % AHEAD === 0) yield* saver.saveAhead(change);
  }
  return wrote ? change : null;
}

/** By a test clock, the first command may be the one that moves it. */
function presentAt({ workspace }: State, list: readonly Pending[], clock: number): number {
  const now = presentOf(workspace, clock);
  const first = list[0]?.command;
  return first?.verb === "advanceClock" && workspace.testClock !== null ? Math.max(now, first.now) : now;
}

/** Decides the commands of a workspace that does not exist, and that one of them may create. */
function decideUnknown(list: readonly Pending[], opened: Opened, answers: Answer[]): Changes | null {
  let state: State | undefined;
  let now = 0;
  for (const pending of list) {
    const { command } = pending;
    if (state !== undefined) tryCommand(state, pending, now, answers);
    else if (command.verb === "workspacePut") {
      now = creationInstant(command, opened.clock);
      const created = emptyState(newWorkspace(command.workspace), opened.catalogVersion, opened.catalogs.known);
      if (tryCommand(created, pending, now, answers)) state = created;
    } else answers.push(unknownWorkspace(pending));
  }
  return state === undefined ? null : { state, storedTerms: 0, storedWorkspace: null, storedEntries: 0 };
}

function tryCommand(state: State, pending: Pending, now: number, answers: Answer[]): boolean {
  try {
    const { answer, wrote } = decide(state, pending.command, now);
    answers.push({ pending, answer });
    if (wrote) state.workspace.lastInstant = Math.max(state.workspace.lastInstant, now);
    return wrote;
  } catch (error) {
    answers.push({ pending, error: error ?? new Error("unknown") });
    return false;
  }
}

function unknownWorkspace(pending: Pending): Answer {
  const { verb, workspace } = pending.command;
  if (verb === "charge" || verb === "extend") return { pending, answer: { outcome: "unknown_workspace" } };
  const message = `There is no workspace ${workspace}. Make it with PUT /v1/workspaces/:ws, or credits.workspaces.put.`;
  return { pending, error: new DucatError("unknown_workspace", message) };
}
