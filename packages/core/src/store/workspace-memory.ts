import type { Term, WorkspaceRow } from "../engine/state.ts";
import { createRecent } from "./recent.ts";

/** What seldom changes of a workspace, as it was committed. It is believed only if the row, locked, has the same revision. */
export interface KnownWorkspace {
  row: Readonly<WorkspaceRow>;
  terms: readonly Term[];
  /** Whether the pool was needed. */
  pool: boolean;
}

export interface WorkspaceMemory {
  recall(workspace: string): KnownWorkspace | undefined;
  remember(workspace: string, known: KnownWorkspace): void;
}

export function createWorkspaceMemory(size = 20_000): WorkspaceMemory {
  const known = createRecent<KnownWorkspace>(size);
  return { recall: known.get, remember: known.set };
}
