import type { Value } from "../database/port.ts";
import type {
  ChargeRow,
  GrantRow,
  HolderRow,
  MemberRow,
  OperationRow,
  Term,
  TopUpRequestRow,
  TopUpRow,
  WorkspaceRow,
} from "../engine/state.ts";

import { decodeSlices } from "./tables.ts";

/*
 * Rows by position, as the select lists in `load.ts` have them. A row read is a plain object with every field, so that
 * all rows of a table share one shape.
 */
type Cells = readonly Value[];

export function toWorkspace(r: Cells): WorkspaceRow {
  return {
    id: r[0],
    name: r[1],
    metadata: r[2],
    createdAt: r[3],
    archivedAt: r[4],
    seq: r[5],
    lastInstant: r[6],
    testClock: r[7],
    pending: r[8] === null ? null : { plan: r[8], at: r[9], byPeriod: r[17], anchor: r[18] },
    periodEndsAt: r[10],
    pinnedEpoch: r[11],
    pinnedCycle: r[12],
    pinnedVersion: r[13],
    roles: r[14],
    epochs: r[15],
    testClockFrom: r[16],
    parkedPin: r[19],
    poolLive: r[20],
    leaseDue: r[21],
    revision: r[22],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export function toTerm(r: Cells): Term {
  return {
    n: r[1],
    from: r[2],
    plan: r[3],
    paid: r[4],
    status: r[5],
    anchor: r[6],
    epoch: r[7],
    epochFrom: r[8],
    waited: r[10],
    pastDueFrom: r[9],
    catalogVersion: r[11],
    run: r[12],
  };
}

export function toHolder(r: Cells): HolderRow {
  return {
    id: r[1],
    balance: r[2],
    debt: r[3],
    epoch: r[4],
    cycleStartsAt: r[5],
    mark: r[6],
    allotted: r[7],
    capUsed: r[8],
    notices: r[9],
    term: r[10],
    lastAt: r[11],
    parked: r[12],
    place: r[18],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

/** The member beside the holder; `null` for the pool. */
export function toMember(r: Cells): MemberRow | null {
  if (r[13] === null) return null;
  return {
    id: r[1],
    role: r[13],
    name: r[14],
    email: r[15],
    cap: r[16],
    removedAt: r[17],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export function toGrant(r: Cells): GrantRow {
  return {
    id: r[1],
    holder: r[2],
    source: r[3],
    amount: r[4],
    available: r[5],
    held: r[6],
    spent: r[7],
    expired: r[8],
    revoked: r[9],
    at: r[10],
    expiresAt: r[11],
    epoch: r[12],
    run: r[13],
    cycleStartsAt: r[14],
    purchase: r[15],
    clawback: r[16],
    noticed: r[17],
    place: r[18],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export function toCharge(r: Cells): ChargeRow {
  const row: ChargeRow = {
    id: r[1],
    member: r[2],
    feature: r[3],
    mode: r[4],
    quantity: r[5],
    delivered: r[6],
    unitPrice: r[7],
    rates: r[8],
    estimate: r[35],
    usage: r[9],
    estimated: r[10],
    settles: r[11],
    unlimited: r[12],
    amount: r[13],
    state: r[14],
    settledAmount: r[15],
    refundedAmount: r[16],
    refundedUnits: r[17],
    uncollected: r[18],
    reason: r[19],
    cancelRequested: r[20],
    slices: decodeSlices(r[21]),
    entries: r[22],
    catalogVersion: r[23],
    attempt: r[24],
    superseded: r[25] ?? [],
    endedBy: r[26],
    endedAttempt: r[27],
    leaseMs: r[28],
    leaseExpiresAt: r[29],
    version: r[36],
    place: r[37],
    stored: null,
    createdAt: r[30],
    endedAt: r[31],
    metadata: r[32],
    epoch: r[33],
    cycleStartsAt: r[34],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
  row.stored = { ...row };
  return row;
}

export function toTopUp(r: Cells): TopUpRow {
  return {
    id: r[1],
    state: r[2],
    buyer: r[3],
    pack: r[4],
    credits: r[5],
    price: { amount: r[6], currency: r[7] },
    recipients: r[8],
    payment: r[9],
    refunded: r[10],
    checkoutUrl: r[11],
    createdAt: r[12],
    paidAt: r[13],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export function toRequest(r: Cells): TopUpRequestRow {
  return {
    id: r[1],
    state: r[2],
    member: r[3],
    pack: r[4],
    note: r[5],
    decidedBy: r[6],
    topUp: r[7],
    createdAt: r[8],
    decidedAt: r[9],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}

export function toOperation(r: Cells): OperationRow {
  return {
    kind: r[1],
    id: r[2],
    fingerprint: r[3],
    actor: r[4],
    note: r[5],
    result: r[6],
    at: r[7],
    savedBy: -1,
    dirty: false,
    fresh: false,
  };
}
