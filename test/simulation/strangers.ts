import type { Verb } from "./auditor/model.ts";
import type { ExampleCommand } from "./examples/steps.ts";
import { signed } from "./scene.ts";

const member = "anna";

/** A command of each kind, for workspaces that are not there, or not any more; each is valid by itself. */
const commands: readonly ExampleCommand[] = [
  { verb: "charge", id: "c", member, feature: "sketch" },
  { verb: "extend", id: "c", usage: { output: 1 } },
  { verb: "heartbeat", id: "c" },
  { verb: "cancel", id: "c" },
  { verb: "settle", id: "c" },
  { verb: "refund", id: "c", reason: "failed" },
  { verb: "supportRefund", id: "s", charge: "c", ...signed },
  { verb: "grant", id: "p", amount: 1, ...signed },
  { verb: "revokeGrant", id: "v", grant: "promo:p", ...signed },
  { verb: "topUp", id: "o", pack: "small", recipients: [member] },
  { verb: "topUpPaid", id: "o" },
  { verb: "topUpRefunded", id: "o", refunded: 1 },
  { verb: "topUpRequest", id: "r", member, pack: "small" },
  { verb: "approve", id: "r", buyer: member },
  { verb: "decline", id: "r", buyer: member },
  { verb: "withdraw", id: "r", member },
  { verb: "memberPut", member, role: "editor" },
  { verb: "memberRemove", member },
  { verb: "membersSync", members: [] },
  { verb: "subscription", plan: "pro" },
  { verb: "workspacePut", name: "another" },
  { verb: "advanceClock", now: "2040-01-01T00:00:00Z" },
];

/** What an archived workspace still takes: the end of what is open, a member who leaves, and its clock. */
const ends: readonly Verb[] = ["heartbeat", "cancel", "settle", "refund", "memberRemove", "advanceClock"];

/** Any command but the one that makes a workspace. */
export const toNobody = commands.filter(({ verb }) => verb !== "workspacePut");
/** What an archived workspace refuses. */
export const toArchived = commands.filter(({ verb }) => !ends.includes(verb));
