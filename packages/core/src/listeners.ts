import type { Notice } from "./background/outbox.ts";
import { checkListener } from "./inputs/functions.ts";
import type { CreditsEvent } from "./verbs.ts";

export type Listener = (event: CreditsEvent) => unknown;

export interface Listeners {
  /** Answers the function that stops listening. */
  add(listener: Listener): () => boolean;
  /** True when somebody listens. */
  any(): boolean;
  /** Tells everybody what has happened, and waits for nobody. */
  tell(event: CreditsEvent): void;
  /** Tells everybody and waits for all of them; throws when one of them failed. */
  deliver(notice: Notice): Promise<void>;
}

/** Those who want to hear what happens. What they throw harms neither each other nor the ledger. */
export function createListeners(log: (message: string, error: unknown) => void): Listeners {
  const listeners = new Set<Listener>();

  /**
   * What went wrong. Inside an async function a listener that throws is one whose promise fails, and every promise is waited
   * for: one that nobody waits for ends the process when it fails.
   */
  async function failures(event: CreditsEvent): Promise<unknown[]> {
    const answers = await Promise.allSettled([...listeners].map(async (listener) => await listener(event)));
    return answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  }

  return {
    add(listener) {
      checkListener(listener);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    any: () => listeners.size > 0,
    tell(event) {
      void failures(event).then((errors) => {
        for (const error of errors) log("an event listener threw", error);
      });
    },
    async deliver(notice) {
      const errors = await failures(notice);
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1) throw new AggregateError(errors, `${errors.length} listeners failed`);
    },
  };
}
