import type { Charge, ChargeEnded, ChargeOutcome, Entry, Page } from "@ducat/client";

/** What the verbs answer that a crash test calls. */
export interface Answers {
  charge: ChargeOutcome;
  settle: ChargeEnded;
  refund: ChargeEnded;
  "charges.list": Page<Charge>;
  entries: Page<Entry>;
  "workspaces.put": unknown;
  "members.put": unknown;
  grant: unknown;
  "clock.advance": unknown;
}

export type Verb = keyof Answers;

/** Calls a verb by its name, wherever the ledger is: in this process, in another, or behind HTTP. */
export type Call = <V extends Verb>(verb: V, input: Record<string, unknown>) => Promise<Answers[V]>;

/** The verbs of an object that has them under their names, as a ledger and a client have. */
export function callsOf(verbs: object): Call {
  return (verb, input) => {
    let found: unknown = verbs;
    for (const name of verb.split(".")) found = (found as Record<string, unknown>)[name];
    return (found as (input: unknown) => Promise<never>)(input);
  };
}
