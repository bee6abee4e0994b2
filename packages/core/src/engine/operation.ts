import { DucatError } from "@ducat/client";
import { insert } from "./journal.ts";
import { type OperationKind, type OperationRow, operationKey, type State } from "./state.ts";

/** The first use of an id, if it was used for the same; another use is the error `id_reused`. */
export function claimed(state: State, kind: OperationKind, id: string, fingerprint: string): OperationRow | null {
  const row = state.operations.get(operationKey(kind, id));
  if (row === undefined) return null;
  if (row.fingerprint !== fingerprint) {
    throw new DucatError("id_reused", `The id ${id} was used before for another ${kind}. Use a new id.`);
  }
  return row;
}

/** Claims an id in the same transaction as what is done under it. */
export function claim(
  state: State,
  kind: OperationKind,
  id: string,
  claim: Pick<OperationRow, "fingerprint" | "actor" | "note" | "result" | "at">,
): void {
  insert(state, state.operations, operationKey(kind, id), {
    kind,
    id,
    ...claim,
  });
}
