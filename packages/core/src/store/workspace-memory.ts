import type { Term } from "../engine/state.ts";

/** What commands that only charge, settle or refund need not ask the database for again. */
export interface KnownWorkspace {
  /** The dated list of terms, as it was committed. Lines are only ever added, so it is right if it is as long as it should be. */
  terms: readonly Term[];
  /** Whether the pool was needed. The workspace's row, read under its lock, says whether it still is not. */
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
