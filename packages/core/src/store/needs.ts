import type { Command } from "../engine/command.ts";
import { monthlyHolder, topUpGrantId } from "../engine/grants.ts";
import { atRest } from "../engine/journal.ts";
import { type ChargeRow, type OperationKind, POOL } from "../engine/state.ts";
import { requestOrderId } from "../engine/top-up.ts";
import { createRecent } from "./recent.ts";

/** What the commands of one workspace must find in memory. */
export interface Need {
  holders: Set<string>;
  /** Charges whose member's holder is needed too. */
  chargeHolders: string[];
  charges: string[];
  /** Charges that are remembered, if their version is still the same. */
  known: Map<string, ChargeRow> | null;
  grants: string[];
  /** Charges whose slices' grants are needed although they may be closed. */
  sliceCharges: string[];
  topUps: string[];
  topUpGrants: string[];
  requests: string[];
  operations: { kind: OperationKind; id: string }[];
  everyHolder: boolean;
}

export function noNeeds(): Need {
  return {
    holders: new Set([POOL]),
    chargeHolders: [],
    charges: [],
    known: null,
    grants: [],
    sliceCharges: [],
    topUps: [],
    topUpGrants: [],
    requests: [],
    operations: [],
    everyHolder: false,
  };
}

/**
 * The open charges that this process made last, as they were committed. A settle names only its charge: knowing it saves
 * the database all but a look at its version. What is remembered is used only under the workspace's lock, and only if the
 * version is still the same.
 */
export interface ChargeMemory {
  remember(workspace: string, row: ChargeRow): void;
  recall(workspace: string, charge: string): ChargeRow | undefined;
}

export function createChargeMemory(size = 20_000): ChargeMemory {
  const open = createRecent<ChargeRow>(size);
  const keyOf = (workspace: string, charge: string) => `${workspace} ${charge}`;
  return {
    remember(workspace, row) {
      const key = keyOf(workspace, row.id);
      if (row.state !== "open") {
        open.delete(key);
        return;
      }
      open.set(key, { ...row, ...atRest });
    },
    recall: (workspace, charge) => open.get(keyOf(workspace, charge)),
  };
}

function addCharge(need: Need, workspace: string, charge: string, memory: ChargeMemory): void {
  const known = memory.recall(workspace, charge);
  if (known === undefined) {
    need.charges.push(charge);
    need.chargeHolders.push(charge);
  } else {
    need.known ??= new Map();
    need.known.set(charge, known);
    need.holders.add(known.member);
  }
}

/** Adds what a command names. */
export function addNeeds(need: Need, command: Command, memory: ChargeMemory): void {
  switch (command.verb) {
    case "charge":
      need.holders.add(command.member);
      need.charges.push(command.id);
      return;
    case "settle":
    case "refund":
    case "heartbeat":
    case "cancel":
    case "extend":
      addCharge(need, command.workspace, command.id, memory);
      return;
    case "supportRefund":
      need.charges.push(command.charge);
      need.chargeHolders.push(command.charge);
      need.sliceCharges.push(command.charge);
      need.operations.push({ kind: "support-refund", id: command.id });
      return;
    case "grant":
      if (command.member !== null) need.holders.add(command.member);
      need.grants.push(`promo:${command.id}`);
      need.operations.push({ kind: "promo", id: command.id });
      return;
    case "revokeGrant": {
      need.grants.push(command.grant);
      const holder = monthlyHolder(command.grant);
      if (holder !== null) need.holders.add(holder);
      need.operations.push({ kind: "revoke", id: command.id });
      return;
    }
    case "memberPut":
    case "memberRemove":
      need.holders.add(command.member);
      return;
    case "membersSync":
      need.everyHolder = true;
      return;
    case "subscription":
      if (command.newPeriod !== null) need.operations.push({ kind: "period", id: command.newPeriod });
      return;
    case "topUp":
      if (command.buyer !== null) need.holders.add(command.buyer);
      for (const recipient of command.recipients) {
        need.holders.add(recipient);
        need.grants.push(topUpGrantId(command.id, recipient));
      }
      need.topUps.push(command.id);
      if (command.payment !== null) need.operations.push({ kind: "payment", id: command.payment });
      return;
    case "topUpPaid":
      need.topUps.push(command.id);
      need.topUpGrants.push(command.id);
      if (command.payment !== null) need.operations.push({ kind: "payment", id: command.payment });
      return;
    case "topUpRefunded":
      need.topUps.push(command.id);
      need.topUpGrants.push(command.id);
      return;
    case "topUpRequest":
      need.holders.add(command.member);
      need.requests.push(command.id);
      return;
    case "approve":
    case "decline":
    case "withdraw":
      need.holders.add(command.by);
      need.requests.push(command.id);
      need.topUps.push(requestOrderId(command.id));
      return;
    case "workspacePut":
    case "workspaceArchive":
    case "sweep":
    case "advanceClock":
      return;
    default:
      command satisfies never;
  }
}
