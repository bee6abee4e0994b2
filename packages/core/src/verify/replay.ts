import type { EntryKind } from "@ducat/client";
import { topUpGrantId } from "../engine/grants.ts";
import type { EntryRow } from "../engine/state.ts";
import type { Report } from "./report.ts";

export type Column = "available" | "held" | "spent" | "expired" | "revoked";

/**
 * What each kind means, written down a second time on purpose: were it taken from the engine, a mistake there would agree
 * with itself.
 */
const transitions: Readonly<Record<EntryKind, readonly [from: Column | null, to: Column | null]>> = {
  grant: [null, "available"],
  charge: ["available", "held"],
  settle: ["held", "spent"],
  refund: ["held", "available"],
  return: ["spent", "available"],
  expire: ["available", "expired"],
  revoke: ["available", "revoked"],
  restore: ["revoked", "available"],
  repay: ["available", "revoked"],
  debt: [null, null],
  forgive: [null, null],
};

const chargeKinds: ReadonlySet<string> = new Set<EntryKind>(["charge", "settle", "refund", "return"]);

/** An entry as the database has it, and what it has of its charge. */
export interface VerifiedEntry extends EntryRow {
  chargeFound: boolean;
  listed: boolean;
}

/** What the entries say a grant must be. */
export interface ReplayedGrant extends Record<Column, number> {
  holder: string;
  purchase: string | null;
  granted: number;
  grants: number;
  /** Revoked less restored on behalf of its own purchase, or by the operator. */
  takenBack: number;
  /** Repaid of other purchases' debts, less what of it came back. */
  repaid: number;
  /** What others repaid of this purchase's debt, less what of it went back to them. */
  repayments: number;
  debt: number;
}

export interface ReplayedHolder {
  balance: number;
  debt: number;
  /** The balance that the last entry states: a wrong one is named once, not at every entry after it. */
  stated: number;
  lastAt: number;
}

/** Adds up the entries of one workspace, in order, and names what is wrong with each of them. */
export interface Replay {
  /** The number of the last entry that was read. */
  readonly through: number;
  readonly count: number;
  readonly lastAt: number;
  readonly grants: ReadonlyMap<string, ReplayedGrant>;
  readonly holders: ReadonlyMap<string, ReplayedHolder>;
  apply(entry: VerifiedEntry): void;
}

export function createReplay(report: Report): Replay {
  const grants = new Map<string, ReplayedGrant>();
  const holders = new Map<string, ReplayedHolder>();
  const unknownCharges = new Set<string>();
  let through = 0;
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;

  function grantOf(id: string, holder: string): ReplayedGrant {
    let grant = grants.get(id);
    if (grant === undefined) {
      grant = {
        holder,
        purchase: null,
        granted: 0,
        grants: 0,
        takenBack: 0,
        repaid: 0,
        repayments: 0,
        debt: 0,
        available: 0,
        held: 0,
        spent: 0,
        expired: 0,
        revoked: 0,
      };
      grants.set(id, grant);
    }
    return grant;
  }

  function holderOf(id: string): ReplayedHolder {
    let holder = holders.get(id);
    if (holder === undefined) {
      holder = { balance: 0, debt: 0, stated: 0, lastAt: Number.NEGATIVE_INFINITY };
      holders.set(id, holder);
    }
    return holder;
  }

  function checkRefersTo(entry: VerifiedEntry, grant: ReplayedGrant): void {
    const { kind, charge } = entry;
    const about = { grant: entry.grant, holder: entry.holder, charge };
    const where = `entry ${entry.seq}, ${kind}`;
    report.same("entry-holder", about, grant.holder, entry.holder, where);
    if (entry.holder !== "workspace") report.same("entry-member", about, entry.holder, entry.member, where);
    const named = charge !== null;
    report.same("entry-charge", about, chargeKinds.has(kind), named, `${where}, names a charge`);
    if (charge !== null && !entry.chargeFound && !unknownCharges.has(charge)) {
      unknownCharges.add(charge);
      report.add("unknown-charge", about, "a charge of this id", "none", where);
    }
    if (charge !== null && entry.chargeFound) {
      report.same("unlisted-entry", about, true, entry.listed, `${where}, listed by charge ${charge}`);
    }
    if (kind === "grant" && grant.grants === 0) grant.purchase = entry.purchase;
    const ofTopUp = grant.purchase !== null;
    report.same("entry-purchase", about, ofTopUp, entry.purchase !== null, `${where}, names a purchase`);
  }

  function applyToGrant(entry: VerifiedEntry, grant: ReplayedGrant): void {
    const { kind, moved, purchase } = entry;
    const about = { grant: entry.grant, holder: entry.holder, charge: entry.charge };
    const where = `entry ${entry.seq}, ${kind}`;
    const [from, to] = transitions[kind];
    if (from !== null && grant[from] < moved) {
      report.add("transition", about, `at most ${grant[from]} from ${from}`, moved, where);
    }
    if (from !== null) grant[from] -= moved;
    if (to !== null) grant[to] += moved;
    const change = (to === "available" ? moved : 0) - (from === "available" ? moved : 0);
    report.same("entry-amount", about, change, entry.amount, where);
    if (kind === "grant") {
      grant.granted += moved;
      grant.grants += 1;
    } else if (purchase !== null) applyToPurchase(entry, purchase, grant);
    else if (kind === "revoke") grant.takenBack += moved;
  }

  /** What an entry says of money that went back: of the grant's own purchase, or of one whose debt the grant repaid. */
  function applyToPurchase({ kind, moved, holder }: VerifiedEntry, purchase: string, grant: ReplayedGrant): void {
    if (kind === "debt") grant.debt += moved;
    else if (kind === "forgive") grant.debt -= moved;
    else if (kind === "revoke") grant.takenBack += moved;
    else if (kind === "restore" && purchase === grant.purchase) grant.takenBack -= moved;
    else if (kind === "repay" || kind === "restore") {
      const debtor = grantOf(topUpGrantId(purchase, holder), holder);
      const change = kind === "repay" ? moved : -moved;
      grant.repaid += change;
      debtor.repayments += change;
      if (kind === "repay") debtor.debt -= moved;
    }
  }

  function applyToHolder(entry: VerifiedEntry): void {
    const { kind, moved } = entry;
    const holder = holderOf(entry.holder);
    const about = { grant: entry.grant, holder: entry.holder, charge: entry.charge };
    const where = `entry ${entry.seq}, ${kind}`;
    report.same("balance-chain", about, holder.stated + entry.amount, entry.balanceAfter, where);
    holder.stated = entry.balanceAfter;
    holder.balance += entry.amount;
    if (kind === "debt") holder.debt += moved;
    if (kind === "forgive" || kind === "repay") holder.debt -= moved;
    if (entry.at < holder.lastAt) {
      report.add("entry-time", about, `not before ${iso(holder.lastAt)}`, iso(entry.at), where);
    }
    holder.lastAt = Math.max(holder.lastAt, entry.at);
  }

  return {
    grants,
    holders,
    get through() {
      return through;
    },
    get count() {
      return count;
    },
    get lastAt() {
      return lastAt;
    },
    apply(entry) {
      report.same("seq-gap", {}, through + 1, entry.seq, `the entry after ${through}`);
      through = entry.seq;
      count += 1;
      lastAt = Math.max(lastAt, entry.at);
      if (!Object.hasOwn(transitions, entry.kind)) {
        const about = { grant: entry.grant, holder: entry.holder, charge: entry.charge };
        report.add("entry-kind", about, Object.keys(transitions).join(", "), entry.kind, `entry ${entry.seq}`);
        return;
      }
      const grant = grantOf(entry.grant, entry.holder);
      checkRefersTo(entry, grant);
      applyToGrant(entry, grant);
      applyToHolder(entry);
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
