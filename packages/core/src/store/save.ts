import type { Statement } from "../database/port.ts";
import type { ChargeRow, State, Term, Tracked, WorkspaceRow } from "../engine/state.ts";
import { keyedSource, type Prepared, type Sql, source, statement, toInstant, workspaceParam } from "./sql.ts";
import {
  type Column,
  chargeTable,
  entryTable,
  eventTable,
  grantTable,
  holderTable,
  isPlainCharge,
  isPlainEnd,
  type LeaseRow,
  leaseTable,
  lists,
  memberTable,
  operationTable,
  plainCharge,
  plainEnd,
  requestTable,
  type Table,
  termsTable,
  topUpTable,
  workspaceTable,
} from "./tables.ts";

/** What the commands of one workspace changed. */
export interface Changes {
  state: State;
  /** Terms the database has already. */
  storedTerms: number;
  /** The workspace as the database has it; `null`: not at all. */
  storedWorkspace: WorkspaceRow | null;
}

/** Rows of many workspaces, with the workspace of each beside them. */
interface Rows<Row> {
  workspaces: string[];
  rows: Row[];
}

function collect<Row>(): Rows<Row> {
  return { workspaces: [], rows: [] };
}

function add<Row>(rows: Rows<Row>, workspace: string, row: Row): void {
  rows.workspaces.push(workspace);
  rows.rows.push(row);
}

interface Writer<Row> {
  insert: Prepared;
  update: Prepared;
  table: Table<Row>;
}

function element<Row>(column: Column<Row>, i: number): string {
  const name = `k.c${i + 1}`;
  return column.wrap === undefined ? name : column.wrap(name);
}

const nothing = { names: "", values: "", suffix: "" };

function insertColumns<Row>(sql: Sql, table: string, columns: readonly Column<Row>[], extra = nothing): string {
  const from = source(
    sql,
    columns.map((column) => column.type),
  );
  return (
    `insert into ${sql.schema}${table} (workspace_id, ${columns.map((column) => column.name).join(", ")}${extra.names})` +
    ` select ${from.workspace}, ${columns.map(element).join(", ")}${extra.values} from ${from.rows}${extra.suffix}`
  );
}

function keysOf<Row>(table: Table<Row>): Column<Row>[] {
  return table.key.map((name) => table.fixed.find((column) => column.name === name) as Column<Row>);
}

/** Sets all columns but the first `keys`, which find the row. */
function updateColumns<Row>(sql: Sql, table: string, columns: readonly Column<Row>[], keys: number): string {
  const from = keyedSource(
    sql,
    columns.map((column) => column.type),
  );
  const expressions = columns.map((column, i) => `${column.name} = ${element(column, i)}`);
  const set = expressions.slice(keys);
  const where = expressions.slice(0, keys).map((expression) => `t.${expression}`);
  return (
    `update ${sql.schema}${table} t set ${set.join(", ")} from ${from.rows}` +
    ` where t.workspace_id = ${from.workspace} and ${where.join(" and ")}`
  );
}

function writer<Row>(sql: Sql, table: Table<Row>, extra = nothing): Writer<Row> {
  const { name, fixed, mutable } = table;
  const keys = keysOf(table);
  return {
    table,
    insert: { name: `${name} insert`, text: insertColumns(sql, name, [...fixed, ...mutable], extra) },
    update: {
      name: `${name} update`,
      text: mutable.length === 0 ? "" : updateColumns(sql, name, [...keys, ...mutable], keys.length),
    },
  };
}

/** The workspace's own table has no `workspace_id`; its id is one. */
function workspaceWriter(sql: Sql): Writer<State["workspace"]> {
  const insertColumns = [...workspaceTable.fixed, ...workspaceTable.mutable];
  const insertFrom = source(
    sql,
    insertColumns.map((column) => column.type),
  );
  const updateFrom = keyedSource(
    sql,
    workspaceTable.mutable.map((column) => column.type),
  );
  const set = workspaceTable.mutable.map((column, i) => `${column.name} = ${element(column, i)}`);
  return {
    table: workspaceTable,
    insert: {
      name: "workspace insert",
      text:
        `insert into ${sql.schema}workspace (id, ${insertColumns.map((column) => column.name).join(", ")})` +
        ` select ${insertFrom.workspace}, ${insertColumns.map(element).join(", ")} from ${insertFrom.rows}`,
    },
    update: {
      name: "workspace update",
      text: `update ${sql.schema}workspace t set ${set.join(", ")} from ${updateFrom.rows} where t.id = ${updateFrom.workspace}`,
    },
  };
}

export interface Saver {
  /** The statements that store what changed, in an order that the foreign keys accept. */
  save(changes: readonly Changes[]): Statement[];
}

export function createSaver(sql: Sql): Saver {
  const recordedAt = "(select date_trunc('milliseconds', statement_timestamp()))";
  const writers = {
    workspace: workspaceWriter(sql),
    terms: writer(sql, termsTable),
    member: writer(sql, memberTable),
    holder: writer(sql, holderTable),
    grant: writer(sql, grantTable),
    charge: writer(sql, chargeTable),
    lease: writer(sql, leaseTable),
    entry: writer(sql, entryTable, { names: ", recorded_at", values: `, ${recordedAt}`, suffix: "" }),
    topUp: writer(sql, topUpTable),
    request: writer(sql, requestTable),
    operation: writer(sql, operationTable),
    // A notice that was given before is the same notice.
    event: writer(sql, eventTable, { names: "", values: "", suffix: " on conflict do nothing" }),
  };
  const plainInsert: Prepared = { name: "plain charge insert", text: insertColumns(sql, "charge", plainCharge) };
  const endUpdate: Prepared = { name: "plain charge end", text: updateColumns(sql, "charge", plainEnd, 1) };
  const leases = keyedSource(sql, ["bigint", "text"]);
  const leaseDelete: Prepared = {
    name: "lease delete",
    text:
      `delete from ${sql.schema}lease t using ${leases.rows} where t.workspace_id = ${leases.workspace}` +
      ` and t.expires_at = ${toInstant("k.c1")} and t.charge_id = k.c2`,
  };
  const hot = keyedSource(sql, ["bigint", "bigint"]);
  const seqUpdate: Prepared = {
    name: "workspace seq update",
    text:
      `update ${sql.schema}workspace t set seq = k.c1, last_instant = ${toInstant("k.c2")}` +
      ` from ${hot.rows} where t.id = ${hot.workspace}`,
  };

  function insert<Row>({ insert, table }: Writer<Row>, { workspaces, rows }: Rows<Row>): Statement[] {
    return written(insert, [...table.fixed, ...table.mutable], { workspaces, rows });
  }

  function update<Row>({ update, table }: Writer<Row>, { workspaces, rows }: Rows<Row>): Statement[] {
    if (rows.length === 0) return [];
    return written(update, [...keysOf(table), ...table.mutable], { workspaces, rows });
  }

  function tracked<Row extends Tracked>(
    writer: Writer<Row>,
    changes: readonly Changes[],
    of: (state: State) => Map<string, Row>,
  ): Statement[] {
    const fresh = collect<Row>();
    const changed = collect<Row>();
    for (const { state } of changes) {
      for (const row of of(state).values()) {
        if (row.dirty) add(row.fresh ? fresh : changed, state.workspace.id, row);
      }
    }
    return [...insert(writer, fresh), ...update(writer, changed)];
  }

  function saveWorkspaces(changes: readonly Changes[]): Statement[] {
    const fresh = collect<State["workspace"]>();
    const changed = collect<State["workspace"]>();
    const moved = collect<State["workspace"]>();
    for (const { state, storedWorkspace } of changes) {
      const row = state.workspace;
      add(storedWorkspace === null ? fresh : onlyMoved(row, storedWorkspace) ? moved : changed, row.id, row);
    }
    const statements = [...insert(writers.workspace, fresh), ...update(writers.workspace, changed)];
    if (moved.rows.length > 0) {
      const seqs = moved.rows.map((row) => row.seq);
      const instants = moved.rows.map((row) => row.lastInstant);
      statements.push(statement(seqUpdate, [workspaceParam(sql, moved.workspaces), seqs, instants]));
    }
    return statements;
  }

  function saveTerms(changes: readonly Changes[]): Statement[] {
    const rows = collect<Term>();
    for (const { state, storedTerms } of changes) {
      for (const term of state.terms.slice(storedTerms)) add(rows, state.workspace.id, term);
    }
    return insert(writers.terms, rows);
  }

  /** Nearly all charges begin and end alike, and are written with few columns. */
  function saveCharges(changes: readonly Changes[]): Statement[] {
    const plain = collect<ChargeRow>();
    const fresh = collect<ChargeRow>();
    const ended = collect<ChargeRow>();
    const changed = collect<ChargeRow>();
    for (const { state } of changes) {
      for (const row of state.charges.values()) {
        if (!row.dirty) continue;
        const rows = row.fresh ? (isPlainCharge(row) ? plain : fresh) : isPlainEnd(row) ? ended : changed;
        add(rows, state.workspace.id, row);
      }
    }
    return [
      ...written(plainInsert, plainCharge, plain),
      ...insert(writers.charge, fresh),
      ...written(endUpdate, plainEnd, ended),
      ...update(writers.charge, changed),
    ];
  }

  function written<Row>(what: Prepared, columns: readonly Column<Row>[], { workspaces, rows }: Rows<Row>): Statement[] {
    if (rows.length === 0) return [];
    return [statement(what, [workspaceParam(sql, workspaces), ...lists(columns, rows)])];
  }

  /** An open charge has a lease row at its present end; one that has ended has none. */
  function saveLeases(changes: readonly Changes[]): Statement[] {
    const gone = collect<LeaseRow>();
    const fresh = collect<LeaseRow>();
    for (const { state } of changes) {
      for (const charge of state.charges.values()) {
        if (!charge.dirty) continue;
        const wanted = leaseOf(charge);
        const stored = charge.stored === null ? null : leaseOf(charge.stored);
        if (wanted === stored) continue;
        const { id } = charge;
        if (stored !== null) add(gone, state.workspace.id, { charge: id, expiresAt: stored });
        if (wanted !== null) add(fresh, state.workspace.id, { charge: id, expiresAt: wanted });
      }
    }
    const statements: Statement[] = [];
    if (gone.rows.length > 0) {
      const ends = gone.rows.map((row) => row.expiresAt);
      const charges = gone.rows.map((row) => row.charge);
      statements.push(statement(leaseDelete, [workspaceParam(sql, gone.workspaces), ends, charges]));
    }
    statements.push(...insert(writers.lease, fresh));
    return statements;
  }

  function appended<Row>(
    writer: Writer<Row>,
    changes: readonly Changes[],
    of: (state: State) => readonly Row[],
  ): Statement[] {
    const rows = collect<Row>();
    for (const { state } of changes) for (const row of of(state)) add(rows, state.workspace.id, row);
    return insert(writer, rows);
  }

  return {
    save: (changes) => [
      ...saveWorkspaces(changes),
      ...saveTerms(changes),
      ...tracked(writers.member, changes, (state) => state.members),
      ...tracked(writers.holder, changes, (state) => state.holders),
      ...tracked(writers.grant, changes, (state) => state.grants),
      ...saveCharges(changes),
      ...saveLeases(changes),
      ...appended(writers.entry, changes, (state) => state.entries),
      ...tracked(writers.topUp, changes, (state) => state.topUps),
      ...tracked(writers.request, changes, (state) => state.requests),
      ...tracked(writers.operation, changes, (state) => state.operations),
      ...appended(writers.event, changes, (state) => state.events),
    ],
  };
}

/** True when nothing but the number of the last entry and the last instant changed, as with every charge. */
function onlyMoved(row: WorkspaceRow, stored: WorkspaceRow): boolean {
  return (
    row.name === stored.name &&
    row.metadata === stored.metadata &&
    row.archivedAt === stored.archivedAt &&
    row.testClock === stored.testClock &&
    row.testClockFrom === stored.testClockFrom &&
    row.pending === stored.pending &&
    row.periodEndsAt === stored.periodEndsAt &&
    row.pinnedEpoch === stored.pinnedEpoch &&
    row.pinnedCycle === stored.pinnedCycle &&
    row.pinnedVersion === stored.pinnedVersion &&
    row.roles === stored.roles &&
    row.epochs === stored.epochs
  );
}

function leaseOf(charge: ChargeRow): number | null {
  return charge.state === "open" ? charge.leaseExpiresAt : null;
}
