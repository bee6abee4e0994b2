import type { Session } from "../database/port.ts";
import type { Swept } from "../engine/sweep.ts";
import { type BatchParts, type BatchResult, type Pending, runBatch } from "./batch.ts";

/** Ends what time has left in a workspace, as much of it as one transaction should; throws when it cannot. */
export async function sweepOverdue(
  parts: BatchParts,
  session: Session,
  workspace: string,
): Promise<{ written: number; result: BatchResult }> {
  let written = 0;
  let failure: { error: unknown } | undefined;
  const pending: Pending = {
    command: { verb: "sweep", workspace },
    resolve: (answer) => {
      written = (answer as Swept).written;
    },
    reject: (error) => {
      failure = { error };
    },
    signal: undefined,
  };
  const result = await runBatch(parts, session, new Map([[workspace, [pending]]]), { skipLocked: false });
  result.tell();
  if (failure !== undefined) throw failure.error;
  return { written, result };
}
