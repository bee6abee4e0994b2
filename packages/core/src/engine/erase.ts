import { edit } from "./journal.ts";
import type { MemberRow, OperationRow, State } from "./state.ts";

/** A person whose words are to be blanked in the rows that are stored. */
export interface Erasure {
  member: string;
  /** What the person was called, by name and e-mail: an actor of that name is the person. */
  names: string[];
}

/**
 * Blanks a person: name and e-mail, the metadata of their charges, the notes of their requests and of what operators did
 * to their grants and charges. Ids, numbers and instants stay, and with them every balance and every story. The store
 * blanks what is stored, of all rows; here it is done to those in memory, so that rows of the same batch are stored blank.
 */
export function erase(state: State, person: MemberRow): void {
  const names = [person.name, person.email].filter((name) => name !== null);
  state.erasures.push({ member: person.id, names });
  state.undo.push(() => state.erasures.pop());
  Object.assign(edit(state, person), { name: null, email: null });
  for (const charge of state.charges.values()) {
    if (charge.member === person.id) blank(state, charge, "metadata", {});
  }
  for (const request of state.requests.values()) {
    if (request.member === person.id) blank(state, request, "note", null);
  }
  for (const operation of state.operations.values()) {
    if (isAbout(state, operation, person.id)) blank(state, operation, "note", null);
    if (operation.actor !== null && names.includes(operation.actor)) blank(state, operation, "actor", null);
  }
}

/** Does not mark the row as changed: these columns are written once, with the row, and the store blanks them itself. */
function blank<Row, Field extends keyof Row>(state: State, row: Row, field: Field, empty: Row[Field]): void {
  const before = row[field];
  row[field] = empty;
  state.undo.push(() => {
    row[field] = before;
  });
}

/** Whose grant or charge it was that an operator did something to. */
function isAbout(state: State, { kind, result }: OperationRow, member: string): boolean {
  if (kind === "support-refund") return state.charges.get(String(result.charge))?.member === member;
  // A period and a payment are nobody's, and name no grant.
  return state.grants.get(String(result.grant))?.holder === member;
}
