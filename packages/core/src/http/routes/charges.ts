import type {
  BalanceAfter,
  Charge,
  ChargeEnded,
  ChargeOutcome,
  ExtendOutcome,
  HeartbeatOutcome,
  SupportRefundOutcome,
} from "@ducat/client";
import * as inputs from "../../inputs/charges.ts";
import { quoteInput } from "../../inputs/queries.ts";
import { boolean, integer, object, wordOf } from "../answer-schema.ts";
import { aboutCharge, charge, quote } from "../answers.ts";
import { createdOnce, freshness, type Input, route } from "../route.ts";

const workspace = "/v1/workspaces/:workspace";
const refused = { unknown_workspace: 404, not_allowed: 403, cap_reached: 402, insufficient: 402 } as const;

interface ChargeAnswer {
  outcome: "charged" | "already_settled" | "already_refunded";
  replayed?: boolean;
  charge: Charge;
  balance: BalanceAfter;
  seq: number;
}
const chargeAnswer = object<ChargeAnswer>(
  {
    outcome: wordOf({ charged: true, already_settled: true, already_refunded: true }),
    replayed: boolean,
    ...aboutCharge,
  },
  "replayed",
);

const ended = object<ChargeEnded>({
  outcome: wordOf({ settled: true, refunded: true, already_settled: true, already_refunded: true, superseded: true }),
  ...aboutCharge,
});
const endedOutcomes = {
  settled: 200,
  refunded: 200,
  already_settled: 200,
  already_refunded: 200,
  superseded: 200,
} as const;

const heartbeat = object<HeartbeatOutcome>({
  outcome: wordOf({ open: true, not_open: true, superseded: true }),
  charge,
});

const quoteItem = quoteInput.schema.properties?.items?.items ?? {};

/** One item may be given inline, without a list. */
function adaptQuote(body: Input) {
  const inline = Object.keys(quoteItem.properties ?? {}).filter((field) => Object.hasOwn(body, field));
  if (Object.hasOwn(body, "items") || inline.length === 0) return { input: body, faultPath: (path: string) => path };
  const rest = Object.fromEntries(Object.entries(body).filter(([field]) => !inline.includes(field)));
  const item = Object.fromEntries(inline.map((field) => [field, body[field]]));
  return { input: { ...rest, items: [item] }, faultPath: (path: string) => path.replace(/^items\[0\]\./, "") };
}

const chargeTag = "Charges";

export const chargeRoutes = [
  route(chargeTag, `POST ${workspace}/quotes`, {
    operationId: "quote",
    summary: "What each item would cost this member now, and whether a charge for it would go through. Writes nothing.",
    input: quoteInput,
    member: { self: "member" },
    answer: quote,
    answers: { 200: "The prices." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.quote(input),
    adapt: adaptQuote,
    bodySchema: {
      oneOf: [
        {
          type: "object",
          properties: {
            member: quoteInput.fields.member.schema,
            items: quoteInput.fields.items.schema,
          },
          required: ["member", "items"],
          additionalProperties: false,
        },
        {
          ...quoteItem,
          description: "One item, inline.",
          properties: { member: quoteInput.fields.member.schema, ...quoteItem.properties },
          required: ["member", ...(quoteItem.required ?? [])],
        },
      ],
    },
    example: { member: "ada", items: [{ feature: "generate-screen", mode: "deep-design", quantity: 2 }] },
  }),
  route<ChargeOutcome>(chargeTag, `POST ${workspace}/charges`, {
    operationId: "charge",
    summary: "Deducts the price of a generation before it begins.",
    input: inputs.chargeInput,
    outcomes: {
      charged: freshness,
      already_settled: 200,
      already_refunded: 200,
      ...refused,
      unknown_member: 404,
      unknown_feature: 404,
      unknown_mode: 404,
      price_changed: 409,
    },
    answer: chargeAnswer,
    answers: { 201: "Charged: start the work.", 200: "This id was charged before: do not do the work again." },
    errors: ["id_reused", "archived"],
    run: (credits, input, { signal }) => credits.charge(input, { signal }),
    example: { id: "c1", member: "ada", feature: "generate-screen", mode: "deep-design", quantity: 2 },
  }),
  route(chargeTag, `GET ${workspace}/charges/:id`, {
    operationId: "getCharge",
    summary: "One charge, with the grants that paid it.",
    input: inputs.cancelInput,
    member: { ownCharge: true },
    answer: charge,
    answers: { 200: "The charge." },
    errors: ["unknown_workspace", "unknown_charge"],
    run: (credits, input) => credits.charges.get(input),
  }),
  route<ChargeEnded>(chargeTag, `POST ${workspace}/charges/:id/settle`, {
    operationId: "settle",
    summary: "Ends the charge as delivered; units not delivered are given back.",
    input: inputs.settleInput,
    outcomes: endedOutcomes,
    answer: ended,
    errors: ["unknown_workspace", "unknown_charge"],
    run: (credits, input, { signal }) => credits.settle(input, { signal }),
    example: { delivered: 1 },
  }),
  route<ChargeEnded>(chargeTag, `POST ${workspace}/charges/:id/refund`, {
    operationId: "refund",
    summary: "Gives an open charge back whole, to the grants it came from.",
    input: inputs.refundInput,
    outcomes: endedOutcomes,
    answer: ended,
    errors: ["unknown_workspace", "unknown_charge"],
    run: (credits, input, { signal }) => credits.refund(input, { signal }),
    example: { reason: "failed" },
  }),
  route<HeartbeatOutcome>(chargeTag, `POST ${workspace}/charges/:id/cancel`, {
    operationId: "cancel",
    summary: "Asks the worker to stop: its next heartbeat tells it. A charge that has ended answers as it is.",
    input: inputs.cancelInput,
    member: { ownCharge: true },
    outcomes: { open: 200, not_open: 200, superseded: 200 },
    answer: heartbeat,
    errors: ["unknown_workspace", "unknown_charge"],
    run: (credits, input, { signal }) => credits.cancel(input, { signal }),
  }),
  route<HeartbeatOutcome>(chargeTag, `POST ${workspace}/charges/:id/heartbeat`, {
    operationId: "heartbeat",
    summary: "Keeps the lease and records units handed over. The answer says when a cancel was requested.",
    input: inputs.heartbeatInput,
    outcomes: { open: 200, not_open: 409, superseded: 409 },
    answer: heartbeat,
    errors: ["unknown_workspace", "unknown_charge"],
    run: (credits, input, { signal }) => credits.heartbeat(input, { signal }),
    example: { delivered: 1 },
  }),
  route<ExtendOutcome>(chargeTag, `POST ${workspace}/charges/:id/extend`, {
    operationId: "extend",
    summary: "Raises a metered charge to a new total usage.",
    input: inputs.extendInput,
    outcomes: {
      charged: 200,
      already_settled: 200,
      already_refunded: 200,
      ...refused,
      unknown_charge: 404,
      superseded: 409,
      not_metered: 409,
    },
    answer: chargeAnswer,
    errors: ["archived"],
    run: (credits, input, { signal }) => credits.extend(input, { signal }),
    example: { usage: { input: 4000, output: 900 } },
  }),
  route<SupportRefundOutcome>(chargeTag, `POST ${workspace}/charges/:charge/support-refund`, {
    operationId: "supportRefund",
    summary: "Gives back what was settled, by units or whole.",
    input: inputs.supportRefundInput,
    outcomes: { refunded: 200 },
    answer: object<SupportRefundOutcome>({
      outcome: wordOf({ refunded: true }),
      replayed: boolean,
      restored: integer,
      expired: integer,
      reissued: integer,
      ...aboutCharge,
    }),
    answers: { 200: createdOnce[201] },
    errors: [
      "unknown_workspace",
      "unknown_charge",
      "not_settled",
      "exceeds_settled",
      "id_reused",
      "amount_too_large",
      "archived",
    ],
    run: (credits, input, { signal }) => credits.supportRefund(input, { signal }),
    example: { id: "sr1", actor: "support@example.com", note: "The screen was blank.", quantity: 1 },
  }),
];
