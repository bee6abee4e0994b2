import type {
  CancelCommand,
  ChargeCommand,
  ExtendCommand,
  HeartbeatCommand,
  RefundCommand,
  SettleCommand,
  SupportRefundCommand,
} from "../engine/command.ts";
import { choice, flag } from "./choices.ts";
import { metadata, usage } from "./maps.ts";
import { amount, delivered, leaseSeconds, quantity } from "./numbers.ts";
import { readInput, shape } from "./objects.ts";
import { about, optional } from "./rule.ts";
import { id, memberId, text } from "./texts.ts";

export const defaultLeaseSeconds = 600;

const attempt = about(
  "The token of this try: a lost answer repeated with the same attempt gets the first answer.",
  optional(id, null),
);
/** Who does it, as people call them: a person, a job. */
export const actor = about("Who does this, for the record.", text({ maxLength: 200, blank: false }));
export const note = about("Why, for the record.", text({ maxLength: 2000, blank: false }));

export const chargeInput = shape({
  workspace: id,
  id: about("Made by you, unique per workspace for ever: it makes a repeat harmless.", id),
  member: memberId,
  feature: id,
  mode: optional(id, "standard", "standard"),
  quantity: about("Units; 1 for a metered feature.", optional(quantity, 1, 1)),
  usage: about("Metered features: the estimated usage to charge for.", optional(usage, null)),
  maxAmount: about("Refuses with `price_changed` if the price is higher.", optional(amount, null)),
  leaseSeconds: about(
    "How long the charge may stay open without a heartbeat.",
    optional(leaseSeconds, defaultLeaseSeconds, defaultLeaseSeconds),
  ),
  metadata: optional(metadata, null),
  attempt,
  resume: about("Adopt an open charge of the same id and input under this attempt.", optional(flag, false, false)),
});

/** `newId` names the attempt of a caller that did not name it. */
export function toChargeCommand(input: unknown, newId: () => string): ChargeCommand {
  const read = readInput(chargeInput, input);
  return {
    verb: "charge",
    workspace: read.workspace,
    id: read.id,
    member: read.member,
    feature: read.feature,
    mode: read.mode,
    quantity: read.quantity,
    usage: read.usage,
    maxAmount: read.maxAmount,
    leaseMs: read.leaseSeconds * 1000,
    metadata: read.metadata ?? {},
    attempt: read.attempt ?? newId(),
    resume: read.resume,
  };
}

export const extendInput = shape({
  workspace: id,
  id,
  usage: about("The new total usage, not the difference.", usage),
  attempt,
});

export function toExtendCommand(input: unknown): ExtendCommand {
  return { verb: "extend", ...readInput(extendInput, input) };
}

export const heartbeatInput = shape({
  workspace: id,
  id,
  delivered: about("Units handed over so far; never falls.", optional(delivered, null)),
  leaseSeconds: about("Default: as before.", optional(leaseSeconds, null)),
  attempt,
});

export function toHeartbeatCommand(input: unknown): HeartbeatCommand {
  const { leaseSeconds, ...read } = readInput(heartbeatInput, input);
  return { verb: "heartbeat", ...read, leaseMs: leaseSeconds === null ? null : leaseSeconds * 1000 };
}

export const cancelInput = shape({ workspace: id, id });

/** `by`: the member who asks, when it is not the operator. It never comes from the input. */
export function toCancelCommand(input: unknown, by: string | null = null): CancelCommand {
  return { verb: "cancel", ...readInput(cancelInput, input), by };
}

export const settleInput = shape({
  workspace: id,
  id,
  delivered: about("Units delivered; default all of them.", optional(delivered, null)),
  usage: about("Metered features: the real usage.", optional(usage, null)),
  estimated: about("Metered features: `usage` is your own count.", optional(flag, false, false)),
  reason: about("Why less than everything was delivered.", optional(choice("cancelled", "failed"), null)),
  attempt,
});

export function toSettleCommand(input: unknown, newId: () => string): SettleCommand {
  const read = readInput(settleInput, input);
  return {
    verb: "settle",
    workspace: read.workspace,
    id: read.id,
    delivered: read.delivered,
    usage: read.usage,
    estimated: read.estimated,
    reason: read.reason,
    attempt: read.attempt ?? newId(),
  };
}

export const refundInput = shape({
  workspace: id,
  id,
  reason: choice("cancelled", "failed"),
  attempt,
});

export function toRefundCommand(input: unknown, newId: () => string): RefundCommand {
  const read = readInput(refundInput, input);
  return {
    verb: "refund",
    workspace: read.workspace,
    id: read.id,
    reason: read.reason,
    attempt: read.attempt ?? newId(),
  };
}

export const supportRefundInput = shape({
  workspace: id,
  charge: id,
  id: about("Made by you: one support refund has one id.", id),
  actor,
  note,
  quantity: about("Units to give back; default all that is left.", optional(quantity, null)),
  reissue: about(
    "Give what has expired meanwhile as a promo to the end of the current cycle.",
    optional(flag, true, true),
  ),
});

export function toSupportRefundCommand(input: unknown): SupportRefundCommand {
  return { verb: "supportRefund", ...readInput(supportRefundInput, input) };
}
