import type { Command } from "./engine/command.ts";
import { newAttempt } from "./ids.ts";
import { toCommand } from "./inputs/index.ts";
import type { CallOptions } from "./verbs.ts";

/** Takes a command to the ledger, and brings its answer back once it is committed or refused. */
export type Submit = <Answer>(command: Command, call?: CallOptions) => Promise<Answer>;

/** The verbs that change something: each is one command, wherever it is submitted. */
export function writingVerbs(submit: Submit) {
  return {
    charge: async (input: unknown, call?: CallOptions) => await submit(toCommand.charge(input, newAttempt), call),
    extend: async (input: unknown, call?: CallOptions) => await submit(toCommand.extend(input), call),
    heartbeat: async (input: unknown, call?: CallOptions) => await submit(toCommand.heartbeat(input), call),
    cancel: async (input: unknown, call?: CallOptions) => await submit(toCommand.cancel(input), call),
    settle: async (input: unknown, call?: CallOptions) => await submit(toCommand.settle(input, newAttempt), call),
    refund: async (input: unknown, call?: CallOptions) => await submit(toCommand.refund(input, newAttempt), call),
    supportRefund: async (input: unknown, call?: CallOptions) => await submit(toCommand.supportRefund(input), call),
    grant: async (input: unknown, call?: CallOptions) => await submit(toCommand.grant(input), call),
    revokeGrant: async (input: unknown, call?: CallOptions) => await submit(toCommand.revokeGrant(input), call),
    topUps: {
      create: async (input: unknown, call?: CallOptions) => await submit(toCommand.topUp(input), call),
      paid: async (input: unknown, call?: CallOptions) => await submit(toCommand.topUpPaid(input), call),
      refunded: async (input: unknown, call?: CallOptions) => await submit(toCommand.topUpRefunded(input), call),
    },
    topUpRequests: {
      create: async (input: unknown, call?: CallOptions) => await submit(toCommand.topUpRequest(input), call),
      approve: async (input: unknown, call?: CallOptions) => await submit(toCommand.approve(input), call),
      decline: async (input: unknown, call?: CallOptions) => await submit(toCommand.decline(input), call),
      withdraw: async (input: unknown, call?: CallOptions) => await submit(toCommand.withdraw(input), call),
    },
    workspaces: {
      put: async (input: unknown, call?: CallOptions) => await submit(toCommand.workspacePut(input), call),
      archive: async (input: unknown, call?: CallOptions) => await submit(toCommand.workspaceArchive(input), call),
    },
    members: {
      put: async (input: unknown, call?: CallOptions) => await submit(toCommand.memberPut(input), call),
      remove: async (input: unknown, call?: CallOptions) => await submit(toCommand.memberRemove(input), call),
      sync: async (input: unknown, call?: CallOptions) => await submit(toCommand.membersSync(input), call),
    },
    subscriptions: {
      update: async (input: unknown, call?: CallOptions) => await submit(toCommand.subscription(input), call),
    },
  };
}
