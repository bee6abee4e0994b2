import type {
  DecideRequestCommand,
  TopUpCommand,
  TopUpPaidCommand,
  TopUpRefundedCommand,
  TopUpRequestCommand,
} from "../engine/command.ts";
import { flag } from "./choices.ts";
import { amount } from "./numbers.ts";
import { list, readInput, shape } from "./objects.ts";
import { about, optional } from "./rule.ts";
import { id, memberId, newTopUpId, paymentId, text, topUpId } from "./texts.ts";

const payment = about("The provider's payment id; one payment pays one order.", optional(paymentId, null));

export const topUpInput = shape({
  workspace: id,
  id: about("Made by you: one order has one id.", newTopUpId),
  buyer: about("The member who buys; left out: the operator.", optional(memberId, null)),
  pack: id,
  recipients: about(
    'Who gets the pack, each of them one: members with a seat, or "workspace" for the pool.',
    list(id, { minItems: 1, maxItems: 100 }),
  ),
  paid: about("The operator's word that it is paid.", optional(flag, false, false)),
  payment,
});

export function toTopUpCommand(input: unknown): TopUpCommand {
  return { verb: "topUp", ...readInput(topUpInput, input) };
}

export const topUpPaidInput = shape({ workspace: id, id: topUpId, payment });

export function toTopUpPaidCommand(input: unknown): TopUpPaidCommand {
  return { verb: "topUpPaid", ...readInput(topUpPaidInput, input) };
}

export const topUpRefundedInput = shape({
  workspace: id,
  id: topUpId,
  refunded: about(
    "Money given back or charged back in total so far, in the price's smallest unit; may fall again.",
    amount,
  ),
});

export function toTopUpRefundedCommand(input: unknown): TopUpRefundedCommand {
  return { verb: "topUpRefunded", ...readInput(topUpRefundedInput, input) };
}

export const topUpRequestInput = shape({
  workspace: id,
  id: about("Made by you: one request has one id.", id),
  member: about("Who asks.", memberId),
  pack: id,
  note: optional(text({ maxLength: 2000, blank: true }), null),
});

export function toTopUpRequestCommand(input: unknown): TopUpRequestCommand {
  return { verb: "topUpRequest", ...readInput(topUpRequestInput, input) };
}

export const decideRequestInput = shape({ workspace: id, id, buyer: about("The member who decides.", memberId) });

function toDecideRequestCommand(verb: "approve" | "decline", input: unknown): DecideRequestCommand {
  const { buyer, ...read } = readInput(decideRequestInput, input);
  return { verb, ...read, by: buyer };
}

export function toApproveCommand(input: unknown): DecideRequestCommand {
  return toDecideRequestCommand("approve", input);
}

export function toDeclineCommand(input: unknown): DecideRequestCommand {
  return toDecideRequestCommand("decline", input);
}

export const withdrawRequestInput = shape({ workspace: id, id, member: about("The member who asked.", memberId) });

export function toWithdrawCommand(input: unknown): DecideRequestCommand {
  const { member, ...read } = readInput(withdrawRequestInput, input);
  return { verb: "withdraw", ...read, by: member };
}
