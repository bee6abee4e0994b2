import * as members from "../../inputs/members.ts";
import { memberKeyInput, membersInput, workspaceKeyInput, workspacesInput } from "../../inputs/queries.ts";
import * as inputs from "../../inputs/workspaces.ts";
import type { MemberOutcome, WorkspaceOutcome } from "../../verbs.ts";
import { object, wordOf } from "../answer-schema.ts";
import { member, page, syncedMembers, workspace } from "../answers.ts";
import { route } from "../route.ts";

const path = "/v1/workspaces/:workspace";
const workspaceTag = "Workspaces";
const memberTag = "Members";

const workspaceAnswer = object<WorkspaceOutcome>({
  outcome: wordOf({ created: true, updated: true }),
  workspace,
});
const memberAnswer = object<MemberOutcome>({
  outcome: wordOf({ added: true, changed: true, unchanged: true, removed: true }),
  member,
});

export const workspaceRoutes = [
  route<WorkspaceOutcome>(workspaceTag, `PUT ${path}`, {
    operationId: "putWorkspace",
    summary: "Creates a workspace or changes its name and metadata. A field left out is unchanged, null clears it.",
    input: inputs.workspaceInput,
    outcomes: { created: 201, updated: 200 },
    answer: workspaceAnswer,
    answers: { 201: "Created.", 200: "It was there; it is now as asked." },
    errors: ["unknown_plan", "use_subscription", "immutable", "archived"],
    run: (credits, input) => credits.workspaces.put(input),
    example: { name: "Acme" },
  }),
  route(workspaceTag, `GET ${path}`, {
    operationId: "getWorkspace",
    summary: "Plan, cycle and state of a workspace.",
    input: workspaceKeyInput,
    member: {},
    answer: workspace,
    answers: { 200: "The workspace." },
    errors: ["unknown_workspace"],
    run: (credits, input) => credits.workspaces.get(input),
  }),
  route(workspaceTag, "GET /v1/workspaces", {
    operationId: "listWorkspaces",
    summary: "All workspaces.",
    input: workspacesInput,
    answer: page(workspace),
    answers: { 200: "A page of workspaces." },
    run: (credits, input) => credits.workspaces.list(input),
  }),
  route<WorkspaceOutcome>(workspaceTag, `DELETE ${path}`, {
    operationId: "archiveWorkspace",
    summary: "Archives a workspace: its ledger stays and can be read; it takes no more charges. Nothing is deleted.",
    input: inputs.archiveInput,
    outcomes: { created: 200, updated: 200 },
    answer: workspaceAnswer,
    answers: { 200: "Archived." },
    errors: ["unknown_workspace"],
    run: (credits, input) => credits.workspaces.archive(input),
  }),
  route(workspaceTag, `PUT ${path}/subscription`, {
    operationId: "updateSubscription",
    summary: "Changes plan, status, billing anchor or paid period.",
    input: inputs.subscriptionInput,
    answer: workspace,
    answers: { 200: "The workspace, with a change that waits as `pending`." },
    errors: ["unknown_workspace", "unknown_plan", "archived"],
    run: (credits, input) => credits.subscriptions.update(input),
    example: { plan: "pro", anchor: "2026-01-15T09:00:00Z" },
  }),
  route(workspaceTag, `POST ${path}/clock`, {
    operationId: "advanceClock",
    summary: "Moves a test clock forward; everything that came due on the way happens, in order.",
    input: inputs.advanceClockInput,
    answer: workspace,
    answers: { 200: "The workspace at its new present." },
    errors: ["unknown_workspace", "clock_backwards", "not_a_test_clock"],
    run: (credits, input) => credits.clock.advance(input),
    example: { now: "2026-02-01T00:00:00Z" },
  }),
  route<MemberOutcome>(memberTag, `PUT ${path}/members/:member`, {
    operationId: "putMember",
    summary: "Adds a member, brings a removed one back, or changes role, name, e-mail or cap.",
    input: members.memberInput,
    outcomes: { added: 201, changed: 200, unchanged: 200, removed: 200 },
    answer: memberAnswer,
    answers: { 201: "Added.", 200: "The member was there and is now as asked." },
    errors: ["unknown_workspace", "archived"],
    run: (credits, input) => credits.members.put(input),
    example: { role: "editor", name: "Ada" },
  }),
  route<MemberOutcome>(memberTag, `DELETE ${path}/members/:member`, {
    operationId: "removeMember",
    summary: "Removes a member: their credits are frozen, their open charges may finish. `erase` blanks the person.",
    input: members.removeMemberInput,
    outcomes: { added: 200, changed: 200, unchanged: 200, removed: 200 },
    answer: memberAnswer,
    answers: { 200: "Removed." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.members.remove(input),
  }),
  route(memberTag, `GET ${path}/members/:member`, {
    operationId: "getMember",
    summary: "One member, also one who was removed.",
    input: memberKeyInput,
    member: { self: "member" },
    answer: member,
    answers: { 200: "The member." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.members.get(input),
  }),
  route(memberTag, `GET ${path}/members`, {
    operationId: "listMembers",
    summary: "The members of a workspace.",
    input: membersInput,
    answer: page(member),
    answers: { 200: "A page of members." },
    errors: ["unknown_workspace"],
    run: (credits, input) => credits.members.list(input),
  }),
  route(memberTag, `PUT ${path}/members`, {
    operationId: "syncMembers",
    summary:
      "The whole list, declaratively: who is not on it is removed. Up to 50,000 members, in a body of at most 16 MiB.",
    input: members.syncMembersInput,
    maxBodyBytes: 16 * 1_048_576,
    answer: syncedMembers,
    answers: { 200: "What was added, changed and removed." },
    errors: ["unknown_workspace", "archived"],
    run: (credits, input) => credits.members.sync(input),
    example: {
      members: [
        { id: "ada", role: "owner" },
        { id: "bob", role: "editor" },
      ],
    },
  }),
];
