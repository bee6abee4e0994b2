import { grantInput, revokeGrantInput } from "../../inputs/grants.ts";
import * as queries from "../../inputs/queries.ts";
import type { GrantOutcome } from "../../verbs.ts";
import { boolean, integer, object, wordOf } from "../answer-schema.ts";
import { balance, charge, entry, explanation, grant, page, usageRows } from "../answers.ts";
import { entriesAsCsv } from "../entries-csv.ts";
import { createdOnce, freshness, route } from "../route.ts";

const workspace = "/v1/workspaces/:workspace";
const readTag = "Balances and history";
const grantTag = "Grants";

const grantAnswer = object<GrantOutcome>({
  outcome: wordOf({ granted: true, revoked: true }),
  replayed: boolean,
  amount: integer,
  grant,
  seq: integer,
});

export const creditsRoutes = [
  route(readTag, `GET ${workspace}/balance`, {
    operationId: "getBalance",
    summary: "Everything a member may spend, the pool included; without `member` the pool's own.",
    input: queries.balanceInput,
    member: { self: "member" },
    answer: balance,
    answers: { 200: "The balance at this instant." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.balance(input),
  }),
  route(readTag, `GET ${workspace}/entries`, {
    operationId: "listEntries",
    summary: "The ledger, oldest first. `format=csv` streams all of it.",
    input: queries.entriesInput,
    member: { self: "member" },
    answer: page(entry),
    answers: { 200: "A page of entries." },
    errors: ["unknown_workspace"],
    run: (credits, input) => credits.entries(input),
    formats: { csv: entriesAsCsv },
  }),
  route(readTag, `GET ${workspace}/charges`, {
    operationId: "listCharges",
    summary: "The charges of a workspace, newest first.",
    input: queries.chargesInput,
    member: { self: "member" },
    answer: page(charge),
    answers: { 200: "A page of charges." },
    errors: ["unknown_workspace"],
    run: (credits, input) => credits.charges.list(input),
  }),
  route(readTag, "GET /v1/charges", {
    operationId: "listAllCharges",
    summary: "The charges of all workspaces, newest first.",
    input: queries.chargesInput,
    answer: page(charge),
    answers: { 200: "A page of charges." },
    run: (credits, input) => credits.charges.list(input),
  }),
  route(readTag, `GET ${workspace}/usage`, {
    operationId: "getUsage",
    summary: "Charges, units and credits by feature, member or day.",
    input: queries.usageInput,
    member: { self: "member", buyersSeeAll: true },
    answer: usageRows,
    answers: { 200: "One row a key." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.usage(input),
  }),
  route(readTag, `GET ${workspace}/charges/:id/explain`, {
    operationId: "explainCharge",
    summary: "The story of a charge: price, grants, what was given back and why.",
    input: queries.chargeKeyInput,
    member: { ownCharge: true },
    answer: explanation,
    answers: { 200: "The story, in order." },
    errors: ["unknown_workspace", "unknown_charge"],
    run: (credits, input) => credits.explain.charge(input),
  }),
  route(readTag, `GET ${workspace}/balance/explain`, {
    operationId: "explainBalance",
    summary: "The story of a balance: which grants, what is frozen and since when.",
    input: queries.balanceInput,
    member: { self: "member" },
    answer: explanation,
    answers: { 200: "The story, in order." },
    errors: ["unknown_workspace", "unknown_member"],
    run: (credits, input) => credits.explain.balance(input),
  }),
  route<GrantOutcome>(grantTag, `POST ${workspace}/grants`, {
    operationId: "grant",
    summary: "Gives credits to a member or the pool: a promo.",
    input: grantInput,
    outcomes: { granted: freshness, revoked: freshness },
    answer: grantAnswer,
    answers: createdOnce,
    errors: ["unknown_workspace", "unknown_member", "id_reused", "amount_too_large", "archived"],
    run: (credits, input) => credits.grant(input),
    example: { id: "g1", member: "ada", amount: 100, actor: "support@example.com", note: "Sorry for the outage." },
  }),
  route<GrantOutcome>(grantTag, `POST ${workspace}/grants/:grant/revoke`, {
    operationId: "revokeGrant",
    summary: "Takes back available credits of a grant, never below 0.",
    input: revokeGrantInput,
    outcomes: { granted: 200, revoked: 200 },
    answer: grantAnswer,
    answers: { 200: "Revoked." },
    errors: ["unknown_workspace", "unknown_grant", "id_reused", "exceeds_available", "archived"],
    run: (credits, input) => credits.revokeGrant(input),
    example: { id: "r1", amount: 50, actor: "support@example.com", note: "Granted by mistake." },
  }),
];
