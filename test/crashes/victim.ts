import type { Verification } from "@ducat/client";
import type { Aim, Moment } from "./batch-observer.ts";
import type { Call } from "./ledger-call.ts";

/** What is killed, or cut off, again and again while a ledger works. */
export interface Victim {
  readonly name: string;
  /** The moments of a batch that can be seen here. */
  readonly moments: readonly Moment[];
  call: Call;
  verify(workspaces?: string[]): Promise<Verification>;
  /** Notes every mark of every batch, and the kill, until the function that comes back is called. */
  watch(note: (text: string) => void): () => void;
  /**
   * Ends it with SIGKILL, if it is a process: when the moment has come that is aimed at, or at once. Answers, when nothing
   * of it is left, where the batches were that had begun and had no answer.
   */
  kill(aim: Aim | null): Promise<Moment[]>;
  /** Makes it work again on what is left. */
  restart(): Promise<void>;
  /** The codes of errors that a caller may be given for the kill's sake. */
  readonly lostCodes: readonly string[];
  /** What it reported as wrong inside; nothing, if all is well. */
  faults(): string[];
  close(): Promise<void>;
}
