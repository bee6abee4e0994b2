import type { Verb } from "./auditor/model.ts";
import { clocking, keeping, putting, removing, subscribing, sweeping, syncing } from "./recipes/changing.ts";
import { charging, extending } from "./recipes/charging.ts";
import { beating, cancelling, refunding, settling, supporting } from "./recipes/ending.ts";
import {
  approving,
  declining,
  granting,
  moneyBack,
  ordering,
  paying,
  requesting,
  revoking,
  withdrawing,
} from "./recipes/money.ts";
import type { Make } from "./scene.ts";

/** For each kind of command its share of a run, and the ways of making one up, by what they aim at. */
export const recipes: Record<Verb, { share: number; ways: Record<string, [weight: number, Make]> }> = {
  charge: { share: 260, ways: charging },
  extend: { share: 75, ways: extending },
  heartbeat: { share: 40, ways: beating },
  cancel: { share: 22, ways: cancelling },
  settle: { share: 110, ways: settling },
  refund: { share: 40, ways: refunding },
  supportRefund: { share: 45, ways: supporting },
  grant: { share: 40, ways: granting },
  revokeGrant: { share: 26, ways: revoking },
  topUp: { share: 60, ways: ordering },
  topUpPaid: { share: 32, ways: paying },
  topUpRefunded: { share: 40, ways: moneyBack },
  topUpRequest: { share: 40, ways: requesting },
  approve: { share: 36, ways: approving },
  decline: { share: 34, ways: declining },
  withdraw: { share: 36, ways: withdrawing },
  memberPut: { share: 50, ways: putting },
  memberRemove: { share: 24, ways: removing },
  membersSync: { share: 20, ways: syncing },
  subscription: { share: 80, ways: subscribing },
  workspacePut: { share: 20, ways: keeping },
  sweep: { share: 22, ways: sweeping },
  advanceClock: { share: 26, ways: clocking },
};
