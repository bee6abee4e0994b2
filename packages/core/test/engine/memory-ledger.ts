import type { Balance, Catalog, Charge, Quote, Workspace } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { catalogVersion } from "../../src/catalog/version.ts";
import { applyTime } from "../../src/engine/advance.ts";
import { presentCharge } from "../../src/engine/answer.ts";
import { balanceOf } from "../../src/engine/balance.ts";
import type { Command } from "../../src/engine/command.ts";
import { decide } from "../../src/engine/decide.ts";
import { attempt } from "../../src/engine/journal.ts";
import { type QuoteQuestion, quote } from "../../src/engine/quote.ts";
import { chargeOf } from "../../src/engine/settle.ts";
import {
  type EntryRow,
  type EventRow,
  type GrantRow,
  type HolderRow,
  POOL,
  type State,
  type Tracked,
} from "../../src/engine/state.ts";
import { newWorkspace, presentOf, presentWorkspace } from "../../src/engine/workspace.ts";
import { emptyState } from "../../src/store/assemble.ts";
import { isClosed } from "../../src/store/tables.ts";
import { checkCharge } from "../../src/verify/check-charge.ts";
import { compare } from "../../src/verify/compare.ts";
import { createReplay } from "../../src/verify/replay.ts";
import { createReport } from "../../src/verify/report.ts";

/** What a command came to. */
export interface Told {
  /** The outcome as the verb answers it, or `undefined` when it threw. */
  answer: unknown;
  error: DucatError | undefined;
}

/** What survives a batch: everything that tables would keep. */
const keptMaps = ["members", "holders", "grants", "charges", "topUps", "requests", "operations"] as const;
const kept = ["workspace", "terms", ...keptMaps] as const;
type KeptMaps = Pick<State, (typeof keptMaps)[number]>;
type Stored = Pick<State, (typeof kept)[number]> & { entries: EntryRow[]; events: EventRow[] };

/**
 * The engine without a database: one workspace whose rows are kept in memory, in whole batches and never in part, as
 * the ledger keeps them in tables. Time is what the caller says it is.
 */
export function memoryLedger(catalog: Catalog, id = "acme") {
  const catalogs = new Map([[catalogVersion(catalog), catalog]]);
  let published = catalogVersion(catalog);
  let stored: Stored | null = null;
  let writes = 0;

  /** The state as a batch at this instant finds it, in rows of its own. */
  function open(at: number): { state: State; now: number } {
    const rows = stored === null ? null : structuredClone(pick(stored));
    const state = { ...emptyState(rows?.workspace ?? newWorkspace(id), published, catalogs), ...rows };
    for (const grant of state.grants.values()) {
      const list = state.grantsByHolder.get(grant.holder);
      if (list === undefined) state.grantsByHolder.set(grant.holder, [grant]);
      else list.push(grant);
    }
    return { state, now: presentOf(state.workspace, at) };
  }

  function applyWhatTimeHasDone(state: State, now: number): void {
    for (const { id: charge, state: ended, leaseExpiresAt } of state.charges.values()) {
      if (ended === "open" && leaseExpiresAt <= now) state.runOut.push(charge);
    }
    applyTime(state, now);
  }

  function tryOne(state: State, command: Command, now: number): Told & { wrote: boolean } {
    try {
      const { answer, wrote } = decide(state, command, now);
      // What a caller keeps must not change under it when the batch goes on.
      return { answer: structuredClone(answer), error: undefined, wrote };
    } catch (error) {
      if (!(error instanceof DucatError)) throw error;
      return { answer: undefined, error, wrote: false };
    }
  }

  /** Decides commands in one batch. Nothing is kept of a batch in which nothing was written. */
  function batch(at: number, commands: readonly Command[]): Told[] {
    const [first] = commands;
    const isNew = stored === null;
    if (isNew && first?.verb !== "workspacePut")
      return commands.map(() => ({ answer: undefined, error: unknownWorkspace(id) }));
    const { state, now: present } = open(at);
    let now = present;
    if (first?.verb === "advanceClock" && state.workspace.testClock !== null) now = Math.max(now, first.now);
    if (isNew && first?.verb === "workspacePut") now = first.testClock ?? at;
    if (!isNew) applyWhatTimeHasDone(state, now);
    let wrote = false;
    const told = commands.map((command): Told => {
      const { wrote: one, ...rest } = tryOne(state, command, now);
      if (one) state.workspace.lastInstant = Math.max(state.workspace.lastInstant, now);
      wrote ||= one;
      return rest;
    });
    if (wrote) keep(state);
    return told;
  }

  /** Keeps what the tables would be told to keep: rows that say they are new or changed, and no others. */
  function keep(state: State): void {
    const entries = [...(stored?.entries ?? []), ...state.entries];
    const events = [...(stored?.events ?? []), ...state.events];
    const before = stored;
    writes += 1;
    if (state.workspace.fresh !== (before === null)) throw new Error("the workspace does not know whether it is new");
    const { lastInstant, dirty } = state.workspace;
    const workspace = before === null || dirty ? state.workspace : { ...before.workspace, lastInstant };
    const maps = Object.fromEntries(keptMaps.map((name) => [name, keptRows(before?.[name], state[name])]));
    for (const row of rowsOf(state)) {
      Object.assign(row, { savedBy: -1, dirty: false, fresh: false });
      delete row.before;
    }
    stored = { ...structuredClone({ workspace, terms: state.terms, ...(maps as never as KeptMaps) }), entries, events };
  }

  /** Looks at the workspace as a read does: what time has done is applied in memory, and nothing is kept. */
  function read<Answer>(at: number, look: (state: State, now: number) => Answer): Answer {
    if (stored === null) throw unknownWorkspace(id);
    const { state, now } = open(at);
    applyWhatTimeHasDone(state, now);
    return attempt(
      state,
      () => look(state, now),
      () => true,
    );
  }

  return {
    batch,
    read,
    /** Lets a test clock run on as real time does: nobody notices, and nothing is done about what came due. */
    letTimePass(to: number): void {
      if (stored !== null) stored.workspace.testClock = to;
    },
    tell: (at: number, command: Command): Told => batch(at, [command])[0] as Told,
    publish(next: Catalog): void {
      published = catalogVersion(next);
      catalogs.set(published, next);
    },
    balance: (at: number, member: string | null): Balance =>
      read(at, (state, now) => structuredClone(balanceOf(state, member, now))),
    quote: (at: number, question: QuoteQuestion): Quote => read(at, (state, now) => quote(state, question, now)),
    workspace: (at: number): Workspace => read(at, (state, now) => presentWorkspace(state, now)),
    charge: (at: number, charge: string): Charge =>
      read(at, (state) => structuredClone(presentCharge(id, chargeOf(state, charge)))),
    /** The rows as they were kept last, untouched by anything that time has done since. */
    grants: (): readonly GrantRow[] => [...(stored?.grants.values() ?? [])],
    holders: (): readonly HolderRow[] => [...(stored?.holders.values() ?? [])],
    entries: (): readonly EntryRow[] => stored?.entries ?? [],
    events: (): readonly EventRow[] => stored?.events ?? [],
    stored: (): Stored | null => structuredClone(stored),
    /** How often anything was kept: what is refused or done already writes nothing. */
    writes: (): number => writes,
    /** What the entries and the rows do not agree on; nothing, if the engine is right. */
    verify: (): string[] => (stored === null ? [] : differences(stored)),
  };
}

export type MemoryLedger = ReturnType<typeof memoryLedger>;

function pick(from: Pick<State, (typeof kept)[number]>): Pick<State, (typeof kept)[number]> {
  return Object.fromEntries(kept.map((name) => [name, from[name]])) as never;
}

/** An insert of what is there, or an update of what is not, would fail on a table or be lost. */
function keptRows(before: ReadonlyMap<string, Tracked> | undefined, after: ReadonlyMap<string, Tracked>) {
  const rows = new Map(before);
  for (const [key, row] of after) {
    if (!row.dirty) continue;
    if (row.fresh === rows.has(key)) throw new Error(`${key} says that it is ${row.fresh ? "new" : "known"}`);
    rows.set(key, row);
  }
  return rows;
}

function* rowsOf(state: State): Iterable<Tracked> {
  yield state.workspace;
  for (const rows of [state.members, state.holders, state.grants, state.charges]) yield* rows.values();
  for (const rows of [state.topUps, state.requests, state.operations]) yield* rows.values();
}

function unknownWorkspace(id: string): DucatError {
  return new DucatError("unknown_workspace", `There is no workspace ${id}.`);
}

/** The same checks as `verify` makes on tables. */
function differences(stored: Stored): string[] {
  const report = createReport(stored.workspace.id);
  const replay = createReplay(report);
  const charges = [...stored.charges.values()];
  const listed = new Set(charges.flatMap((charge) => charge.entries));
  for (const entry of stored.entries) {
    const chargeFound = entry.charge !== null && stored.charges.has(entry.charge);
    replay.apply({ ...entry, chargeFound, listed: listed.has(entry.seq) });
  }
  const openSlices = new Map<string, number>();
  for (const charge of charges.filter(({ state }) => state === "open")) {
    for (const { grant, amount } of charge.slices) openSlices.set(grant, (openSlices.get(grant) ?? 0) + amount);
  }
  const operatorRevoked = new Map<string, number>();
  for (const { kind, result } of stored.operations.values()) {
    const { grant, amount } = result as { grant: string; amount: number };
    if (kind === "revoke") operatorRevoked.set(grant, (operatorRevoked.get(grant) ?? 0) + amount);
  }
  const grants = new Map([...stored.grants].map(([key, grant]) => [key, { ...grant, closed: isClosed(grant) }]));
  const topUps = [...stored.topUps.values()];
  // What the store keeps in the workspace's row for itself, nobody keeps here.
  const poolLive = [...grants.values()].some((grant) => grant.holder === POOL && !grant.closed);
  const workspace = { ...stored.workspace, poolLive };
  const snapshot = { ...stored, workspace, firstLease: null };
  compare({ ...snapshot, grants, openSlices, operatorRevoked, topUps }, replay, report);
  for (const charge of charges) {
    const entries = stored.entries.filter(({ seq }) => charge.entries.includes(seq));
    checkCharge({ charge, entries, leased: charge.state === "open" }, report);
  }
  return report.differences.map(({ message }) => message);
}
