import type { Client } from "pg";
import { table, whole } from "./report.ts";

/** What a server must be started with so that its statements can be watched. It costs a few per cent: profiles only. */
export const watchedSettings = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
  "pg_stat_statements.track_planning": "on",
  "pg_stat_statements.track_utility": "on",
};

interface StatementCost {
  text: string;
  calls: number;
  planMs: number;
  executeMs: number;
  rows: number;
  /** Pages found in shared memory or read: what an index that is not used shows up as. */
  pages: number;
  walBytes: number;
}

export interface StatementWatch {
  start(): void;
  stop(): void;
  /** The costliest statements of the window; empty where the server cannot tell. */
  taken(): Promise<StatementCost[]>;
}

/** Where the server's time goes, statement by statement, between `start` and `stop`. */
export function watchStatements(admin: Client): StatementWatch {
  let answer: Promise<StatementCost[]> = Promise.resolve([]);
  return {
    // Sent in the order of the calls on one connection; nobody waits, because the window must not.
    start() {
      answer = admin.query("SELECT public.pg_stat_statements_reset()").then(() => []);
      answer.catch(() => undefined);
    },
    stop() {
      answer = admin.query(costsSql).then(({ rows }) => rows as StatementCost[]);
      answer.catch(() => undefined);
    },
    taken: () => answer,
  };
}

const costsSql = `
  SELECT regexp_replace(query, '\\s+', ' ', 'g') AS text, calls::float8 AS calls, total_plan_time AS "planMs",
         total_exec_time AS "executeMs", rows::float8 AS rows,
         (shared_blks_hit + shared_blks_read)::float8 AS pages, wal_bytes::float8 AS "walBytes"
  FROM public.pg_stat_statements
  WHERE query NOT LIKE '%pg_stat_statements%'
  ORDER BY total_plan_time + total_exec_time DESC
  LIMIT 15`;

const shownCharacters = 90;

/** `seconds` is the window's length; server time above 100 % of it means that several statements ran side by side. */
export function statementTable(costs: readonly StatementCost[], seconds: number, pairs: number): string {
  const header = [
    "statement",
    "server time",
    "calls/s",
    "plan ms",
    "run ms",
    "rows/call",
    "pages/call",
    "WAL bytes/pair",
  ];
  const rows = costs.map((cost) => [
    cost.text.length > shownCharacters ? `${cost.text.slice(0, shownCharacters - 1)}…` : cost.text,
    `${((cost.planMs + cost.executeMs) / seconds / 10).toFixed(1)} %`,
    whole(cost.calls / seconds),
    (cost.planMs / cost.calls).toFixed(3),
    (cost.executeMs / cost.calls).toFixed(3),
    (cost.rows / cost.calls).toFixed(1),
    whole(cost.pages / cost.calls),
    whole(cost.walBytes / pairs),
  ]);
  return table(
    header,
    rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|"))),
  );
}
