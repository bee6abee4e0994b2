import * as charges from "./charges.ts";
import * as grants from "./grants.ts";
import * as members from "./members.ts";
import * as queries from "./queries.ts";
import * as topUps from "./top-ups.ts";
import * as workspaces from "./workspaces.ts";

/** From the input of a verb to the command of the engine, by the verb's name there. */
export const toCommand = {
  charge: charges.toChargeCommand,
  extend: charges.toExtendCommand,
  heartbeat: charges.toHeartbeatCommand,
  cancel: charges.toCancelCommand,
  settle: charges.toSettleCommand,
  refund: charges.toRefundCommand,
  supportRefund: charges.toSupportRefundCommand,
  grant: grants.toGrantCommand,
  revokeGrant: grants.toRevokeGrantCommand,
  workspacePut: workspaces.toWorkspacePutCommand,
  workspaceArchive: workspaces.toWorkspaceArchiveCommand,
  subscription: workspaces.toSubscriptionCommand,
  advanceClock: workspaces.toAdvanceClockCommand,
  memberPut: members.toMemberPutCommand,
  memberRemove: members.toMemberRemoveCommand,
  membersSync: members.toMembersSyncCommand,
  topUp: topUps.toTopUpCommand,
  topUpPaid: topUps.toTopUpPaidCommand,
  topUpRefunded: topUps.toTopUpRefundedCommand,
  topUpRequest: topUps.toTopUpRequestCommand,
  approve: topUps.toApproveCommand,
  decline: topUps.toDeclineCommand,
  withdraw: topUps.toWithdrawCommand,
} as const;

/** From the input of a verb that only reads to the question that the store is asked. */
export const toQuestion = {
  quote: queries.toQuoteQuestion,
  balance: queries.toBalanceQuestion,
  entries: queries.toEntriesQuestion,
  charge: queries.toChargeKey,
  charges: queries.toChargesQuestion,
  usage: queries.toUsageQuestion,
  explainCharge: queries.toChargeKey,
  explainBalance: queries.toBalanceQuestion,
  topUp: queries.toTopUpKey,
  topUpRequests: queries.toTopUpRequestsQuestion,
  workspace: queries.toWorkspaceKey,
  workspaces: queries.toWorkspacesQuestion,
  member: queries.toMemberKey,
  members: queries.toMembersQuestion,
  verify: queries.toVerifyQuestion,
} as const;

export type Question<Name extends keyof typeof toQuestion> = ReturnType<(typeof toQuestion)[Name]>;
