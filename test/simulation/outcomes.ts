import type { Answer, Command } from "./auditor/model.ts";
import { toArchived, toNobody } from "./strangers.ts";

/** One word for what a command came to: `charge:not_allowed:role`, `grant:granted:replayed`, `settle:error:unknown_charge`. */
export function wordOf({ verb }: Pick<Command, "verb">, answer: Answer): string {
  const { error, outcome, reason, replayed } = answer;
  if (error !== undefined) return `${verb}:error:${error as string}`;
  if (outcome === undefined) return `${verb}:ok`;
  if (outcome === "not_allowed") return `${verb}:${outcome}:${reason}`;
  return `${verb}:${outcome as string}${replayed === true ? ":replayed" : ""}`;
}

const of = (verb: string, words: string): string[] => words.split(" ").map((word) => `${verb}:${word}`);

/** Every outcome and every error that the contract and the HTTP conventions give a command. */
export const documented: readonly string[] = [
  ...of("charge", "charged charged:replayed already_settled already_refunded unknown_workspace unknown_member"),
  ...of("charge", "unknown_feature unknown_mode not_allowed:role not_allowed:removed not_allowed:plan price_changed"),
  ...of("charge", "cap_reached insufficient error:id_reused error:invalid_input"),
  ...of("extend", "charged charged:replayed already_settled already_refunded unknown_charge superseded not_metered"),
  ...of("extend", "cap_reached insufficient not_allowed:removed not_allowed:role error:invalid_input"),
  ...of("extend", "unknown_workspace"),
  ...of("heartbeat", "open not_open superseded error:unknown_charge error:invalid_input"),
  ...of("cancel", "open not_open error:unknown_charge"),
  ...of("settle", "settled refunded already_settled already_refunded superseded"),
  ...of("settle", "error:unknown_charge error:invalid_input"),
  ...of("refund", "refunded already_settled already_refunded superseded error:unknown_charge"),
  ...of("supportRefund", "refunded refunded:replayed error:unknown_charge error:not_settled error:exceeds_settled"),
  ...of("supportRefund", "error:id_reused error:invalid_input"),
  ...of("grant", "granted granted:replayed error:unknown_member error:id_reused error:invalid_input"),
  ...of("grant", "error:amount_too_large"),
  ...of("revokeGrant", "revoked revoked:replayed error:unknown_grant error:exceeds_available error:id_reused"),
  ...of("topUp", "ordered ordered:replayed paid paid:replayed not_allowed:role not_allowed:removed not_allowed:plan"),
  ...of("topUp", "not_allowed:past_due error:unknown_member error:unknown_pack error:id_reused error:invalid_input"),
  ...of("topUp", "error:payment_used"),
  ...of("topUpPaid", "paid paid:replayed error:payment_used error:unknown_top_up"),
  ...of("topUpRefunded", "paid paid:replayed error:not_paid error:unknown_top_up error:invalid_input"),
  ...of("topUpRequest", "requested requested:replayed not_allowed:role not_allowed:removed not_allowed:plan"),
  ...of("topUpRequest", "not_allowed:past_due error:unknown_member error:unknown_pack error:id_reused"),
  ...of("approve", "approved approved:replayed not_allowed:role not_allowed:removed not_allowed:plan"),
  ...of("approve", "not_allowed:past_due error:already_decided error:unknown_request error:unknown_member"),
  ...of("approve", "error:unknown_pack"),
  ...of("decline", "declined declined:replayed not_allowed:role not_allowed:removed error:already_decided"),
  ...of("decline", "error:unknown_request error:unknown_member"),
  ...of("withdraw", "withdrawn withdrawn:replayed not_allowed:removed error:forbidden error:already_decided"),
  ...of("withdraw", "error:unknown_request"),
  ...of("workspacePut", "created updated error:use_subscription error:immutable error:invalid_input"),
  ...of("memberPut", "added changed unchanged error:invalid_input"),
  ...of("memberRemove", "removed error:unknown_member"),
  ...of("membersSync", "ok error:invalid_input"),
  ...of("subscription", "ok error:unknown_plan error:invalid_input"),
  ...of("advanceClock", "ok error:clock_backwards"),
  ...of("sweep", "ok"),
  ...of("publish", "ok error:catalog_in_use"),
  ...toNobody
    .filter(({ verb }) => verb !== "charge" && verb !== "extend")
    .map(({ verb }) => `${verb}:error:unknown_workspace`),
  ...toArchived.map(({ verb }) => `${verb}:error:archived`),
];
