import type { Statement } from "../database/port.ts";
import { atRest } from "../engine/journal.ts";
import {
  type ChargeRow,
  type GrantRow,
  type HolderRow,
  type MemberRow,
  POOL,
  type State,
  type Tracked,
  type WorkspaceRow,
} from "../engine/state.ts";
import { chargeTable, isPlainCharge, isPlainEnd, plainCharge, plainEnd } from "./charge-table.ts";
import { lists } from "./columns.ts";
import { eraseStatements } from "./erase.ts";
import { keyedSource, type Sql, statement, toInstant, workspaceParam } from "./sql.ts";
import {
  entryTable,
  eventTable,
  grantMoved,
  grantTable,
  holderMoved,
  holderTable,
  isClosed,
  isGrantMoved,
  isHolderMoved,
  isWorkspaceMoved,
  type LeaseRow,
  leaseTable,
  memberTable,
  operationTable,
  requestTable,
  termsTable,
  topUpTable,
  workspaceMoved,
  workspaceTable,
} from "./tables.ts";
import { insertInto, nothing, of, updateOf, type Writer, type Written, writer } from "./write-texts.ts";

/** What the commands of one workspace changed. */
export interface Changes {
  state: State;
  /** Terms the database has already. */
  storedTerms: number;
  /** The workspace as the database has it; `null`: not at all. */
  storedWorkspace: WorkspaceRow | null;
  /** How many of the entries `saveAhead` has stored. */
  storedEntries: number;
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

interface NewMember {
  holder: HolderRow;
  member: MemberRow;
}

export interface Saver {
  /**
   * Statements that store the charges of one workspace, their leases and their entries as they are now, ahead of the rest,
   * while other commands of the same batch are still to be decided.
   */
  saveAhead(changes: Changes): Iterable<Statement>;
  /** The statements that store what changed, made as they are asked for, in an order that the foreign keys accept. */
  save(changes: readonly Changes[]): Iterable<Statement>;
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
    // What is erased first moves the rows that it changes.
    if (state.erasures.length > 0) for (const charge of state.charges.values()) charge.place = undefined;
    noteCharges(state);
  }

  /** Gives the charges that are about to be stored their next version, and notes when the first of their leases ends. */
  function noteCharges({ workspace, charges }: State): void {
    for (const charge of charges.values()) {
      if (!charge.dirty) continue;
      if (!charge.fresh) charge.version += 1;
      const ends = leaseOf(charge);
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
      else if (state.terms.length === storedTerms && isWorkspaceMoved(row, storedWorkspace)) add(moved, row.id, row);
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
        const stored = charge.fresh ? null : leaseOf(charge.before as ChargeRow);
        if (wanted === stored) continue;
        const { id } = charge;
        if (stored !== null) add(gone, state.workspace.id, { charge: id, expiresAt: stored });
        if (wanted !== null) add(fresh, state.workspace.id, { charge: id, expiresAt: wanted });
      }
    }
    return [...written(leaseDelete, gone), ...written(writers.lease.insert, fresh)];
  }

  /** Rows that are only ever added. */
  function appended<Row>(
    writer: Writer<Row>,
    changes: readonly Changes[],
    added: (change: Changes) => readonly Row[],
  ): Statement[] {
    const rows = collect<Row>();
    for (const change of changes) for (const row of added(change)) add(rows, change.state.workspace.id, row);
    return written(writer.insert, rows);
  }

  const saveEntries = (changes: readonly Changes[]) =>
    appended(writers.entry, changes, ({ state, storedEntries }) => state.entries.slice(storedEntries));

  function* saveAhead(changes: Changes): Iterable<Statement> {
    const { state } = changes;
    noteCharges(state);
    const only = [changes];
    yield* saveCharges(only);
    yield* saveLeases(only);
    yield* saveEntries(only);
    changes.storedEntries = state.entries.length;
    for (const charge of state.charges.values()) if (charge.dirty) Object.assign(charge, atRest);
  }

  function* save(changes: readonly Changes[]): Iterable<Statement> {
    // Before the rows of this batch: what they say was said after, or has been blanked in memory.
    for (const { state } of changes) {
      for (const erasure of state.erasures) yield* eraseStatements(sql, state.workspace.id, erasure);
    }
    yield* saveWorkspaces(changes);
    yield* appended(writers.terms, changes, ({ state, storedTerms }) => state.terms.slice(storedTerms));
    yield* saveHolders(changes);
    yield* saveGrants(changes);
    yield* saveCharges(changes);
    yield* saveLeases(changes);
    yield* saveEntries(changes);
    yield* tracked(writers.topUp, changes, (state) => state.topUps);
    yield* tracked(writers.request, changes, (state) => state.requests);
    yield* tracked(writers.operation, changes, (state) => state.operations);
    yield* appended(writers.event, changes, ({ state }) => state.events);
  }

  return { save, saveAhead };
}

function leaseOf(charge: ChargeRow): number | null {
  return charge.state === "open" ? charge.leaseExpiresAt : null;
}
