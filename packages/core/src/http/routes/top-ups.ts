import type { DecideRequestOutcome, TopUp, TopUpOutcome, TopUpRequest, TopUpRequestOutcome } from "@ducat/client";
import { topUpKeyInput, topUpRequestsInput } from "../../inputs/queries.ts";
import * as inputs from "../../inputs/top-ups.ts";
import { boolean, object, wordOf } from "../answer-schema.ts";
import { page, topUp, topUpRequest } from "../answers.ts";
import { createdOnce, freshness, route } from "../route.ts";

const workspace = "/v1/workspaces/:workspace";
const tag = "Top-ups";

const topUpAnswer = object<{ outcome: "ordered" | "paid"; replayed: boolean; topUp: TopUp }>({
  outcome: wordOf({ ordered: true, paid: true }),
  replayed: boolean,
  topUp,
});
const requestAnswer = object<{ outcome: "requested"; replayed: boolean; request: TopUpRequest }>({
  outcome: wordOf({ requested: true }),
  replayed: boolean,
  request: topUpRequest,
});
interface Decision {
  outcome: "approved" | "declined" | "withdrawn";
  replayed: boolean;
  request: TopUpRequest;
  topUp?: TopUp;
}
const decision = object<Decision>(
  {
    outcome: wordOf({ approved: true, declined: true, withdrawn: true }),
    replayed: boolean,
    request: topUpRequest,
    topUp,
  },
  "topUp",
);
const decisionOutcomes = { approved: 200, declined: 200, withdrawn: 200, not_allowed: 403 } as const;
const decisionErrors = [
  "unknown_workspace",
  "unknown_request",
  "unknown_member",
  "already_decided",
  "archived",
] as const;

export const topUpRoutes = [
  route<TopUpOutcome>(tag, `POST ${workspace}/top-ups`, {
    operationId: "createTopUp",
    summary: "Orders a pack for each recipient. Only money grants: nothing is granted until it is paid.",
    input: inputs.topUpInput,
    member: { self: "buyer", operatorOnly: ["paid", "payment"] },
    outcomes: { ordered: freshness, paid: freshness, not_allowed: 403 },
    answer: topUpAnswer,
    answers: createdOnce,
    errors: [
      "unknown_workspace",
      "unknown_member",
      "unknown_pack",
      "id_reused",
      "payment_used",
      "amount_too_large",
      "archived",
    ],
    run: (credits, input) => credits.topUps.create(input),
    example: { id: "t1", pack: "small", recipients: ["ada"] },
  }),
  route(tag, `GET ${workspace}/top-ups/:id`, {
    operationId: "getTopUp",
    summary: "One order.",
    input: topUpKeyInput,
    answer: topUp,
    answers: { 200: "The order." },
    errors: ["unknown_workspace", "unknown_top_up"],
    run: (credits, input) => credits.topUps.get(input),
  }),
  route<TopUpOutcome>(tag, `POST ${workspace}/top-ups/:id/paid`, {
    operationId: "topUpPaid",
    summary: "The operator's word that an order is paid: it is granted, once.",
    input: inputs.topUpPaidInput,
    outcomes: { ordered: 200, paid: 200, not_allowed: 403 },
    answer: topUpAnswer,
    errors: ["unknown_workspace", "unknown_top_up", "payment_used", "amount_too_large", "archived"],
    run: (credits, input) => credits.topUps.paid(input),
    example: { payment: "pay_123" },
  }),
  route<TopUpOutcome>(tag, `POST ${workspace}/top-ups/:id/refunded`, {
    operationId: "topUpRefunded",
    summary: "Money of an order went back, in total so far: each recipient's grant gives up its share.",
    input: inputs.topUpRefundedInput,
    outcomes: { ordered: 200, paid: 200, not_allowed: 403 },
    answer: topUpAnswer,
    errors: ["unknown_workspace", "unknown_top_up", "not_paid", "archived"],
    run: (credits, input) => credits.topUps.refunded(input),
    example: { refunded: 500 },
  }),
  route<TopUpRequestOutcome>(tag, `POST ${workspace}/top-up-requests`, {
    operationId: "createTopUpRequest",
    summary: "A member who may not buy asks for a pack.",
    input: inputs.topUpRequestInput,
    member: { self: "member" },
    outcomes: { requested: freshness, not_allowed: 403 },
    answer: requestAnswer,
    answers: createdOnce,
    errors: ["unknown_workspace", "unknown_member", "unknown_pack", "id_reused", "archived"],
    run: (credits, input) => credits.topUpRequests.create(input),
    example: { id: "q1", member: "bob", pack: "small", note: "For the launch." },
  }),
  route(tag, `GET ${workspace}/top-up-requests`, {
    operationId: "listTopUpRequests",
    summary: "Requests, newest first.",
    input: topUpRequestsInput,
    member: { self: "member", buyersSeeAll: true },
    answer: page(topUpRequest),
    answers: { 200: "A page of requests." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.topUpRequests.list(input),
  }),
  route<DecideRequestOutcome>(tag, `POST ${workspace}/top-up-requests/:id/approve`, {
    operationId: "approveTopUpRequest",
    summary: "A buyer approves, which orders the pack for the member.",
    input: inputs.decideRequestInput,
    member: { self: "buyer" },
    outcomes: decisionOutcomes,
    answer: decision,
    errors: [...decisionErrors, "unknown_pack"],
    run: (credits, input) => credits.topUpRequests.approve(input),
    example: { buyer: "ada" },
  }),
  route<DecideRequestOutcome>(tag, `POST ${workspace}/top-up-requests/:id/decline`, {
    operationId: "declineTopUpRequest",
    summary: "A buyer declines.",
    input: inputs.decideRequestInput,
    member: { self: "buyer" },
    outcomes: decisionOutcomes,
    answer: decision,
    errors: decisionErrors,
    run: (credits, input) => credits.topUpRequests.decline(input),
    example: { buyer: "ada" },
  }),
  route<DecideRequestOutcome>(tag, `POST ${workspace}/top-up-requests/:id/withdraw`, {
    operationId: "withdrawTopUpRequest",
    summary: "The member who asked withdraws.",
    input: inputs.withdrawRequestInput,
    member: { self: "member" },
    outcomes: decisionOutcomes,
    answer: decision,
    errors: decisionErrors,
    run: (credits, input) => credits.topUpRequests.withdraw(input),
    example: { member: "bob" },
  }),
];
