import type { Catalog } from "@ducat/client";
import type { Command } from "./engine/command.ts";
import { newAttempt } from "./ids.ts";
import { toCommand } from "./inputs/index.ts";
import type { CreditsWithin } from "./verbs.ts";

/** The writing verbs, each as one command in the caller's transaction. */
export function verbsWithin<C extends Catalog>(submit: (command: Command) => Promise<unknown>): CreditsWithin<C> {
  const verbs = {
    charge: async (input: unknown) => await submit(toCommand.charge(input, newAttempt)),
    extend: async (input: unknown) => await submit(toCommand.extend(input)),
    heartbeat: async (input: unknown) => await submit(toCommand.heartbeat(input)),
    cancel: async (input: unknown) => await submit(toCommand.cancel(input)),
    settle: async (input: unknown) => await submit(toCommand.settle(input, newAttempt)),
    refund: async (input: unknown) => await submit(toCommand.refund(input, newAttempt)),
    supportRefund: async (input: unknown) => await submit(toCommand.supportRefund(input)),
    grant: async (input: unknown) => await submit(toCommand.grant(input)),
    revokeGrant: async (input: unknown) => await submit(toCommand.revokeGrant(input)),
    topUps: {
      create: async (input: unknown) => await submit(toCommand.topUp(input)),
      paid: async (input: unknown) => await submit(toCommand.topUpPaid(input)),
      refunded: async (input: unknown) => await submit(toCommand.topUpRefunded(input)),
    },
    topUpRequests: {
      create: async (input: unknown) => await submit(toCommand.topUpRequest(input)),
      approve: async (input: unknown) => await submit(toCommand.approve(input)),
      decline: async (input: unknown) => await submit(toCommand.decline(input)),
      withdraw: async (input: unknown) => await submit(toCommand.withdraw(input)),
    },
    workspaces: {
      put: async (input: unknown) => await submit(toCommand.workspacePut(input)),
      archive: async (input: unknown) => await submit(toCommand.workspaceArchive(input)),
    },
    members: {
      put: async (input: unknown) => await submit(toCommand.memberPut(input)),
      remove: async (input: unknown) => await submit(toCommand.memberRemove(input)),
      sync: async (input: unknown) => await submit(toCommand.membersSync(input)),
    },
    subscriptions: { update: async (input: unknown) => await submit(toCommand.subscription(input)) },
  };
  // The engine answers each command with the outcome that the verb's type names.
  return verbs as unknown as CreditsWithin<C>;
}
