import { deadline, every, stopwatch } from "../clock.ts";
import type { Database } from "../database/port.ts";
import { instant } from "../engine/answer.ts";
import type { OutboxStore, StoredEvent } from "../store/outbox.ts";
import type { CreditsEvent } from "../verbs.ts";

export type Notice = Exclude<CreditsEvent, { type: "changed" }>;

export interface OutboxOptions {
  database: Database;
  store: OutboxStore;
  /** Hands a notice to everybody who listens. When it throws, or its promise fails, the notice is delivered again later. */
  deliver(notice: Notice): unknown;
  /** False while nobody listens: then notices stay where they are. */
  listening(): boolean;
  intervalMs: number;
  log(message: string, error: unknown): void;
}

export interface Outbox {
  /** Delivers what waits, once; answers how many were delivered. */
  deliverAll(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

const BATCH = 100;
/** A listener that takes longer counts as failed, so that it cannot hold the others' notices. */
const LISTENER_MS = 10_000;
/** How long what a process has claimed waits for it when it has died. */
const CLAIM_MS = 60_000;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 3_600_000;
/** So many failed notices are remembered; beyond them the oldest is tried again at once. */
const REMEMBERED = 1000;

interface Failed {
  event: StoredEvent;
  times: number;
  /** By the stopwatch, which nobody sets. */
  retryAt: number;
}

/**
 * Delivers what the ledger has kept to tell, the oldest first and at least once: a notice is marked after it was
 * delivered, and a process that dies in between has it delivered again. Several processes share the work: what one of them
 * has claimed the others leave to it for a while.
 */
export function createOutbox({ database, store, deliver, listening, intervalMs, log }: OutboxOptions): Outbox {
  const failed = new Map<string, Failed>();
  let stopping = false;
  let stopTimer: (() => Promise<void>) | undefined;

  function waiting(): StoredEvent[] {
    const now = stopwatch();
    return [...failed.values()].filter(({ retryAt }) => retryAt > now).map(({ event }) => event);
  }

  /** Begins with none after that instant: its listener might still be at it when another process may claim it. */
  async function deliverEach(events: readonly StoredEvent[], until: number): Promise<StoredEvent[]> {
    const delivered: StoredEvent[] = [];
    for (const event of events) {
      if (stopping || stopwatch() > until) break;
      const key = `${event.workspace} ${event.id}`;
      try {
        await within(LISTENER_MS, deliver(toNotice(event)));
        delivered.push(event);
        failed.delete(key);
      } catch (error) {
        log(`notice ${event.id} of workspace ${event.workspace} was not taken; it will be delivered again`, error);
        remember(key, event);
      }
    }
    return delivered;
  }

  function remember(key: string, event: StoredEvent): void {
    const times = (failed.get(key)?.times ?? 0) + 1;
    failed.delete(key);
    failed.set(key, {
      event,
      times,
      retryAt: stopwatch() + Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS),
    });
    const oldest = failed.keys().next().value;
    if (failed.size > REMEMBERED && oldest !== undefined) failed.delete(oldest);
  }

  /**
   * One batch; answers how many were found and how many of them delivered. Nothing is held while the listeners are at it: one
   * that asks the ledger something may need the last connection of the host's pool, or the only session there is.
   */
  async function batch(): Promise<{ found: number; delivered: number }> {
    const until = stopwatch() + CLAIM_MS - LISTENER_MS;
    const { found, claimed } = await database.withSession((session) =>
      store.claim(session, { limit: BATCH, forMs: CLAIM_MS, except: waiting() }),
    );
    if (claimed.length === 0) return { found, delivered: 0 };
    const delivered = await deliverEach(claimed, until);
    const left = claimed.filter((event) => !delivered.includes(event));
    await database.withSession(async (session) => {
      await store.markDelivered(session, delivered);
      await store.release(session, left);
    });
    return { found, delivered: delivered.length };
  }

  async function deliverAll(): Promise<number> {
    let total = 0;
    while (listening() && !stopping) {
      const { found, delivered } = await batch();
      total += delivered;
      if (found < BATCH) break;
    }
    return total;
  }

  return {
    deliverAll,
    start() {
      stopTimer ??= every(intervalMs, async () => {
        try {
          await deliverAll();
        } catch (error) {
          log("notices could not be delivered", error);
        }
      });
    },
    async stop() {
      stopping = true;
      await stopTimer?.();
    },
  };
}

async function within(ms: number, work: unknown): Promise<void> {
  if (!(work instanceof Promise)) return;
  const { passed, cancel } = deadline(ms);
  const late = passed.then(() => Promise.reject(new Error(`a listener took more than ${ms} ms`)));
  try {
    await Promise.race([work, late]);
  } finally {
    // Left running it would keep the process alive, for this long after the last notice.
    cancel();
  }
}

function toNotice({ workspace, id, kind, at, payload }: StoredEvent): Notice {
  const notice = { ...payload, type: kind, id, workspace, at: instant(at) };
  // The engine counts in milliseconds; what leaves it says instants.
  if ("expiresAt" in payload) Object.assign(notice, { expiresAt: instant(payload.expiresAt as number) });
  // The engine writes the payload of each kind, and the database keeps it as it was.
  return notice as unknown as Notice;
}
