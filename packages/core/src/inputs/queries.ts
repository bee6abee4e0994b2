import { choice } from "./choices.ts";
import { callback } from "./functions.ts";
import { instant } from "./instants.ts";
import { usage } from "./maps.ts";
import { pageLimit, quantity } from "./numbers.ts";
import { type Fields, list, readInput, type Shape, shape, type Values } from "./objects.ts";
import { about, optional } from "./rule.ts";
import { cursor, id, memberId, topUpId } from "./texts.ts";

/** What reads are asked: validated, every default filled in, instants in milliseconds, what was left out `null`. */

const page = {
  cursor: about("Where to go on: the nextCursor of the page before.", optional(cursor, null)),
  limit: optional(pageLimit, 50, 50),
};
const member = optional(memberId, null);
const period = {
  from: about("From this instant on.", optional(instant, null)),
  to: about("Up to but not including this instant.", optional(instant, null)),
};
const chargeState = choice("open", "settled", "refunded");

function reader<const F extends Fields>(shape: Shape<F>): (input: unknown) => Values<F> {
  return (input) => readInput(shape, input);
}

/** For lists that may be asked without any input. */
function optionalReader<const F extends Fields>(shape: Shape<F>): (input?: unknown) => Values<F> {
  return (input) => readInput(shape, input === undefined ? {} : input);
}

export const quoteInput = shape({
  workspace: id,
  member: memberId,
  items: list(
    shape({
      feature: id,
      mode: optional(id, "standard", "standard"),
      quantity: optional(quantity, 1, 1),
      usage: optional(usage, null),
    }),
    { minItems: 1, maxItems: 50 },
  ),
});
export const toQuoteQuestion = reader(quoteInput);

export const balanceInput = shape({
  workspace: id,
  member: about("Left out: the workspace's pool.", member),
});
export const toBalanceQuestion = reader(balanceInput);

export const entriesInput = shape({ workspace: id, member, charge: optional(id, null), ...period, ...page });
export const toEntriesQuestion = reader(entriesInput);

export const chargesInput = shape({
  workspace: about("Left out: across workspaces.", optional(id, null)),
  member,
  feature: optional(id, null),
  state: optional(chargeState, null),
  ...period,
  ...page,
});
export const toChargesQuestion = optionalReader(chargesInput);

export const usageInput = shape({
  workspace: id,
  by: choice("feature", "member", "day"),
  member,
  ...period,
});
export const toUsageQuestion = reader(usageInput);

export const chargeKeyInput = shape({ workspace: id, id });
export const toChargeKey = reader(chargeKeyInput);

export const topUpKeyInput = shape({ workspace: id, id: topUpId });
export const toTopUpKey = reader(topUpKeyInput);

export const topUpRequestsInput = shape({
  workspace: id,
  member,
  state: optional(choice("open", "approved", "declined", "withdrawn"), null),
  ...page,
});
export const toTopUpRequestsQuestion = reader(topUpRequestsInput);

export const workspaceKeyInput = shape({ workspace: id });
export const toWorkspaceKey = reader(workspaceKeyInput);

export const workspacesInput = shape(page);
export const toWorkspacesQuestion = optionalReader(workspacesInput);

export const memberKeyInput = shape({ workspace: id, member: memberId });
export const toMemberKey = reader(memberKeyInput);

export const membersInput = shape({ workspace: id, ...page });
export const toMembersQuestion = reader(membersInput);

const verifyInput = shape({
  workspaces: optional(list(id, { minItems: 1, maxItems: 10_000 }), null),
  onProgress: optional(callback, null),
});
export const toVerifyQuestion = optionalReader(verifyInput);
