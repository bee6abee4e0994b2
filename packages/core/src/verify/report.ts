import type { Difference } from "@ducat/client";

/** Every check by name, and what it says: the list that the documentation and the tests go by. */
export const checks = {
  "seq-gap": "entries are numbered 1, 2, 3 … without gaps",
  "seq-end": "the last entry has the workspace's seq",
  "entry-kind": "every entry has a known kind",
  "entry-amount": "an entry's amount is what its kind changes of the available credits",
  "entry-charge": "charge, settle, refund and return name their charge, and no other kind does",
  "entry-purchase": "entries of a top-up name a purchase, and no others do",
  "entry-member": "an entry of a member's own credits names this member",
  "entry-holder": "all entries of a grant are its holder's",
  "entry-time": "the instants of a holder's entries never go back",
  "balance-chain": "each balance is the holder's balance before plus the entry's amount",
  transition: "no entry takes more from a column than is in it",
  "unknown-grant": "every entry's grant exists",
  "unknown-holder": "every entry's holder exists",
  "unknown-charge": "every entry's charge exists",
  "unlisted-entry": "every entry of a charge is listed by the charge",
  "listed-entry": "every entry that a charge lists exists and is the charge's",
  "grant-amount": "one grant entry brought exactly the grant's amount",
  "grant-available": "replaying the entries gives the grant's available credits",
  "grant-held": "replaying the entries gives the grant's held credits",
  "grant-spent": "replaying the entries gives the grant's spent credits",
  "grant-expired": "replaying the entries gives the grant's expired credits",
  "grant-revoked": "replaying the entries gives the grant's revoked credits",
  "grant-identity": "amount = available + held + spent + expired + revoked",
  "grant-slices": "what a grant holds is what the slices of open charges took from it",
  "grant-holder": "a grant's holder exists and is the one of its entries",
  "grant-closed": "a grant is closed exactly when nothing of it can move by itself any more",
  "clawback-target": "what is to be taken back follows from the money that went back",
  "clawback-revoked": "replaying the entries gives what was revoked for the purchase",
  "clawback-repaid": "replaying the entries gives what the grant repaid of other debts",
  "clawback-repayments": "replaying the entries gives what others repaid of this debt",
  "clawback-debt": "a purchase's debt is what was used of the credits to be taken back, less what was repaid",
  "clawback-taken": "no credits are available while some are still to be taken back",
  "holder-balance": "replaying the entries gives the holder's balance",
  "holder-available": "a holder's balance is the sum of the available credits of its grants",
  "holder-debt": "replaying the entries gives the holder's debt",
  "holder-debts": "a holder's debt is the sum of the debts of its purchases",
  "holder-time": "a holder's last instant is that of its last entry",
  "holder-member": "the pool and every member have a holder, and nobody else does",
  "workspace-roles": "the workspace counts its present members by role",
  "workspace-pool": "the workspace knows whether its pool has a grant that is not closed",
  "workspace-lease": "no lease ends before the instant from which the workspace looks for leases that ran out",
  "workspace-time": "nothing was entered later than the workspace's last instant",
  "charge-slices": "the slices of a charge add up to its amount",
  "charge-held": "the charge entries took what the slices say, from these grants",
  "charge-returned": "the refund and return entries gave back what the slices say, to these grants",
  "charge-settled": "the settle entries add up to the settled amount",
  "charge-refunded": "the refund and return entries add up to the refunded amount",
  "charge-state": "a charge's state, amounts and end agree with each other and with its entries",
  "charge-member": "the entries of a charge name the charge's member",
  lease: "open charges, and no others, have one lease, which ends when the charge says",
  "top-up-grants": "a paid order has one grant of its credits for each recipient, and no other order has any",
} as const satisfies Record<string, string>;

export type Check = keyof typeof checks;

type Subject = Partial<Pick<Difference, "grant" | "holder" | "charge">>;

/** Collects what is wrong in one workspace. */
export interface Report {
  readonly differences: readonly Difference[];
  /** Names a difference when the two are not the same. */
  same(check: Check, about: Subject, expected: Comparable, found: Comparable, where: string): void;
  add(check: Check, about: Subject, expected: Comparable, found: Comparable, where: string): void;
}

type Comparable = string | number | boolean | null;

export function createReport(workspace: string): Report {
  const differences: Difference[] = [];
  const add: Report["add"] = (check, about, expected, found, where) => {
    differences.push({
      workspace,
      grant: about.grant ?? null,
      holder: about.holder ?? null,
      charge: about.charge ?? null,
      check,
      expected: String(expected),
      found: String(found),
      message: `${where}: expected ${expected}, found ${found}. The rule: ${checks[check]}.`,
    });
  };
  return {
    differences,
    add,
    same(check, about, expected, found, where) {
      if (expected !== found) add(check, about, expected, found, where);
    },
  };
}
