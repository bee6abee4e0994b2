import type { Result, Session, Statement } from "../database/port.ts";
import { expiryDue } from "./due.ts";
import { ms, type Sql } from "./sql.ts";

/** How far the counts go: whoever has more of it need not know how many more. */
const COUNT_LIMIT = 10_000;

/** What the server says of itself. */
export interface ServerFacts {
  version: string;
  /** Such as 150004. */
  versionNumber: number;
  fsync: string;
  fullPageWrites: string;
  synchronousCommit: string;
  readOnly: boolean;
  maxConnections: number;
  reservedConnections: number;
  usedConnections: number;
}

/** So many, and the oldest instant among them. */
export interface Counted {
  count: number;
  since: number | null;
}

export interface LedgerFacts {
  at: number;
  openLeases: number;
  oldestCharge: { workspace: string; charge: string; createdAt: number; leaseExpiresAt: number } | null;
  overdueLeases: Counted;
  expiredGrants: Counted;
  pendingChanges: Counted;
  undeliveredEvents: Counted;
  testClocks: number;
}

export interface DiagnosisStore {
  /** The database's clock, in a statement of its own so that little else is in the time that it takes. */
  clock(session: Session): Promise<number>;
  server(session: Session): Promise<ServerFacts>;
  /** What a ledger has left undone, from one snapshot that is not kept for long. */
  ledger(session: Session): Promise<LedgerFacts>;
}

const setting = (name: string) => `current_setting('${name}')`;

/** In seconds this looks at nothing that grows with the history, and a busy database must not be held up by a look. */
const TIME_LIMIT_MS = 15_000;

export function createDiagnosisStore({ schema }: Sql): DiagnosisStore {
  const now = "(select clock_timestamp())";
  const live = (alias: string, id: string) =>
    `join ${schema}workspace ${alias} on ${alias}.id = ${id} and ${alias}.test_clock is null`;
  const counted = (instants: string) =>
    `select count(*)::int, ${ms("min(x.instant)")} from (${instants} order by 1 limit ${COUNT_LIMIT}) x`;

  const ledger: readonly Statement[] = [
    { text: "begin isolation level repeatable read read only" },
    { text: `select set_config('statement_timeout', '${TIME_LIMIT_MS}', true)` },
    { text: `select ${ms(now)}` },
    { text: `select count(*)::int from (select 1 from ${schema}lease limit ${COUNT_LIMIT}) x` },
    {
      text:
        `select c.workspace_id, c.id, ${ms("c.created_at")}, ${ms("c.lease_expires_at")} from ${schema}lease l` +
        ` join ${schema}charge c on c.workspace_id = l.workspace_id and c.id = l.charge_id` +
        ` ${live("w", "l.workspace_id")} order by c.created_at limit 1`,
    },
    {
      text: counted(
        `select l.expires_at as instant from ${schema}lease l ${live("w", "l.workspace_id")} where l.expires_at <= ${now}`,
      ),
    },
    {
      text: counted(
        `select g.expires_at as instant from ${schema}credit_grant g ${live("w", "g.workspace_id")}` +
          ` where not g.closed and ${expiryDue(now)}`,
      ),
    },
    {
      text: counted(
        `select w.pending_at as instant from ${schema}workspace w where w.test_clock is null and w.pending_at <= ${now}`,
      ),
    },
    { text: counted(`select e.created_at as instant from ${schema}event e where e.delivered_at is null`) },
    {
      text: `select count(*)::int from (select 1 from ${schema}workspace where test_clock is not null limit ${COUNT_LIMIT}) x`,
    },
    { text: "commit" },
  ];

  return {
    async clock(session) {
      const [result] = await session.run([{ text: `select ${ms("clock_timestamp()")}` }]);
      return result?.rows[0]?.[0] as number;
    },
    async server(session) {
      const columns = [
        setting("server_version"),
        `${setting("server_version_num")}::int`,
        setting("fsync"),
        setting("full_page_writes"),
        setting("synchronous_commit"),
        `pg_is_in_recovery() or ${setting("default_transaction_read_only")} = 'on'`,
        `${setting("max_connections")}::int`,
        `${setting("superuser_reserved_connections")}::int`,
        "(select count(*)::int from pg_stat_activity where backend_type = 'client backend')",
      ];
      const [result] = await session.run([{ text: `select ${columns.join(", ")}` }]);
      const [version, versionNumber, fsync, fullPageWrites, synchronousCommit, readOnly, max, reserved, used] =
        result?.rows[0] ?? [];
      return {
        version,
        versionNumber,
        fsync,
        fullPageWrites,
        synchronousCommit,
        readOnly,
        maxConnections: max,
        reservedConnections: reserved,
        usedConnections: used,
      };
    },
    async ledger(session) {
      const [, , at, leases, oldest, overdue, expired, pending, events, clocks] = await session.run(ledger);
      const first = oldest?.rows[0];
      return {
        at: one(at),
        openLeases: one(leases),
        oldestCharge:
          first === undefined
            ? null
            : { workspace: first[0], charge: first[1], createdAt: first[2], leaseExpiresAt: first[3] },
        overdueLeases: countOf(overdue),
        expiredGrants: countOf(expired),
        pendingChanges: countOf(pending),
        undeliveredEvents: countOf(events),
        testClocks: one(clocks),
      };
    },
  };
}

function one(result: Result | undefined): number {
  return result?.rows[0]?.[0] as number;
}

function countOf(result: Result | undefined): Counted {
  const [count, since] = result?.rows[0] ?? [];
  return { count, since };
}
