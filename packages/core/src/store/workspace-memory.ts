import type { Term, WorkspaceRow } from "../engine/state.ts";

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

/** Remembers at least the last `size` workspaces, and at most twice as many. */
export function createWorkspaceMemory(size = 20_000): WorkspaceMemory {
  let young = new Map<string, KnownWorkspace>();
  let old = new Map<string, KnownWorkspace>();
  return {
    recall: (workspace) => young.get(workspace) ?? old.get(workspace),
    remember(workspace, known) {
      if (young.size >= size) {
        old = young;
        young = new Map();
      }
      young.set(workspace, known);
    },
  };
}
