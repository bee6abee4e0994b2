import type { Check } from "../../src/verify/report.ts";

export interface Corruption {
  what: string;
  /** `{schema}` is the copy's. */
  sql: string;
  /** Every check that must name it; others may do so too. */
  names: Check[];
  /** What one of the differences must be about. */
  about: { grant?: string; holder?: string; charge?: string };
}

const grant = (id: string) => `workspace_id = 'acme' and id = '${id}'`;
const entryOf = (charge: string, kind: string) =>
  `workspace_id = 'acme' and charge_id = '${charge}' and kind = '${kind}'`;
const monthly = "monthly:ada:e1:1775822400000:10000";

/** Damage done by hand, one at a time, to the ledger of `story.ts`. */
export const corruptions: readonly Corruption[] = [
  {
    what: "an entry is missing",
    sql: `delete from {schema}.entry where ${entryOf("whole", "refund")}`,
    names: ["seq-gap", "balance-chain", "grant-available", "grant-held", "listed-entry", "charge-returned"],
    about: { charge: "whole" },
  },
  {
    what: "the last entry is missing",
    sql: "delete from {schema}.entry e using {schema}.workspace w where e.workspace_id = w.id and e.seq = w.seq",
    names: ["seq-end", "listed-entry", "holder-balance"],
    about: { charge: "open-2" },
  },
  {
    what: "the workspace's seq ran ahead",
    sql: "update {schema}.workspace set seq = seq + 1 where id = 'acme'",
    names: ["seq-end"],
    about: {},
  },
  {
    what: "the workspace forgot whether its pool has credits",
    sql: "update {schema}.workspace set pool_live = not pool_live where id = 'acme'",
    names: ["workspace-pool"],
    about: {},
  },
  {
    what: "the workspace looks for leases that ran out when one has run out long ago",
    sql: "update {schema}.workspace set lease_due = lease_due + interval '1 year' where id = 'acme'",
    names: ["workspace-lease"],
    about: {},
  },
  {
    what: "the workspace never looks for leases that ran out",
    sql: "update {schema}.workspace set lease_due = null where id = 'acme'",
    names: ["workspace-lease"],
    about: {},
  },
  {
    what: "an entry has a kind that nobody knows",
    sql: `update {schema}.entry set kind = 'gift' where ${entryOf("whole", "charge")}`,
    names: ["entry-kind"],
    about: { charge: "whole" },
  },
  {
    what: "an entry has another amount than its kind changes",
    sql: `update {schema}.entry set amount = amount + 1 where ${entryOf("top", "settle")} and holder = 'ada'`,
    names: ["entry-amount", "balance-chain"],
    about: { charge: "top", grant: "top-up:o1:ada" },
  },
  {
    what: "an entry moved another number of credits",
    sql: `update {schema}.entry set moved = moved + 1, amount = amount - 1 where ${entryOf("open", "charge")}`,
    names: ["grant-available", "grant-held", "charge-held", "charge-state", "balance-chain", "holder-balance"],
    about: { grant: monthly },
  },
  {
    what: "a balance was written over",
    sql: `update {schema}.entry set balance_after = balance_after + 7 where ${entryOf("top", "charge")} and holder = 'ada'`,
    names: ["balance-chain"],
    about: { holder: "ada" },
  },
  {
    what: "an entry was dated back",
    sql: `update {schema}.entry set at = at - interval '1 year' where ${entryOf("open", "charge")}`,
    names: ["entry-time"],
    about: { holder: "ada" },
  },
  {
    what: "an entry was dated into the future",
    sql: `update {schema}.entry set at = at + interval '1 year' where ${entryOf("open-2", "charge")}`,
    names: ["workspace-time", "holder-time"],
    about: { holder: "cy" },
  },
  {
    what: "more was settled than was held",
    sql: `update {schema}.entry set moved = moved + 5 where ${entryOf("top", "settle")} and holder = 'ada'`,
    names: ["transition", "grant-held", "grant-spent", "charge-settled"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "an entry is of a grant that does not exist",
    sql: `update {schema}.entry set grant_id = 'promo:nowhere' where ${entryOf("open-2", "charge")}`,
    names: ["unknown-grant", "transition", "charge-held"],
    about: { grant: "promo:nowhere" },
  },
  {
    what: "a grant was deleted",
    sql: `delete from {schema}.credit_grant where ${grant("promo:welcome")}`,
    names: ["unknown-grant"],
    about: { grant: "promo:welcome" },
  },
  {
    what: "an entry is of another holder",
    sql: `update {schema}.entry set holder = 'cy' where ${entryOf("open", "charge")}`,
    names: ["entry-holder", "entry-member", "balance-chain", "holder-balance"],
    about: { holder: "cy" },
  },
  {
    what: "an entry is of a holder that does not exist",
    sql: `update {schema}.entry set holder = 'nobody' where ${entryOf("open", "charge")}`,
    names: ["unknown-holder", "entry-holder"],
    about: { holder: "nobody" },
  },
  {
    what: "a charge was deleted",
    sql: "delete from {schema}.charge where workspace_id = 'acme' and id = 'whole'",
    names: ["unknown-charge"],
    about: { charge: "whole" },
  },
  {
    what: "an entry lost its charge",
    sql: `update {schema}.entry set charge_id = null where ${entryOf("top", "settle")} and holder = 'ada'`,
    names: ["entry-charge", "listed-entry", "charge-settled"],
    about: { charge: "top" },
  },
  {
    what: "an entry lost its purchase",
    sql: `update {schema}.entry set purchase = null where ${entryOf("top", "charge")} and holder = 'ada'`,
    names: ["entry-purchase"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "an entry names another member",
    sql: `update {schema}.entry set member = 'cy' where ${entryOf("big", "settle")} and holder = 'workspace'`,
    names: ["charge-member"],
    about: { charge: "big" },
  },
  {
    what: "a charge does not list one of its entries",
    sql: "update {schema}.charge set entries = entries[1:1] where workspace_id = 'acme' and id = 'whole'",
    names: ["unlisted-entry", "charge-returned"],
    about: { charge: "whole" },
  },
  {
    what: "a charge lists another charge's entry",
    sql:
      "update {schema}.charge set entries = entries || (select entries[1] from {schema}.charge where id = 'whole')" +
      " where workspace_id = 'acme' and id = 'open'",
    names: ["listed-entry"],
    about: { charge: "open" },
  },
  {
    what: "a charge lists an entry twice",
    sql: "update {schema}.charge set entries = entries || entries[1] where workspace_id = 'acme' and id = 'open'",
    names: ["listed-entry"],
    about: { charge: "open" },
  },
  {
    what: "a grant's amount was raised",
    sql: `update {schema}.credit_grant set amount = amount + 100 where ${grant(monthly)}`,
    names: ["grant-amount", "grant-identity"],
    about: { grant: monthly },
  },
  {
    what: "credits appeared out of nothing",
    sql:
      `update {schema}.credit_grant set amount = amount + 100, available = available + 100 where ${grant(monthly)};` +
      "update {schema}.holder set balance = balance + 100 where workspace_id = 'acme' and id = 'ada'",
    names: ["grant-amount", "grant-available", "holder-balance"],
    about: { grant: monthly },
  },
  {
    what: "held credits became available",
    sql: `update {schema}.credit_grant set held = held - 10, available = available + 10 where ${grant(monthly)}`,
    names: ["grant-held", "grant-available", "grant-slices", "holder-available"],
    about: { grant: monthly },
  },
  {
    what: "expired credits came back to life",
    sql: `update {schema}.credit_grant set expired = expired - 10, available = available + 10 where ${grant("promo:welcome")}`,
    names: ["grant-expired", "grant-available", "holder-available", "grant-closed"],
    about: { grant: "promo:welcome" },
  },
  {
    what: "spent credits were booked as revoked",
    sql: `update {schema}.credit_grant set spent = spent - 10, revoked = revoked + 10 where ${grant("promo:pool")}`,
    names: ["grant-spent", "grant-revoked"],
    about: { grant: "promo:pool" },
  },
  {
    what: "a grant went to another holder",
    sql: `update {schema}.credit_grant set holder = 'cy' where ${grant(monthly)}`,
    names: ["grant-holder", "holder-available"],
    about: { grant: monthly },
  },
  {
    what: "a grant went to a holder that does not exist",
    sql: `update {schema}.credit_grant set holder = 'nobody' where ${grant(monthly)}`,
    names: ["grant-holder"],
    about: { grant: monthly, holder: "nobody" },
  },
  {
    what: "a grant with credits was closed",
    sql: `update {schema}.credit_grant set closed = true where ${grant(monthly)}`,
    names: ["grant-closed"],
    about: { grant: monthly },
  },
  {
    what: "more is to be taken back than money went back",
    sql: `update {schema}.credit_grant set clawback = jsonb_set(clawback, '{target}', '960') where ${grant("top-up:o1:ada")}`,
    names: ["clawback-target", "clawback-debt"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "less was revoked for the purchase than the entries say",
    sql: `update {schema}.credit_grant set clawback = jsonb_set(clawback, '{revoked}', '400') where ${grant("top-up:o1:ada")}`,
    names: ["clawback-revoked"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "a debt was forgotten",
    sql: `update {schema}.credit_grant set clawback = jsonb_set(clawback, '{debt}', '0') where ${grant("top-up:o1:ada")}`,
    names: ["clawback-debt", "holder-debts"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "a repayment was invented",
    sql:
      `update {schema}.credit_grant set clawback = jsonb_set(clawback, '{repayments}',` +
      ` '[{"grant": "top-up:o2:ada", "amount": 5}]') where ${grant("top-up:o1:ada")}`,
    names: ["clawback-repayments"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "a grant is said to have repaid",
    sql: `update {schema}.credit_grant set clawback = jsonb_set(clawback, '{repaid}', '5') where ${grant("top-up:o2:ada")}`,
    names: ["clawback-repaid"],
    about: { grant: "top-up:o2:ada" },
  },
  {
    what: "what must be taken back is available",
    sql:
      "update {schema}.credit_grant set available = 5, revoked = revoked - 5," +
      ` clawback = jsonb_set(clawback, '{revoked}', '415') where ${grant("top-up:o1:ada")}`,
    names: ["clawback-taken"],
    about: { grant: "top-up:o1:ada" },
  },
  {
    what: "a holder's balance was changed",
    sql: "update {schema}.holder set balance = balance + 1 where workspace_id = 'acme' and id = 'ada'",
    names: ["holder-balance", "holder-available"],
    about: { holder: "ada" },
  },
  {
    what: "a holder's debt was forgiven by hand",
    sql: "update {schema}.holder set debt = 0 where workspace_id = 'acme' and id = 'ada'",
    names: ["holder-debt", "holder-debts"],
    about: { holder: "ada" },
  },
  {
    what: "a holder's last instant is not its last entry's",
    sql: "update {schema}.holder set last_at = last_at + interval '1 hour' where workspace_id = 'acme' and id = 'ada'",
    names: ["holder-time"],
    about: { holder: "ada" },
  },
  {
    what: "a member was deleted",
    sql: "delete from {schema}.holder where workspace_id = 'acme' and id = 'cy'",
    names: ["unknown-holder", "grant-holder"],
    about: { holder: "cy" },
  },
  {
    what: "a holder is no member any more",
    sql: "update {schema}.holder set role = null where workspace_id = 'acme' and id = 'cy'",
    names: ["holder-member", "workspace-roles"],
    about: { holder: "cy" },
  },
  {
    what: "a removed member is counted",
    sql: `update {schema}.workspace set roles = roles || '{"guest-editor": 1}' where id = 'acme'`,
    names: ["workspace-roles"],
    about: {},
  },
  {
    what: "a charge's amount was changed",
    sql: "update {schema}.charge set amount = amount + 1 where workspace_id = 'acme' and id = 'open'",
    names: ["charge-slices", "charge-state"],
    about: { charge: "open" },
  },
  {
    what: "a slice was moved to another grant",
    sql:
      `update {schema}.charge set slices = replace(slices, '${monthly}', 'top-up:o2:ada')` +
      " where workspace_id = 'acme' and id = 'open'",
    names: ["charge-held", "grant-slices"],
    about: { charge: "open", grant: "top-up:o2:ada" },
  },
  {
    what: "a slice says that nothing came back",
    sql: "update {schema}.charge set slices = replace(slices, ',50]', ',0]') where workspace_id = 'acme' and id = 'late'",
    names: ["charge-returned"],
    about: { charge: "late" },
  },
  {
    what: "a settled amount was lowered",
    sql: "update {schema}.charge set settled_amount = 710 where workspace_id = 'acme' and id = 'top'",
    names: ["charge-settled", "charge-state"],
    about: { charge: "top" },
  },
  {
    what: "a refunded amount was lowered",
    sql: "update {schema}.charge set refunded_amount = 40 where workspace_id = 'acme' and id = 'late'",
    names: ["charge-refunded", "charge-state"],
    about: { charge: "late" },
  },
  {
    what: "a refunded charge is said to be settled",
    sql: "update {schema}.charge set state = 'settled' where workspace_id = 'acme' and id = 'late'",
    names: ["charge-state"],
    about: { charge: "late" },
  },
  {
    what: "a settled charge was opened again",
    sql: "update {schema}.charge set state = 'open', ended_at = null where workspace_id = 'acme' and id = 'top'",
    names: ["charge-state", "lease"],
    about: { charge: "top" },
  },
  {
    what: "an open charge has no lease, and would never end",
    sql: "delete from {schema}.lease where workspace_id = 'acme' and charge_id = 'open'",
    names: ["lease", "grant-slices"],
    about: { charge: "open" },
  },
  {
    what: "a lease ends at another instant than its charge says",
    sql: "update {schema}.lease set expires_at = expires_at + interval '1 s' where workspace_id = 'acme' and charge_id = 'open'",
    names: ["lease"],
    about: { charge: "open" },
  },
  {
    what: "an ended charge has a lease",
    sql: "insert into {schema}.lease values ('acme', now(), 'top')",
    names: ["lease"],
    about: { charge: "top" },
  },
  {
    what: "a lease is of no charge",
    sql: "insert into {schema}.lease values ('acme', now(), 'nothing')",
    names: ["lease"],
    about: { charge: "nothing" },
  },
  {
    what: "an order that awaits its payment was granted",
    sql: "update {schema}.top_up set state = 'awaiting_payment' where workspace_id = 'acme' and id = 'o2'",
    names: ["top-up-grants"],
    about: { grant: "top-up:o2:ada" },
  },
  {
    what: "a paid order was not granted",
    sql: "update {schema}.top_up set state = 'paid' where workspace_id = 'acme' and id = 'o3'",
    names: ["top-up-grants"],
    about: { grant: "top-up:o3:bob" },
  },
  {
    what: "an order was deleted",
    sql: "delete from {schema}.top_up where workspace_id = 'acme' and id = 'o2'",
    names: ["top-up-grants"],
    about: { grant: "top-up:o2:ada" },
  },
];
