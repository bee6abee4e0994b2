import type { GrantCommand, RevokeGrantCommand } from "../engine/command.ts";
import { actor, note } from "./charges.ts";
import { instant } from "./instants.ts";
import { positiveAmount } from "./numbers.ts";
import { readInput, shape } from "./objects.ts";
import { about, optional, orNull } from "./rule.ts";
import { grantId, id, memberId } from "./texts.ts";

export const grantInput = shape({
  workspace: id,
  id: about("Made by you: one grant has one id.", id),
  member: about("Who gets them; left out: the workspace's pool.", optional(memberId, null)),
  amount: about("Credits.", positiveAmount),
  expiresAt: about("Left out or `null`: they never expire.", optional(orNull(instant), null)),
  actor,
  note,
});

export function toGrantCommand(input: unknown): GrantCommand {
  return { verb: "grant", ...readInput(grantInput, input) };
}

export const revokeGrantInput = shape({
  workspace: id,
  grant: grantId,
  id: about("Made by you: one revocation has one id.", id),
  amount: about("At most the grant's available credits; default all of them.", optional(positiveAmount, null)),
  actor,
  note,
});

export function toRevokeGrantCommand(input: unknown): RevokeGrantCommand {
  return { verb: "revokeGrant", ...readInput(revokeGrantInput, input) };
}
