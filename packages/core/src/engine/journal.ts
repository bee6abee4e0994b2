import type { State, Tracked } from "./state.ts";

/** The bookkeeping of a row that nobody has changed, and of which nobody knows where it is kept. */
export const atRest = { savedBy: -1, dirty: false, fresh: false, place: undefined, before: undefined } as const;

/**
 * Commands change the rows of a `State` in place, because a batch of hundreds runs on the same few rows. A refused
 * command must leave no trace, also not of the time it applied before it refused; so every row is copied the first
 * time a command changes it, and the copies are put back when the command is taken back.
 */
export function edit<Row extends Tracked>(state: State, row: Row): Row {
  if (row.savedBy !== state.serial) {
    const copy = { ...row };
    state.saved.push(row);
    state.copies.push(copy);
    row.savedBy = state.serial;
    row.before ??= copy;
  }
  row.dirty = true;
  return row;
}

/** Adds a new row to one of the state's maps. */
export function insert<Row extends Tracked>(
  state: State,
  map: Map<string, Row>,
  key: string,
  fields: Omit<Row, keyof Tracked>,
): Row {
  const row = Object.assign(fields, { savedBy: state.serial, dirty: true, fresh: true }) as Row;
  map.set(key, row);
  state.undo.push(() => map.delete(key));
  return row;
}

/** Runs a command and takes back everything it changed when it throws or when `keep` says that it was refused. */
export function attempt<Outcome>(state: State, command: () => Outcome, keep: (outcome: Outcome) => boolean): Outcome {
  state.serial += 1;
  state.undo.length = 0;
  state.saved.length = 0;
  state.copies.length = 0;
  const entries = state.entries.length;
  const events = state.events.length;
  try {
    const outcome = command();
    if (!keep(outcome)) takeBack(state, entries, events);
    return outcome;
  } catch (error) {
    takeBack(state, entries, events);
    throw error;
  }
}

function takeBack(state: State, entries: number, events: number): void {
  if (state.saved.length === 0 && state.undo.length === 0) return;
  state.burnOrders.clear();
  for (let i = state.undo.length - 1; i >= 0; i--) state.undo[i]?.();
  for (let i = state.saved.length - 1; i >= 0; i--) {
    Object.assign(state.saved[i] as Tracked, state.copies[i]);
  }
  state.entries.length = entries;
  state.events.length = events;
  state.presentCycle = null;
}
