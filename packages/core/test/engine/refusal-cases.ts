import type { story } from "./story.ts";

type Story = ReturnType<typeof story>;

const by = { actor: "eve", note: "because" };

export const invalid = (path: string, message: string) => ({
  code: "invalid_input",
  message: `${path} ${message}.`,
  errors: [{ path, message }],
});
export const plain = (code: string, message: string) => ({ code, message });

const charged = (t: Story) => t.screens("c", "ada", 3);
const prototyped = (t: Story) =>
  t.tell("charge", { id: "p", member: "ada", feature: "generate-prototype", quantity: 3 });
const metered = (t: Story) =>
  t.tell("charge", { id: "m", member: "ada", feature: "assistant", usage: { output: 9000 } });
export const ordered = (t: Story) => t.tell("topUp", { id: "o", pack: "small", recipients: ["ada"] });
const paid = (t: Story) => t.tell("topUp", { id: "o", pack: "small", recipients: ["ada"], paid: true, payment: "p" });
const requested = (t: Story) => t.tell("topUpRequest", { id: "r", member: "ada", pack: "small" });
const settled = (t: Story) => {
  charged(t);
  t.tell("settle", { id: "c", delivered: 2 });
};

/** By what was asked: what had happened before, the verb, its input, and what is answered. */
export const cases: [name: string, before: (t: Story) => unknown, ...Parameters<Story["tell"]>, expected: unknown][] = [
  [
    "an unknown charge",
    () => {},
    "settle",
    { id: "c" },
    plain("unknown_charge", "There is no charge c in this workspace."),
  ],
  [
    "a charge id used for something else",
    charged,
    "charge",
    { id: "c", member: "ada", feature: "generate-image" },
    plain(
      "id_reused",
      "Charge c was made with another member, feature, mode, quantity or usage. Use a new id for a new charge.",
    ),
  ],
  [
    "a metered charge of several",
    () => {},
    "charge",
    { id: "m", member: "ada", feature: "assistant", quantity: 2, usage: { output: 1 } },
    invalid("quantity", "must be 1 for a metered feature; its usage is the quantity"),
  ],
  [
    "an extension to another meter",
    metered,
    "extend",
    { id: "m", usage: { pages: 3 } },
    invalid("usage.pages", "is not a meter of this charge; its meters are input, output"),
  ],
  [
    "more units settled than were charged for",
    charged,
    "settle",
    { id: "c", delivered: 4 },
    invalid("delivered", "must be at most the charge's quantity, 3; charge for more with a new id"),
  ],
  [
    "a part of what settles whole",
    prototyped,
    "settle",
    { id: "p", delivered: 1 },
    invalid("delivered", "must be 0 or 3: generate-prototype settles whole, nothing or all"),
  ],
  [
    "a usage of what is charged by the unit",
    charged,
    "settle",
    { id: "c", usage: { output: 1 } },
    invalid("usage", "is only for metered charges; give delivered instead"),
  ],
  [
    "units of what is charged by usage",
    metered,
    "settle",
    { id: "m", delivered: 2 },
    invalid("delivered", "must be 0 or 1 for a metered charge; give the real usage instead"),
  ],
  [
    "more units handed over than were charged for",
    charged,
    "heartbeat",
    { id: "c", delivered: 4 },
    invalid("delivered", "must be at most the charge's quantity, 3"),
  ],
  [
    "a support refund of an open charge",
    charged,
    "supportRefund",
    { id: "s", charge: "c", ...by },
    plain("not_settled", "Charge c is open; only a settled charge can be refunded by support."),
  ],
  [
    "more units given back than were settled",
    settled,
    "supportRefund",
    { id: "s", charge: "c", quantity: 3, ...by },
    {
      code: "exceeds_settled",
      message: "Charge c has 60 credits (2 units) left that were settled and not refunded.",
      details: { left: 60, unitsLeft: 2 },
    },
  ],
  [
    "units given back of what settles whole",
    (t) => {
      prototyped(t);
      t.tell("settle", { id: "p" });
    },
    "supportRefund",
    { id: "s", charge: "p", quantity: 1, ...by },
    invalid("quantity", "is only for features that settle by unit; leave it out to give everything back"),
  ],
  [
    "a support refund's id used for another charge",
    (t) => {
      settled(t);
      t.screens("d", "ada", 1);
      t.tell("settle", { id: "d" });
      t.tell("supportRefund", { id: "s", charge: "c", ...by });
    },
    "supportRefund",
    { id: "s", charge: "d", ...by },
    plain("id_reused", "The id s was used before for another support-refund. Use a new id."),
  ],
  [
    "a promo for nobody",
    () => {},
    "grant",
    { id: "g", member: "zoe", amount: 5, ...by },
    plain("unknown_member", "There is no member zoe in this workspace. Put the member first."),
  ],
  [
    "a promo that has ended",
    () => {},
    "grant",
    { id: "g", amount: 5, expiresAt: "2026-01-10T00:00:00Z", ...by },
    invalid("expiresAt", "must be in the future; leave it out for credits that never expire"),
  ],
  [
    "a promo above the largest number",
    (t) => t.promo("one", 1),
    "grant",
    { id: "g", amount: Number.MAX_SAFE_INTEGER, ...by },
    plain("amount_too_large", "workspace would hold more than 9007199254740991 credits, the most there can be."),
  ],
  [
    "an unknown grant revoked",
    () => {},
    "revokeGrant",
    { id: "v", grant: "promo:g", ...by },
    plain("unknown_grant", "There is no grant promo:g in this workspace."),
  ],
  [
    "more revoked than is available",
    (t) => t.promo("g", 10),
    "revokeGrant",
    { id: "v", grant: "promo:g", amount: 11, ...by },
    {
      code: "exceeds_available",
      message: "Grant promo:g has 10 credits available; no more than that can be revoked.",
      details: { available: 10 },
    },
  ],
  [
    "a role that is not there",
    () => {},
    "memberPut",
    { member: "zoe", role: "wizard" },
    invalid("role", "must be one of the catalog's roles: owner, admin, editor, guest-editor, viewer, guest-viewer"),
  ],
  [
    "a role in a list that is not there",
    () => {},
    "membersSync",
    {
      members: [
        { id: "ada", role: "editor" },
        { id: "zoe", role: "constructor" },
      ],
    },
    invalid(
      "members[1].role",
      "must be one of the catalog's roles: owner, admin, editor, guest-editor, viewer, guest-viewer",
    ),
  ],
  [
    "somebody twice in the list",
    () => {},
    "membersSync",
    {
      members: [
        { id: "ada", role: "editor" },
        { id: "ada", role: "owner" },
      ],
    },
    invalid("members[1].id", "stands in the list twice"),
  ],
  [
    "nobody removed",
    () => {},
    "memberRemove",
    { member: "zoe" },
    plain("unknown_member", "There is no member zoe in this workspace."),
  ],
  [
    "an unknown plan",
    () => {},
    "subscription",
    { plan: "gold" },
    plain("unknown_plan", "The catalog has no plan gold on offer. Its plans are starter, pro, business, team, bare."),
  ],
  [
    "an end on a paid plan",
    () => {},
    "subscription",
    { plan: "business", status: "ended" },
    invalid("plan", "must be left out, or starter, when the status is ended: the workspace moves to its free plan"),
  ],
  [
    "a plan given anew",
    () => {},
    "workspacePut",
    { plan: "business" },
    plain(
      "use_subscription",
      "A workspace's plan is set at creation only. Change it with PUT …/subscription, or credits.subscriptions.update.",
    ),
  ],
  [
    "another creation",
    () => {},
    "workspacePut",
    { createdAt: "2026-01-09T00:00:00Z" },
    plain("immutable", "createdAt is set at creation only and this workspace has another one. Leave it out."),
  ],
  [
    "another test clock",
    () => {},
    "workspacePut",
    { testClock: "2026-01-09T00:00:00Z" },
    plain(
      "immutable",
      "testClock is set at creation only and this workspace has another one. Leave it out, and move a test clock" +
        " forward with POST …/clock.",
    ),
  ],
  [
    "a clock turned back",
    () => {},
    "advanceClock",
    { now: "2026-01-09T00:00:00Z" },
    {
      code: "clock_backwards",
      message: "The test clock stands at 2026-01-10T00:00:00.000Z and only moves forward.",
      details: { testClock: "2026-01-10T00:00:00.000Z" },
    },
  ],
  [
    "a pack that is not there",
    () => {},
    "topUp",
    { id: "o", pack: "tiny", recipients: ["ada"] },
    plain("unknown_pack", "The catalog has no top-up pack tiny on offer. Its packs are small, medium, large."),
  ],
  [
    "an order for somebody twice",
    () => {},
    "topUp",
    { id: "o", pack: "small", recipients: ["ada", "workspace", "ada"] },
    invalid("recipients[2]", "stands in the list twice"),
  ],
  [
    "an order for nobody",
    () => {},
    "topUp",
    { id: "o", pack: "small", recipients: ["zoe"] },
    plain("unknown_member", "There is no member zoe in this workspace. Put the member first."),
  ],
  [
    "an order by nobody",
    () => {},
    "topUp",
    { id: "o", pack: "small", recipients: ["ada"], buyer: "zoe" },
    plain("unknown_member", "There is no member zoe in this workspace. Put the member first."),
  ],
  [
    "an order's id used for another pack",
    ordered,
    "topUp",
    { id: "o", pack: "large", recipients: ["ada"] },
    plain("id_reused", "Top-up o was ordered with another buyer, pack or recipients. Use a new id."),
  ],
  [
    "an unknown order paid",
    () => {},
    "topUpPaid",
    { id: "o" },
    plain("unknown_top_up", "There is no top-up o in this workspace."),
  ],
  [
    "an order paid by a second payment",
    paid,
    "topUpPaid",
    { id: "o", payment: "q" },
    plain("payment_used", "Top-up o has been paid by payment p; a second payment must be given back."),
  ],
  [
    "an order paid by hand and then by money",
    (t) => t.buy("o", ["ada"]),
    "topUpPaid",
    { id: "o", payment: "q" },
    plain("payment_used", "Top-up o has been paid by payment of the operator; a second payment must be given back."),
  ],
  [
    "one payment for two orders",
    paid,
    "topUp",
    { id: "o2", pack: "small", recipients: ["ada"], paid: true, payment: "p" },
    plain("payment_used", "Payment p has paid top-up o already."),
  ],
  [
    "money back that never came",
    ordered,
    "topUpRefunded",
    { id: "o", refunded: 1 },
    plain("not_paid", "Top-up o has not been paid, so nothing of it can be given back."),
  ],
  [
    "more money back than came",
    paid,
    "topUpRefunded",
    { id: "o", refunded: 1001 },
    invalid("refunded", "must be at most what was paid, 1000 (in the price's smallest unit)"),
  ],
  [
    "a request's id used by another member",
    requested,
    "topUpRequest",
    { id: "r", member: "olga", pack: "small" },
    plain("id_reused", "Request r was made by another member or for another pack. Use a new id."),
  ],
  [
    "a request's id used for another pack",
    requested,
    "topUpRequest",
    { id: "r", member: "ada", pack: "large" },
    plain("id_reused", "Request r was made by another member or for another pack. Use a new id."),
  ],
  [
    "an unknown request approved",
    () => {},
    "approve",
    { id: "r", buyer: "olga" },
    plain("unknown_request", "There is no top-up request r."),
  ],
  [
    "somebody else's request withdrawn",
    requested,
    "withdraw",
    { id: "r", member: "olga" },
    plain("forbidden", "Only the member who made a request may withdraw it."),
  ],
  [
    "a request decided twice",
    (t) => {
      requested(t);
      t.tell("decline", { id: "r", buyer: "olga" });
    },
    "approve",
    { id: "r", buyer: "olga" },
    {
      code: "already_decided",
      message: "Request r was declined by olga already.",
      details: { state: "declined", decidedBy: "olga" },
    },
  ],
  [
    "a request decided alike by another",
    (t) => {
      requested(t);
      t.tell("memberPut", { member: "otto", role: "owner" });
      t.tell("decline", { id: "r", buyer: "olga" });
    },
    "decline",
    { id: "r", buyer: "otto" },
    {
      code: "already_decided",
      message: "Request r was declined by olga already.",
      details: { state: "declined", decidedBy: "olga" },
    },
  ],
  [
    "an archived workspace charged",
    (t) => t.tell("workspaceArchive"),
    "charge",
    { id: "c", member: "ada", feature: "generate-screen" },
    plain("archived", "Workspace acme is archived; its ledger can only be read."),
  ],
];
