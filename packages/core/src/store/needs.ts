import type { Command } from "../engine/command.ts";
import { monthlyHolder, topUpGrantId } from "../engine/grants.ts";
import { type OperationKind, POOL } from "../engine/state.ts";
import { requestOrderId } from "../engine/top-up.ts";

/** What the commands of one workspace must find in memory. */
export interface Need {
  holders: Set<string>;
  /** Charges whose member's holder is needed too. */
  chargeHolders: Set<string>;
  charges: Set<string>;
  grants: Set<string>;
  /** Charges whose slices' grants are needed although they may be closed. */
  sliceCharges: Set<string>;
  topUps: Set<string>;
  topUpGrants: Set<string>;
  requests: Set<string>;
  operations: { kind: OperationKind; id: string }[];
  everyHolder: boolean;
}

export function noNeeds(): Need {
  return {
    holders: new Set([POOL]),
    chargeHolders: new Set(),
    charges: new Set(),
    grants: new Set(),
    sliceCharges: new Set(),
    topUps: new Set(),
    topUpGrants: new Set(),
    requests: new Set(),
    operations: [],
    everyHolder: false,
  };
}

/**
 * Who made the last charges of this process. A settle names only its charge; knowing the member saves the database a
 * look-up for each. It is a hint: what is loaded for it is checked against the charge, and a wrong one costs a round trip.
 */
export interface MemberMemory {
  remember(workspace: string, charge: string, member: string): void;
  /** The member, if it is remembered. */
  recall(workspace: string, charge: string): string | undefined;
}

export function createMemberMemory(size = 20_000): MemberMemory {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return {
    remember(workspace, charge, member) {
      if (young.size >= size) {
        old = young;
        young = new Map();
      }
      young.set(`${workspace} ${charge}`, member);
    },
    recall(workspace, charge) {
      const key = `${workspace} ${charge}`;
      return young.get(key) ?? old.get(key);
    },
  };
}

function addMemberOf(need: Need, workspace: string, charge: string, members: MemberMemory): void {
  const member = members.recall(workspace, charge);
  if (member === undefined) need.chargeHolders.add(charge);
  else need.holders.add(member);
}

/** Adds what a command names. */
export function addNeeds(need: Need, command: Command, members: MemberMemory): void {
  switch (command.verb) {
    case "charge":
      need.holders.add(command.member);
      need.charges.add(command.id);
      members.remember(command.workspace, command.id, command.member);
      return;
    case "settle":
    case "refund":
    case "heartbeat":
    case "cancel":
    case "extend":
      need.charges.add(command.id);
      addMemberOf(need, command.workspace, command.id, members);
      return;
    case "supportRefund":
      need.charges.add(command.charge);
      need.chargeHolders.add(command.charge);
      need.sliceCharges.add(command.charge);
      need.operations.push({ kind: "support-refund", id: command.id });
      return;
    case "grant":
      if (command.member !== null) need.holders.add(command.member);
      need.grants.add(`promo:${command.id}`);
      need.operations.push({ kind: "promo", id: command.id });
      return;
    case "revokeGrant": {
      need.grants.add(command.grant);
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
        need.grants.add(topUpGrantId(command.id, recipient));
      }
      need.topUps.add(command.id);
      if (command.payment !== null) need.operations.push({ kind: "payment", id: command.payment });
      return;
    case "topUpPaid":
      need.topUps.add(command.id);
      need.topUpGrants.add(command.id);
      if (command.payment !== null) need.operations.push({ kind: "payment", id: command.payment });
      return;
    case "topUpRefunded":
      need.topUps.add(command.id);
      need.topUpGrants.add(command.id);
      return;
    case "topUpRequest":
      need.holders.add(command.member);
      need.requests.add(command.id);
      return;
    case "approve":
    case "decline":
    case "withdraw":
      need.holders.add(command.by);
      need.requests.add(command.id);
      need.topUps.add(requestOrderId(command.id));
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
