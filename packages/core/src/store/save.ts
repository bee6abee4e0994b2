import type { Statement } from "../database/port.ts";
import {
  type ChargeRow,
  type GrantRow,
  type HolderRow,
  type MemberRow,
  POOL,
  type State,
  type Term,
  type Tracked,
  type WorkspaceRow,
} from "../engine/state.ts";
import { eraseStatements } from "./erase.ts";
import { keyedSource, type Prepared, type Sql, source, statement, toInstant, workspaceParam } from "./sql.ts";
import {
  type Column,
  chargeTable,
  entryTable,
  eventTable,
  grantMoved,
  grantTable,
  holderMoved,
  holderTable,
  isClosed,
  isGrantMoved,
  isHolderMoved,
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
  workspaceMoved,
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

/** One text for a list of rows, and one for a single row, which spares a lone command the lists. */
interface Written<Row> {
  columns: readonly Column<Row>[];
  many: Prepared;
  one: Prepared;
  /** For lists of rows that are known by their place. */
  placed?: Placed<Row>;
}

interface Placed<Row> {
  place: (row: Row) => string | undefined;
  columns: readonly Column<Row>[];
  many: Prepared;
}

interface Writer<Row> {
  insert: Written<Row>;
  update: Written<Row>;
}

function wrapped<Row>(column: Column<Row>, value: string): string {
  return column.wrap === undefined ? value : column.wrap(value);
}

function element<Row>(column: Column<Row>, i: number): string {
  return wrapped(column, `k.c${i + 1}`);
}

/** The parameter of a single row; the workspace is `$1`. */
function parameter<Row>(column: Column<Row>, i: number): string {
  return wrapped(column, `$${i + 2}::${column.type}`);
}

function typesOf<Row>(columns: readonly Column<Row>[]): string[] {
  return columns.map((column) => column.type);
}

const nothing = { names: "", values: "", suffix: "" };

function insertInto<Row>(
  sql: Sql,
  table: string,
  columns: readonly Column<Row>[],
  extra = nothing,
  workspaceColumn = "workspace_id",
): Written<Row> {
  const from = source(sql, typesOf(columns));
  const names = [workspaceColumn, ...columns.map((column) => column.name)].join(", ") + extra.names;
  const into = `insert into ${sql.schema}${table} (${names})`;
  const many = [from.workspace, ...columns.map(element)].join(", ") + extra.values;
  const one = ["$1::text", ...columns.map(parameter)].join(", ") + extra.values;
  return {
    columns,
    many: { name: `${table} insert`, text: `${into} select ${many} from ${from.rows}${extra.suffix}` },
    one: { name: `${table} insert one`, text: `${into} values (${one})${extra.suffix}` },
  };
}

/** Sets all columns but the first `keys`, which find the row. */
function updateOf<Row>(
  sql: Sql,
  { name: table, place }: Table<Row>,
  columns: readonly Column<Row>[],
  keys: number,
  workspaceColumn = "workspace_id",
): Written<Row> {
  const from = keyedSource(sql, typesOf(columns));
  const text = (value: (column: Column<Row>, i: number) => string, workspace: string, rows: string) => {
    const expressions = columns.map((column, i) => `${column.name} = ${value(column, i)}`);
    const where = [`t.${workspaceColumn} = ${workspace}`, ...expressions.slice(0, keys).map((each) => `t.${each}`)];
    return `update ${sql.schema}${table} t set ${expressions.slice(keys).join(", ")}${rows} where ${where.join(" and ")}`;
  };
  return {
    columns,
    many: { name: `${table} update`, text: text(element, from.workspace, ` from ${from.rows}`) },
    one: { name: `${table} update one`, text: text(parameter, "$1::text", "") },
    ...(sql.scope === "mixed" && place !== undefined
      ? { placed: updateByPlace(sql, table, columns.slice(keys), place) }
      : {}),
  };
}

/**
 * The same for rows that this transaction has just read, by where they are: no index is asked. They are there still,
 * because nobody changes them without the workspace's lock; if anybody did, the division by zero stops the transaction.
 */
function updateByPlace<Row>(
  sql: Sql,
  table: string,
  columns: readonly Column<Row>[],
  place: (row: Row) => string | undefined,
): Placed<Row> {
  const all: Column<Row>[] = [...columns, { name: "ctid", type: "tid", value: (row) => place(row) as string }];
  const lists = all.map((column, i) => `$${i + 1}::${column.type}[]`).join(", ");
  const names = all.map((_, i) => `c${i + 1}`).join(", ");
  const set = columns.map((column, i) => `${column.name} = ${element(column, i)}`).join(", ");
  return {
    place,
    columns: all,
    many: {
      name: `${table} update by place`,
      text:
        `with moved as (update ${sql.schema}${table} t set ${set} from unnest(${lists}) k(${names})` +
        ` where t.ctid = k.c${all.length} returning 1)` +
        ` select 1 / (count(*) = $${all.length + 1}::bigint)::int from moved`,
    },
  };
}

interface NewMember {
  holder: HolderRow;
  member: MemberRow;
}

/** A column of a row that is part of another. */
function of<Whole, Part>(column: Column<Part>, part: (row: Whole) => Part): Column<Whole> {
  return { ...column, value: (row) => column.value(part(row)) };
}

function keysOf<Row>(table: Table<Row>): Column<Row>[] {
  return table.key.map((name) => table.fixed.find((column) => column.name === name) as Column<Row>);
}

function writer<Row>(sql: Sql, table: Table<Row>, extra = nothing, workspaceColumn = "workspace_id"): Writer<Row> {
  const { name, fixed, mutable } = table;
  const keys = keysOf(table);
  return {
    insert: insertInto(sql, name, [...fixed, ...mutable], extra, workspaceColumn),
    update: updateOf(sql, table, [...keys, ...mutable], keys.length, workspaceColumn),
  };
}

export interface Saver {
  /** The statements that store what changed, in an order that the foreign keys accept. */
  save(changes: readonly Changes[]): Statement[];
}

export function createSaver(sql: Sql): Saver {
  const recordedAt = "(select date_trunc('milliseconds', statement_timestamp()))";
  const writers = {
    // The workspace's own table has no `workspace_id`; its id is one.
    workspace: writer(sql, workspaceTable, nothing, "id"),
    terms: writer(sql, termsTable),
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
  const memberInsert = insertInto(sql, memberTable.name, [
    ...[...holderTable.fixed, ...holderTable.mutable].map((column) => of(column, (row: NewMember) => row.holder)),
    ...memberTable.mutable.map((column) => of(column, (row: NewMember) => row.member)),
  ]);
  const holderUpdate = updateOf(sql, holderTable, holderMoved, 1);
  const grantUpdate = updateOf(sql, grantTable, grantMoved, 1);
  const memberUpdate = writer(sql, memberTable).update;
  const plainInsert = insertInto(sql, "charge", plainCharge);
  const endUpdate = updateOf(sql, chargeTable, plainEnd, 1);
  const seqUpdate = updateOf(sql, workspaceTable, workspaceMoved, 0, "id");
  const leases = keyedSource(sql, ["bigint", "text"]);
  const leaseDelete: Written<LeaseRow> = {
    columns: leaseTable.fixed,
    many: {
      name: "lease delete",
      text:
        `delete from ${sql.schema}lease t using ${leases.rows} where t.workspace_id = ${leases.workspace}` +
        ` and t.expires_at = ${toInstant("k.c1")} and t.charge_id = k.c2`,
    },
    one: {
      name: "lease delete one",
      text:
        `delete from ${sql.schema}lease t where t.workspace_id = $1::text` +
        ` and t.expires_at = ${toInstant("$2::bigint")} and t.charge_id = $3::text`,
    },
  };

  function written<Row>({ columns, many, one, placed }: Written<Row>, { workspaces, rows }: Rows<Row>): Statement[] {
    if (rows.length === 0) return [];
    if (placed !== undefined && rows.every((row) => placed.place(row) !== undefined))
      return [statement(placed.many, [...lists(placed.columns, rows), rows.length])];
    if (rows.length === 1) {
      const row = rows[0] as Row;
      return [statement(one, [workspaces[0] as string, ...columns.map(({ value }) => value(row))])];
    }
    return [statement(many, [workspaceParam(sql, workspaces), ...lists(columns, rows)])];
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
    return [...written(writer.insert, fresh), ...written(writer.update, changed)];
  }

  /** What the workspace's row says of other tables, so that commands need not look there. */
  function keepBooks(state: State): void {
    const { workspace } = state;
    if (state.holders.has(POOL)) {
      workspace.poolLive = (state.grantsByHolder.get(POOL) ?? []).some((grant) => !isClosed(grant));
    }
    for (const charge of state.charges.values()) {
      // What is erased first moves the rows that it changes.
      if (state.erasures.length > 0) charge.place = undefined;
      const ends = charge.dirty ? leaseOf(charge) : null;
      if (ends !== null && (workspace.leaseDue === null || ends < workspace.leaseDue)) workspace.leaseDue = ends;
    }
  }

  function saveWorkspaces(changes: readonly Changes[]): Statement[] {
    const fresh = collect<State["workspace"]>();
    const changed = collect<State["workspace"]>();
    const moved = collect<State["workspace"]>();
    for (const { state, storedWorkspace, storedTerms } of changes) {
      keepBooks(state);
      const row = state.workspace;
      if (storedWorkspace === null) add(fresh, row.id, row);
      else if (state.terms.length === storedTerms && onlyMoved(row, storedWorkspace)) add(moved, row.id, row);
      else {
        row.revision = storedWorkspace.revision + 1;
        add(changed, row.id, row);
      }
    }
    return [
      ...written(writers.workspace.insert, fresh),
      ...written(writers.workspace.update, changed),
      ...written(seqUpdate, moved),
    ];
  }

  /** A new member and its holder are one new row. */
  function saveHolders(changes: readonly Changes[]): Statement[] {
    const pools = collect<HolderRow>();
    const fresh = collect<NewMember>();
    const holders = collect<HolderRow>();
    const moved = collect<HolderRow>();
    const members = collect<MemberRow>();
    for (const { state } of changes) {
      const { id } = state.workspace;
      for (const holder of state.holders.values()) {
        const member = state.members.get(holder.id);
        if (holder.fresh && member !== undefined) add(fresh, id, { holder, member });
        else if (holder.fresh) add(pools, id, holder);
        else if (holder.dirty) add(isHolderMoved(holder) ? moved : holders, id, holder);
        if (member?.dirty && !holder.fresh) add(members, id, member);
      }
    }
    return [
      ...written(writers.holder.insert, pools),
      ...written(memberInsert, fresh),
      ...written(holderUpdate, moved),
      ...written(writers.holder.update, holders),
      // By key, and last: the statement before may have moved the row.
      ...written(memberUpdate, members),
    ];
  }

  function saveTerms(changes: readonly Changes[]): Statement[] {
    const rows = collect<Term>();
    for (const { state, storedTerms } of changes) {
      for (const term of state.terms.slice(storedTerms)) add(rows, state.workspace.id, term);
    }
    return written(writers.terms.insert, rows);
  }

  function saveGrants(changes: readonly Changes[]): Statement[] {
    const fresh = collect<GrantRow>();
    const moved = collect<GrantRow>();
    const changed = collect<GrantRow>();
    for (const { state } of changes) {
      for (const row of state.grants.values()) {
        if (row.dirty) add(row.fresh ? fresh : isGrantMoved(row) ? moved : changed, state.workspace.id, row);
      }
    }
    return [
      ...written(writers.grant.insert, fresh),
      ...written(grantUpdate, moved),
      ...written(writers.grant.update, changed),
    ];
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
      ...written(plainInsert, plain),
      ...written(writers.charge.insert, fresh),
      ...written(endUpdate, ended),
      ...written(writers.charge.update, changed),
    ];
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
    return [...written(leaseDelete, gone), ...written(writers.lease.insert, fresh)];
  }

  function appended<Row>(
    writer: Writer<Row>,
    changes: readonly Changes[],
    of: (state: State) => readonly Row[],
  ): Statement[] {
    const rows = collect<Row>();
    for (const { state } of changes) for (const row of of(state)) add(rows, state.workspace.id, row);
    return written(writer.insert, rows);
  }

  return {
    save: (changes) => [
      // Before the rows of this batch: what they say was said after, or has been blanked in memory.
      ...changes.flatMap(({ state }) =>
        state.erasures.flatMap((erasure) => eraseStatements(sql, state.workspace.id, erasure)),
      ),
      ...saveWorkspaces(changes),
      ...saveTerms(changes),
      ...saveHolders(changes),
      ...saveGrants(changes),
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
    row.parkedPin === stored.parkedPin &&
    row.roles === stored.roles &&
    row.epochs === stored.epochs &&
    row.poolLive === stored.poolLive
  );
}

function leaseOf(charge: ChargeRow): number | null {
  return charge.state === "open" ? charge.leaseExpiresAt : null;
}
