import type { CreditsOptions } from "ducat";

/** What a process is told to do. Everything here goes over a channel as JSON. */
export type Task = Opening | Burst | ChargeUntil;

export interface Opening {
  kind: "open";
  url: string;
  schema: string;
  options: Pick<CreditsOptions, "lockTimeoutMs" | "lanes">;
}

/** Many calls at once, none waiting for another. */
export interface Burst {
  kind: "burst";
  barrier: number;
  calls: { verb: string; input: Record<string, unknown> }[];
  /** How many unanswered calls make a crowd: the report tells from when to when there was one. */
  crowd: number;
}

export interface Answer {
  id: string;
  /** The outcome, or `error` and the code. */
  outcome: string;
  replayed?: boolean;
  seq: number;
}

export interface BurstReport {
  answers: Answer[];
  /** The most calls that were unanswered at one moment. */
  most: number;
  crowdedFrom: number | null;
  crowdedTo: number | null;
  logged: string[];
}

export interface ChargeUntil {
  kind: "charge until";
  barrier: number;
  input: Record<string, unknown>;
  /** Milliseconds since 1970. */
  until: number;
  callers: number;
}

export interface ChargeUntilReport {
  charged: number;
  refused: number;
  logged: string[];
}
