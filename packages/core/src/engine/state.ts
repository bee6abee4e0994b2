import type {
  Catalog,
  ChargeReason,
  ChargeState,
  EntryKind,
  GrantSource,
  Settles,
  SubscriptionStatus,
  TopUpRequestState,
  TopUpState,
  Usage,
} from "@ducat/client";
import type { CycleSpan } from "./calendar.ts";
import type { Erasure } from "./erase.ts";

/** The holder id of the workspace's own grants (the pool). No member may have this id. */
export const POOL = "workspace";

/** Bookkeeping that every row carries while commands run on it; see `journal.ts`. */
export interface Tracked {
  /** The serial number of the command that last saved a copy of this row for undoing. */
  savedBy: number;
  dirty: boolean;
  /** True when the database does not have this row yet. */
  fresh: boolean;
  /** Where the database keeps the row, as long as its workspace stays locked; not always asked for. */
  place?: string | undefined;
  /** Once a row that is not fresh has been changed: the row as the database has it. */
  before?: Tracked | undefined;
}

export interface WorkspaceRow extends Tracked {
  id: string;
  name: string | null;
  metadata: Record<string, unknown>;
  createdAt: number;
  archivedAt: number | null;
  /** The number of the last ledger entry. */
  seq: number;
  /** The latest instant at which anything was decided here; time never runs backwards from it. */
  lastInstant: number;
  testClock: number | null;
  /** Where the test clock stood at creation, so that a repeated creation is recognised. */
  testClockFrom: number | null;
  /** A plan change that waits; `byPeriod`: until the end of what is paid for; `anchor`: of its own request. */
  pending: Pending | null;
  /** The end of what is paid for, as the provider told it. */
  periodEndsAt: number | null;
  /** The cycle whose allowances are pinned, and the catalog version they are pinned to. */
  pinnedEpoch: string | null;
  pinnedCycle: number | null;
  pinnedVersion: string | null;
  /** The pin of a free month that another epoch interrupted: the month may go on. */
  parkedPin: { cycle: number; version: string } | null;
  /** How many present members have each role: what a pool per seat is summed from. */
  roles: Record<string, number>;
  /** How many epochs that are not free this workspace has had. */
  epochs: number;
  /** Kept by the store: whether the pool has a grant that is not closed. */
  poolLive: boolean;
  /** Kept by the store: no open charge's lease ends before this instant; `null`: no charge is open. */
  leaseDue: number | null;
  /** Kept by the store: rises with every change of this row but of `seq`, `lastInstant` and `leaseDue`, and with every new term. */
  revision: number;
}

export interface Pending {
  plan: string;
  at: number;
  byPeriod: boolean;
  anchor: number | null;
}

/** One line of the dated list of what the subscription was; in force from `from` until the next line. */
export interface Term {
  n: number;
  from: number;
  plan: string;
  paid: boolean;
  status: SubscriptionStatus;
  anchor: number;
  /** `free` for all free time, `e1`, `e2` … for the others. */
  epoch: string;
  /** The instant at which this run of the epoch began. */
  epochFrom: number;
  /** The number of the term that began it: two runs of free time may begin in the same instant. */
  run: number;
  /** True when it had waited: such a change comes before the renewal of the same instant, a command after it. */
  waited: boolean;
  /** Since when the status has been `past_due` without interruption. */
  pastDueFrom: number | null;
  /** The version published when this was written: it has the plan, whatever later ones drop. */
  catalogVersion: string;
}

export interface MemberRow extends Tracked {
  id: string;
  role: string;
  name: string | null;
  email: string | null;
  cap: number | null;
  removedAt: number | null;
}

/** What a holder remembers of one cycle. */
export interface HolderCycle {
  cycleStartsAt: number | null;
  mark: number;
  allotted: number;
  capUsed: number;
  notices: number;
}

export interface HolderRow extends Tracked, HolderCycle {
  id: string;
  /** The sum of `available` over this holder's grants, frozen ones included. */
  balance: number;
  /** What is owed for purchases whose money went back. */
  debt: number;
  epoch: string | null;
  /** The number of the last term whose effect on the allowance has been applied. */
  term: number;
  /** The instant of this holder's last entry. */
  lastAt: number;
  /** The free month as it was left, while another epoch runs. */
  parked: HolderCycle | null;
}

/** The state of a purchase's grant after its money, or part of it, went back. */
export interface Clawback {
  /** T: how many credits are to be taken back in total. */
  target: number;
  /** R: how many have been revoked for this purchase. */
  revoked: number;
  /** What this grant repaid of other purchases' debts. */
  repaid: number;
  /** What is still owed for this purchase. */
  debt: number;
  /** Who repaid this purchase's debt, in order. */
  repayments: { grant: string; amount: number }[];
}

export interface GrantRow extends Tracked {
  id: string;
  holder: string;
  source: GrantSource;
  amount: number;
  available: number;
  held: number;
  spent: number;
  expired: number;
  revoked: number;
  at: number;
  expiresAt: number | null;
  /** Monthly grants: the cycle they belong to. */
  epoch: string | null;
  /** The number of the first term of the run that the cycle is in. */
  run: number | null;
  cycleStartsAt: number | null;
  purchase: string | null;
  clawback: Clawback | null;
  /** Bits of the expiry notices already given. */
  noticed: number;
}

export interface Slice {
  grant: string;
  source: GrantSource;
  holder: string;
  amount: number;
  returned: number;
}

export interface ChargeRow extends Tracked {
  id: string;
  member: string;
  feature: string;
  mode: string;
  quantity: number;
  delivered: number;
  unitPrice: number | null;
  /** Metered: credits per million of each meter, as they were at the charge. */
  rates: Record<string, number> | null;
  /** Metered: the usage that was first charged for; part of what makes a repeat the same. */
  estimate: Usage | null;
  usage: Usage | null;
  estimated: boolean;
  settles: Settles;
  /** True when the member's allowance was unlimited: no slices, no entries. */
  unlimited: boolean;
  amount: number;
  state: ChargeState;
  settledAmount: number;
  refundedAmount: number;
  /** Units given back by support. */
  refundedUnits: number;
  uncollected: number;
  reason: ChargeReason | null;
  cancelRequested: boolean;
  slices: Slice[];
  /** The numbers of this charge's entries, in order. */
  entries: number[];
  catalogVersion: string;
  attempt: string;
  superseded: string[];
  endedBy: "settle" | "refund" | null;
  endedAttempt: string | null;
  leaseMs: number;
  leaseExpiresAt: number;
  /** How often the row has been changed since it was made. */
  version: number;
  createdAt: number;
  endedAt: number | null;
  metadata: Record<string, unknown>;
  /** The member's cycle at the charge: what the cap counts against. */
  epoch: string;
  cycleStartsAt: number;
}

export interface TopUpRow extends Tracked {
  id: string;
  state: TopUpState;
  buyer: string | null;
  pack: string;
  credits: number;
  price: { amount: number; currency: string };
  recipients: string[];
  payment: string | null;
  refunded: number;
  checkoutUrl: string | null;
  createdAt: number;
  paidAt: number | null;
}

export interface TopUpRequestRow extends Tracked {
  id: string;
  state: TopUpRequestState;
  member: string;
  pack: string;
  note: string | null;
  decidedBy: string | null;
  topUp: string | null;
  createdAt: number;
  decidedAt: number | null;
}

/** Kinds of things whose ids are claimed in the `operation` table. */
export type OperationKind = "promo" | "revoke" | "support-refund" | "period" | "payment";

/** A claimed id: what was asked under it, and the first answer. */
export interface OperationRow extends Tracked {
  kind: OperationKind;
  id: string;
  fingerprint: string;
  actor: string | null;
  note: string | null;
  result: Record<string, unknown>;
  at: number;
}

export interface EntryRow {
  seq: number;
  kind: EntryKind;
  holder: string;
  member: string | null;
  grant: string;
  charge: string | null;
  purchase: string | null;
  amount: number;
  moved: number;
  balanceAfter: number;
  at: number;
}

/** Something that happened and that somebody may want to be told: kept until it is delivered. */
export interface EventRow {
  /** Deterministic, so that the same notice cannot be kept twice. */
  id: string;
  kind: "notice.usage" | "notice.expiry";
  at: number;
  payload: Record<string, unknown>;
}

/** Everything of one workspace that the commands of a batch may read or change. */
export interface State {
  workspace: WorkspaceRow;
  terms: Term[];
  members: Map<string, MemberRow>;
  holders: Map<string, HolderRow>;
  grants: Map<string, GrantRow>;
  grantsByHolder: Map<string, GrantRow[]>;
  charges: Map<string, ChargeRow>;
  /** Open charges whose lease may have run out, in no order. */
  runOut: string[];
  /** Charges that were remembered and have been changed elsewhere since. */
  changed: string[];
  topUps: Map<string, TopUpRow>;
  requests: Map<string, TopUpRequestRow>;
  operations: Map<string, OperationRow>;
  /** The published catalog and its version: what prices are taken from. */
  catalog: Catalog;
  catalogVersion: string;
  /** Any published version, by its hash; the pinned one is always among them. */
  catalogs: ReadonlyMap<string, Catalog>;
  entries: EntryRow[];
  events: EventRow[];
  /** People who are to be blanked in the rows that are stored already. */
  erasures: Erasure[];
  /** The serial number of the command that is running. */
  serial: number;
  undo: (() => void)[];
  saved: Tracked[];
  copies: Tracked[];
  /** Grants in burn order, by member; emptied when a grant is added or its end moves. */
  burnOrders: Map<string, GrantRow[]>;
  /** The running cycle and the instant from which this is known to be it. */
  presentCycle: { cycle: CycleSpan; from: number } | null;
}

export function operationKey(kind: OperationKind, id: string): string {
  return `${kind}:${id}`;
}
