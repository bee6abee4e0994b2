import type { MemberPutCommand, MemberRemoveCommand, MembersSyncCommand } from "../engine/command.ts";
import { flag } from "./choices.ts";
import { amount } from "./numbers.ts";
import { list, readInput, shape } from "./objects.ts";
import { about, optional } from "./rule.ts";
import { id, memberId, text } from "./texts.ts";
import { clearable, name, withoutAbsent } from "./workspaces.ts";

const person = {
  role: about("A role of the catalog.", id),
  name: clearable(name),
  email: clearable(text({ maxLength: 320, blank: true })),
  cap: about("At most this many credits a cycle, from any source; `null`: no cap.", clearable(amount)),
};

export const memberInput = shape({ workspace: id, member: memberId, ...person });

export function toMemberPutCommand(input: unknown): MemberPutCommand {
  const { workspace, member, role, ...rest } = readInput(memberInput, input);
  return { verb: "memberPut", workspace, member, role, ...withoutAbsent(rest) };
}

export const removeMemberInput = shape({
  workspace: id,
  member: memberId,
  erase: about("Blank the person too: name, e-mail, metadata of charges, notes.", optional(flag, false, false)),
});

export function toMemberRemoveCommand(input: unknown): MemberRemoveCommand {
  return { verb: "memberRemove", ...readInput(removeMemberInput, input) };
}

export const syncMembersInput = shape({
  workspace: id,
  members: about(
    "Everybody: who is not on the list is removed.",
    list(shape({ id: memberId, ...person }), { minItems: 0, maxItems: 50_000 }),
  ),
});

export function toMembersSyncCommand(input: unknown): MembersSyncCommand {
  const { workspace, members } = readInput(syncMembersInput, input);
  return {
    verb: "membersSync",
    workspace,
    members: members.map(({ id, role, ...rest }) => ({ id, role, ...withoutAbsent(rest) })),
  };
}
