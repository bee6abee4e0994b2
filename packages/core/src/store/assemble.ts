import type { Catalog } from "@ducat/client";
import { operationKey, POOL, type State, type WorkspaceRow } from "../engine/state.ts";
import { presentOf } from "../engine/workspace.ts";
import type { Answered } from "./load.ts";
import { type Need, noNeeds } from "./needs.ts";
import { needsPool } from "./needs-pool.ts";
import { toCharge, toGrant, toHolder, toMember, toOperation, toRequest, toTerm, toTopUp } from "./rows.ts";

export function emptyState(
  workspace: WorkspaceRow,
  catalogVersion: string,
  catalogs: ReadonlyMap<string, Catalog>,
): State {
  return {
    workspace,
    terms: [],
    members: new Map(),
    holders: new Map(),
    grants: new Map(),
    grantsByHolder: new Map(),
    charges: new Map(),
    runOut: [],
    changed: [],
    topUps: new Map(),
    requests: new Map(),
    operations: new Map(),
    catalog: catalogs.get(catalogVersion) as Catalog,
    catalogVersion,
    catalogs,
    entries: [],
    events: [],
    erasures: [],
    serial: 0,
    undo: [],
    saved: [],
    copies: [],
    burnOrders: new Map(),
    presentCycle: null,
  };
}

/** Puts the rows that came back into the states of their workspaces. What is there already stays as it is. */
export function fill(
  states: ReadonlyMap<string, State>,
  answers: readonly Answered[],
  clock: number,
  needs?: ReadonlyMap<string, Need>,
): void {
  for (const { kind, result } of answers) {
    let id = "";
    let state: State | undefined;
    for (const row of result.rows) {
      if (row[0] !== id) {
        id = row[0];
        state = states.get(id);
      }
      // Rows of a workspace that could not be locked are of no use.
      if (state === undefined) continue;
      switch (kind) {
        case "terms":
          state.terms.push(toTerm(row));
          break;
        case "leases":
          fillLease(state, row, clock);
          break;
        case "runOut":
          state.runOut.push(row[1]);
          break;
        case "holders":
          if (!state.holders.has(row[1])) {
            state.holders.set(row[1], toHolder(row));
            const member = toMember(row);
            if (member !== null) state.members.set(member.id, member);
          }
          break;
        case "grants":
          fillGrant(state, row);
          break;
        case "charges":
          if (!state.charges.has(row[1])) state.charges.set(row[1], toCharge(row));
          break;
        case "chargeVersions":
          useKnown(state, row, needs?.get(id));
          break;
        case "topUps":
          if (!state.topUps.has(row[1])) state.topUps.set(row[1], toTopUp(row));
          break;
        case "requests":
          if (!state.requests.has(row[1])) state.requests.set(row[1], toRequest(row));
          break;
        case "operations":
          state.operations.set(operationKey(row[1], row[2]), toOperation(row));
          break;
        default:
          kind satisfies never;
      }
    }
  }
}

/** A remembered charge is as good as a loaded one while its version is the same; otherwise it is loaded after all. */
function useKnown(state: State, row: Answered["result"]["rows"][number], need: Need | undefined): void {
  if (state.charges.has(row[1])) return;
  const known = need?.known?.get(row[1]);
  if (known !== undefined && known.version === row[2]) {
    state.charges.set(known.id, { ...known, place: row[3] });
  } else state.changed.push(row[1]);
}

/** A lease that has run out is ended; one that has not tells when to look again. */
function fillLease(state: State, row: Answered["result"]["rows"][number], clock: number): void {
  const { workspace } = state;
  const [, charge, endsAt] = row as [string, string, number];
  if (endsAt <= presentOf(workspace, clock)) state.runOut.push(charge);
  else if (workspace.leaseDue === null || endsAt < workspace.leaseDue) workspace.leaseDue = endsAt;
}

function fillGrant(state: State, row: Answered["result"]["rows"][number]): void {
  if (state.grants.has(row[1])) return;
  const grant = toGrant(row);
  state.grants.set(grant.id, grant);
  const list = state.grantsByHolder.get(grant.holder);
  if (list === undefined) state.grantsByHolder.set(grant.holder, [grant]);
  else list.push(grant);
}

/** What the loaded rows refer to and what is not loaded yet; empty when everything is there. */
export function stillMissing(states: ReadonlyMap<string, State>): Map<string, Need> {
  const missing = new Map<string, Need>();
  for (const [workspace, state] of states) {
    let found: Need | undefined;
    const need = () => {
      if (found === undefined) {
        found = noNeeds();
        found.holders.clear();
        missing.set(workspace, found);
      }
      return found;
    };
    const holder = (id: string) => {
      if (!state.holders.has(id)) need().holders.add(id);
    };
    if (!state.holders.has(POOL) && needsPool(state)) need().holders.add(POOL);
    for (const id of state.runOut) if (!state.charges.has(id)) need().charges.push(id);
    for (const id of state.changed) if (!state.charges.has(id)) need().charges.push(id);
    for (const charge of state.charges.values()) holder(charge.member);
    if (state.runOut.length > 0) {
      for (const charge of state.charges.values()) for (const slice of charge.slices) holder(slice.holder);
    }
    for (const grant of state.grants.values()) holder(grant.holder);
    for (const topUp of state.topUps.values()) topUp.recipients.forEach(holder);
    for (const request of state.requests.values()) holder(request.member);
  }
  return missing;
}
