import { DucatError } from "@ducat/client";
import type { Decided } from "./answer.ts";
import { charge } from "./charge.ts";
import type { Command } from "./command.ts";
import { extend } from "./extend.ts";
import { attempt } from "./journal.ts";
import { putMember, removeMember, syncMembers } from "./members.ts";
import { grantPromo, revokeGrant } from "./promo.ts";
import { cancel, heartbeat, refund, settle } from "./settle.ts";
import type { State } from "./state.ts";
import { changeSubscription } from "./subscription.ts";
import { supportRefund } from "./support-refund.ts";
import { advanceClock, sweep } from "./sweep.ts";
import { decideRequest, orderTopUp, requestTopUp, topUpPaid, topUpRefunded } from "./top-up.ts";
import { archiveWorkspace, createWorkspace, updateWorkspace } from "./workspace.ts";

/**
 * Decides one command on the state of its workspace at an instant, and changes the state accordingly. A refused
 * command (`wrote: false`) and one that throws leave the state as it was.
 */
export function decide(state: State, command: Command, now: number): Decided<unknown> {
  return attempt(
    state,
    () => dispatch(state, command, now),
    (decided) => decided.wrote,
  );
}

/** What an archived workspace still takes: the end of what is open, and reading. */
const ENDS_ONLY = new Set<Command["verb"]>([
  "settle",
  "refund",
  "heartbeat",
  "cancel",
  "sweep",
  "advanceClock",
  "workspaceArchive",
  "memberRemove",
]);

function dispatch(state: State, command: Command, now: number): Decided<unknown> {
  if (state.workspace.archivedAt !== null && !ENDS_ONLY.has(command.verb)) {
    throw new DucatError("archived", `Workspace ${command.workspace} is archived; its ledger can only be read.`);
  }
  switch (command.verb) {
    case "charge":
      return charge(state, command, now);
    case "settle":
      return settle(state, command, now);
    case "refund":
      return refund(state, command, now);
    case "heartbeat":
      return heartbeat(state, command, now);
    case "cancel":
      return cancel(state, command, now);
    case "extend":
      return extend(state, command, now);
    case "supportRefund":
      return supportRefund(state, command, now);
    case "grant":
      return grantPromo(state, command, now);
    case "revokeGrant":
      return revokeGrant(state, command, now);
    case "workspacePut":
      return state.terms.length === 0 ? createWorkspace(state, command, now) : updateWorkspace(state, command, now);
    case "workspaceArchive":
      return archiveWorkspace(state, command, now);
    case "memberPut":
      return putMember(state, command, now);
    case "memberRemove":
      return removeMember(state, command, now);
    case "membersSync":
      return syncMembers(state, command, now);
    case "subscription":
      return changeSubscription(state, command, now);
    case "topUp":
      return orderTopUp(state, command, now);
    case "topUpPaid":
      return topUpPaid(state, command, now);
    case "topUpRefunded":
      return topUpRefunded(state, command, now);
    case "topUpRequest":
      return requestTopUp(state, command, now);
    case "approve":
    case "decline":
    case "withdraw":
      return decideRequest(state, command, now);
    case "sweep":
      return sweep(state, now);
    case "advanceClock":
      return advanceClock(state, command, now);
    default:
      return command satisfies never;
  }
}
