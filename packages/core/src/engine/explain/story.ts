import type { EntryRow } from "../state.ts";

/** What support gave back of a charge, as the operation recorded it. */
export interface SupportRefund {
  id: string;
  actor: string | null;
  note: string | null;
  at: number;
  /** The number of the ledger's last entry when it was done: two may be done in one instant. */
  seq: number;
  amount: number;
  restored: number;
  expired: number;
  reissued: number;
  /** Until when the credits can be used that were given anew; `null`: none were. */
  reissuedUntil: number | null;
}

/** What the rows of a charge do not tell by themselves. */
export interface ChargeStory {
  /** The charge's entries, and those that followed at once on what came back to a grant. In order. */
  entries: readonly EntryRow[];
  supportRefunds: readonly SupportRefund[];
}
