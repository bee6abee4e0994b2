import type { Session, Statement } from "../database/port.ts";
import { beginsRun, expiryDue, noticeDue } from "./due.ts";
import type { Sql } from "./sql.ts";

/** Finds workspaces in which time has done something that nobody has written yet. Takes no locks and decides nothing. */
export interface Candidates {
  /** Leases that ran out and credits that ended. `skip`: workspaces that were tried already. */
  due(session: Session, limit: number, skip: readonly string[]): Promise<string[]>;
  /**
   * Plan changes that waited until now; credits whose cycle a plan change has cut short, so that they ended before the
   * date they carry; notices of an end that is near. No index finds these quickly, and none must be found soon: look seldom.
   */
  dueSlowly(session: Session, limit: number, skip: readonly string[]): Promise<string[]>;
}

/** In a statement of its own, so that it is read once: an index cannot serve a value that changes from row to row. */
const now = "(select clock_timestamp())";

/** A workspace with a test clock lives by it alone. */
const live = "w.test_clock is null and w.id <> all($2::text[])";

export function createCandidates({ schema }: Sql): Candidates {
  const from = (rows: string) =>
    `select x.workspace_id from (${rows}) x join ${schema}workspace w on w.id = x.workspace_id where ${live} limit $1::integer`;

  const leases = from(`select distinct l.workspace_id from ${schema}lease l where l.expires_at <= ${now}`);
  const grants = from(
    `select distinct g.workspace_id from ${schema}credit_grant g where not g.closed and ${expiryDue(now)}`,
  );
  const notices = from(
    `select distinct g.workspace_id from ${schema}credit_grant g where not g.closed and ${noticeDue(now)}` +
      ` and g.expires_at <= ${now} + interval '7 days'`,
  );
  const pending =
    `select w.id from ${schema}workspace w where ${live} and w.pending_at is not null` +
    ` and w.pending_at <= ${now} limit $1::integer`;
  // A monthly grant ends two months after its cycle's start at the latest, so older plan changes need no look.
  const cutShort = from(
    `select distinct t.workspace_id from ${schema}terms t where t.n > 1 and ${beginsRun(schema)}` +
      ` and t.starts_at <= ${now} and t.starts_at > ${now} - interval '70 days'` +
      ` and exists (select 1 from ${schema}credit_grant g where g.workspace_id = t.workspace_id and not g.closed` +
      " and g.available > 0 and g.run < t.n)",
  );

  async function find(session: Session, texts: readonly string[], limit: number, skip: readonly string[]) {
    const statements: Statement[] = texts.map((text) => ({ name: "candidates", text, params: [limit, skip] }));
    const found = new Set<string>();
    for (const { rows } of await session.run(statements)) for (const [id] of rows) found.add(id);
    return [...found];
  }

  return {
    due: (session, limit, skip) => find(session, [leases, grants], limit, skip),
    dueSlowly: (session, limit, skip) => find(session, [pending, cutShort, notices], limit, skip),
  };
}
