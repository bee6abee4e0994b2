import type { Statement } from "../database/port.ts";

/**
 * Plans that go by the keys: every statement of a batch or a read finds its rows by them, and a plan made while the
 * tables were small or not yet analyzed must not read them whole for ever after.
 */
const BY_KEY = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_bitmapscan: "off",
  plan_cache_mode: "force_generic_plan",
};

function localSettings(settings: Readonly<Record<string, string>>): Statement {
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return { name: "settings", text: `select ${calls.join(", ")}` };
}

/** A half-open connection must not hold hundreds of workspaces, nor a batch wait for a lock without an end. */
export function beginBatch(lockTimeoutMs: number): Statement[] {
  const settings = {
    idle_in_transaction_session_timeout: "10000",
    lock_timeout: String(lockTimeoutMs),
    ...BY_KEY,
  };
  return [{ name: "begin", text: "begin isolation level read committed" }, localSettings(settings)];
}

/** The embedded database is one connection, where nobody waits for anybody. */
export const beginEmbeddedBatch: readonly Statement[] = [{ name: "begin", text: "begin" }, localSettings(BY_KEY)];

/** A read is of one snapshot. */
export const beginRead: readonly Statement[] = [
  { name: "begin read", text: "begin isolation level repeatable read read only" },
  localSettings(BY_KEY),
];

export const commit: Statement = { name: "commit", text: "commit" };
export const rollback: Statement = { name: "rollback", text: "rollback" };

/**
 * Fails with `division_by_zero` in a transaction of another isolation level: there the statements after the lock would
 * still see the rows of before the wait. It fails in the database, so that no later statement of the same round trip runs.
 */
export const mustBeReadCommitted: Statement = {
  name: "isolation",
  text: "select 1 / (current_setting('transaction_isolation') = 'read committed')::int",
};
