import type { ChargeRow } from "./state.ts";

/**
 * An open charge whose lease has run out, as the next write in its workspace will find it: refunded, `timed_out`, at the
 * instant its lease ended. Lists show it so, because a read shows what a write at this instant would find. What came back
 * to grants that have ended is told by the entries of that write.
 */
export function asRunOut(row: ChargeRow): ChargeRow {
  return {
    ...row,
    state: "refunded",
    settledAmount: 0,
    refundedAmount: row.amount,
    reason: "timed_out",
    endedBy: "refund",
    endedAt: row.leaseExpiresAt,
    slices: row.slices.map((slice) => ({ ...slice, returned: slice.amount })),
  };
}
