import type { Workspace } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { advance } from "./advance.ts";
import { type Decided, instant, refused, wrote } from "./answer.ts";
import type { AdvanceClockCommand } from "./command.ts";
import { edit } from "./journal.ts";
import type { State } from "./state.ts";
import { presentWorkspace } from "./workspace.ts";

export interface Swept {
  /** Entries and notices that this sweep wrote, and charges that it ended. */
  written: number;
}

/**
 * Ends the leases that ran out (as every command does) and expires what has ended in the holders that were loaded. It
 * never opens a cycle: an idle holder costs nothing.
 */
export function sweep(state: State, now: number): Decided<Swept> {
  advance(state, [...state.holders.keys()], now, false);
  // A charge that took no credits (free, or of an allowance without limit) ends without an entry.
  const ended = state.runOut.filter((id) => state.charges.get(id)?.dirty).length;
  const written = state.entries.length + state.events.length + ended;
  const termsAdded = state.workspace.dirty;
  return written > 0 || termsAdded ? wrote({ written }) : refused({ written });
}

/** Moves a test clock forward, and does what a sweeper at every instant on the way would have done. */
export function advanceClock(state: State, command: AdvanceClockCommand, now: number): Decided<Workspace> {
  const { workspace } = state;
  if (workspace.testClock === null) {
    throw new DucatError(
      "not_a_test_clock",
      'This workspace lives in real time. A test clock is given at creation: { testClock: "2026-01-31T00:00:00Z" }.',
    );
  }
  if (command.now < workspace.testClock) {
    throw new DucatError(
      "clock_backwards",
      `The test clock stands at ${instant(workspace.testClock)} and only moves forward.`,
      { details: { testClock: instant(workspace.testClock) } },
    );
  }
  edit(state, workspace);
  workspace.testClock = command.now;
  advance(state, [...state.holders.keys()], now, false);
  return wrote(presentWorkspace(state, now));
}
