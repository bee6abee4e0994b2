import type { Result, Statement } from "../database/port.ts";
import { beginsRun, expiryDue, noticeDue } from "./due.ts";
import type { Need } from "./needs.ts";
import {
  chargeColumns,
  grantColumns,
  holderColumns,
  operationColumns,
  requestColumns,
  termColumns,
  topUpColumns,
  workspaceColumns,
} from "./rows.ts";
import { keyedSource, ms, type Prepared, type Sql, source, statement, workspaceParam } from "./sql.ts";

export type LoadedKind =
  | "chargeVersions"
  | "terms"
  | "holders"
  | "grants"
  | "charges"
  | "leases"
  | "runOut"
  | "topUps"
  | "requests"
  | "operations";

/** Statements with what their rows are, so that the answers can be told apart. */
export interface Load {
  kind: LoadedKind;
  statement: Statement;
}

export interface Loader {
  /** True when every statement must be of one workspace. */
  single: boolean;
  /**
   * Locks the workspaces, in id order, and reads of their rows what every command changes. `skipLocked`: those that
   * another transaction holds are left out, not waited for.
   */
  lock(workspaces: readonly string[], skipLocked: boolean): Statement;
  /** The same rows without a lock, for reads and to tell a workspace that is held from one that does not exist. */
  find(workspaces: readonly string[]): Statement;
  /** Keeps the published catalog as it is until the end of the transaction; any number of transactions may. */
  keepCatalog(): Statement;
  /** The clock, read after the locks are held, and the published catalog version. */
  clock(): Statement;
  /** What the commands of the workspaces need, as one list of statements. */
  load(needs: ReadonlyMap<string, Need>): Load[];
  /** The dated lists of terms. */
  terms(workspaces: readonly string[]): Load[];
  /**
   * Leases that have run out, and of each workspace the one that ends next. A read wants every one, a batch so many as one
   * transaction should end.
   */
  leases(workspaces: readonly string[], every?: boolean): Load[];
  /** Leases that have run out by an instant a caller gives (a test clock), instead of the database's. */
  runOutBy(workspace: string, instant: number): Load;
  /** The holders whose live grants have ended by an instant, or are to be given notice of their end. */
  dueHolders(workspace: string, instant: number, limit: number): Statement;
}

/** So many run-out leases one transaction ends; a workspace with more of them is swept first. */
export const RUN_OUT_LIMIT = 1000;

const sweptAt = "to_timestamp($2::float8 / 1000)";

export function createLoader(sql: Sql): Loader {
  const { schema } = sql;
  const single = sql.scope === "workspace";
  const anyOf = (column: string) => (single ? `${column} = $1::text` : `${column} = any($1::text[])`);
  const one = (workspaces: readonly string[]) => (single ? (workspaces[0] as string) : workspaces);

  // Where the rows are, so that what changed is written there without looking for it a second time. A table distributed
  // over several servers has no such places.
  const place = (alias: string) => (single ? "" : `, ${alias}.ctid`);
  const locked =
    `select w.id, w.revision, w.seq, ${ms("w.last_instant")}, ${ms("w.lease_due")}${place("w")}` +
    ` from ${schema}workspace w where ${anyOf("w.id")} order by w.id for no key update`;
  const lock: Prepared = { name: "lock", text: locked };
  const lockSkipping: Prepared = { name: "lock skipping", text: `${locked} skip locked` };
  const find: Prepared = {
    name: "find",
    text: `select ${workspaceColumns} from ${schema}workspace w where ${anyOf("w.id")}`,
  };
  // Does not conflict with itself, nor with those who read, but with the lock of whoever publishes.
  const keepCatalog: Prepared = {
    name: "keep catalog",
    text: `lock table ${schema}catalog_version in row exclusive mode`,
  };
  const clock: Prepared = {
    name: "clock",
    text:
      `select ${ms("date_trunc('milliseconds', clock_timestamp())")},` +
      ` (select version from ${schema}catalog_version order by published_n desc limit 1)`,
  };
  const terms: Prepared = {
    name: "terms",
    text: `select ${termColumns} from ${schema}terms t where ${anyOf("t.workspace_id")} order by t.workspace_id, t.n`,
  };
  // Read once, and so a bound of the index scan; clock_timestamp() itself would be asked again for every lease.
  const present = "(select clock_timestamp())";
  const leasesOf = (workspace: string, limit: string) => {
    const ends = (which: string, atMost: string) =>
      `(select l.charge_id, l.expires_at from ${schema}lease l where l.workspace_id = ${workspace}` +
      ` and l.expires_at ${which} ${present} order by l.expires_at, l.charge_id${atMost})`;
    return `(${ends("<=", limit)} union all ${ends(">", " limit 1")}) l`;
  };
  const runOut = (limit: string) =>
    single
      ? `select $1::text, l.charge_id, ${ms("l.expires_at")} from ${leasesOf("$1::text", limit)}`
      : `select w.id, l.charge_id, ${ms("l.expires_at")} from unnest($1::text[]) w(id)` +
        ` cross join lateral ${leasesOf("w.id", limit)}`;
  const leases: Prepared = { name: "leases", text: runOut(` limit ${RUN_OUT_LIMIT + 1}`) };
  const allLeases: Prepared = { name: "all leases", text: runOut("") };
  // All of them at once: what a test clock passes over takes effect in the order of its instants, not in two goes.
  const leasesBy: Prepared = {
    name: "leases by",
    text:
      `select l.workspace_id, l.charge_id, ${ms("l.expires_at")} from ${schema}lease l where l.workspace_id = $1::text` +
      " and l.expires_at <= to_timestamp($2::float8 / 1000) order by l.expires_at, l.charge_id",
  };

  const keys = source(sql, ["text"]);
  const chargeKeys = source(sql, ["text"], 3, "kc");
  const found = keyedSource(sql, ["text"]);
  /** `from` and `where` of rows found by their id. */
  const byId = (table: string, alias: string, id = "id") =>
    sql.distributed
      ? `from ${schema}${table} ${alias} where ${alias}.workspace_id = $1::text and ${alias}.${id} = any($2::text[])`
      : `from ${found.rows} join ${schema}${table} ${alias}` +
        ` on ${alias}.workspace_id = k.workspace_id and ${alias}.${id} = k.c1`;
  /** The holders named, and those of the charges named: a settle knows its member only from the charge. */
  const holdersOf = (table: string, alias: string, id: string, withCharges: boolean) => {
    if (single && (withCharges || sql.distributed)) {
      const ids = withCharges
        ? `in (select unnest($2::text[]) union select c.member from ${schema}charge c` +
          " where c.workspace_id = $1::text and c.id = any($3::text[]))"
        : "= any($2::text[])";
      return `from ${schema}${table} ${alias} where ${alias}.workspace_id = $1::text and ${alias}.${id} ${ids}`;
    }
    // Nobody names a holder twice, so the keys are joined as they are.
    if (single || !withCharges) return byId(table, alias, id);
    const named =
      `select k.workspace_id, k.c1 as id from ${keys.rows} union select c.workspace_id, c.member from ${chargeKeys.rows}` +
      ` join ${schema}charge c on c.workspace_id = kc.workspace_id and c.id = kc.c1`;
    return (
      `from (${named}) x join ${schema}${table} ${alias}` +
      ` on ${alias}.workspace_id = x.workspace_id and ${alias}.${id} = x.id`
    );
  };
  const holderText = (withCharges: boolean) =>
    `select ${holderColumns}${place("h")} ${holdersOf("holder", "h", "id", withCharges)}`;
  const grantText = (withCharges: boolean) =>
    `select ${grantColumns}${place("g")} ${holdersOf("credit_grant", "g", "holder", withCharges)} and not g.closed`;
  const prepared = {
    holders: { name: "holders", text: holderText(false) },
    holdersOfCharges: { name: "holders of charges", text: holderText(true) },
    grants: { name: "grants", text: grantText(false) },
    grantsOfCharges: { name: "grants of charges", text: grantText(true) },
    charges: {
      name: "charges",
      text: `select ${chargeColumns}${place("c")} ${byId("charge", "c")}`,
    },
    chargeVersions: {
      name: "charge versions",
      text: `select c.workspace_id, c.id, c.version${place("c")} ${byId("charge", "c")}`,
    },
    allHolders: {
      name: "all holders",
      text: `select ${holderColumns}${place("h")} from ${schema}holder h where ${anyOf("h.workspace_id")}`,
    },
    allGrants: {
      name: "all grants",
      text: `select ${grantColumns}${place("g")} from ${schema}credit_grant g where ${anyOf("g.workspace_id")} and not g.closed`,
    },
    grantsById: {
      name: "grants by id",
      text: `select ${grantColumns}${place("g")} ${byId("credit_grant", "g")}`,
    },
    grantsOfSlices: {
      name: "grants of slices",
      text:
        `select ${grantColumns}${place("g")} from ${keys.rows}` +
        ` join ${schema}charge c on c.workspace_id = ${keys.workspace} and c.id = k.c1` +
        " cross join lateral jsonb_array_elements(c.slices::jsonb) s" +
        ` join ${schema}credit_grant g on g.workspace_id = ${keys.workspace} and g.id = s->>0`,
    },
    grantsOfTopUps: {
      name: "grants of top-ups",
      text:
        `select ${grantColumns}${place("g")} from ${keys.rows}` +
        ` join ${schema}top_up t on t.workspace_id = ${keys.workspace} and t.id = k.c1` +
        " cross join lateral jsonb_array_elements_text(t.recipients) s(recipient)" +
        ` join ${schema}credit_grant g on g.workspace_id = ${keys.workspace}` +
        ` and g.id = 'top-up:' || replace(t.id, ':', '::') || ':' || s.recipient`,
    },
    topUps: {
      name: "top-ups",
      text: `select ${topUpColumns} ${byId("top_up", "t")}`,
    },
    requests: {
      name: "requests",
      text: `select ${requestColumns} ${byId("top_up_request", "r")}`,
    },
    operations: operationsPrepared(sql),
    dueHolders: {
      name: "due holders",
      text:
        `select distinct g.holder from ${schema}credit_grant g where g.workspace_id = $1::text and not g.closed` +
        ` and (${expiryDue(sweptAt)} or ${noticeDue(sweptAt)}` +
        // A plan change that began another epoch ended these before the date that they carry.
        ` or g.available > 0 and g.run < (select max(t.n) from ${schema}terms t` +
        ` where t.workspace_id = $1::text and t.starts_at <= ${sweptAt} and ${beginsRun(schema, "$1::text")})) limit $3::integer`,
    },
  } satisfies Record<string, Prepared>;

  function each(kind: LoadedKind, what: Prepared, workspaces: readonly string[]): Load[] {
    if (workspaces.length === 0) return [];
    const groups = single ? workspaces.map((id) => [id]) : [workspaces];
    return groups.map((group) => ({ kind, statement: statement(what, [one(group)]) }));
  }

  function keyed(
    kind: LoadedKind,
    what: Prepared,
    needs: ReadonlyMap<string, Need>,
    of: (need: Need) => Iterable<string>,
  ): Load[] {
    const workspaces: string[] = [];
    const ids: string[] = [];
    for (const [workspace, need] of needs) {
      for (const id of of(need)) {
        workspaces.push(workspace);
        ids.push(id);
      }
    }
    return ids.length === 0 ? [] : [{ kind, statement: statement(what, [workspaceParam(sql, workspaces), ids]) }];
  }

  function holders(needs: ReadonlyMap<string, Need>): Load[] {
    const workspaces: string[] = [];
    const ids: string[] = [];
    const chargeWorkspaces: string[] = [];
    const charges: string[] = [];
    const whole: string[] = [];
    for (const [workspace, need] of needs) {
      if (need.everyHolder) {
        whole.push(workspace);
        continue;
      }
      for (const id of need.holders) {
        workspaces.push(workspace);
        ids.push(id);
      }
      for (const id of need.chargeHolders) {
        chargeWorkspaces.push(workspace);
        charges.push(id);
      }
    }
    const loads: Load[] = [];
    if (charges.length > 0) {
      const params = single ? [one(chargeWorkspaces), ids, charges] : [workspaces, ids, chargeWorkspaces, charges];
      loads.push({ kind: "holders", statement: statement(prepared.holdersOfCharges, params) });
      loads.push({ kind: "grants", statement: statement(prepared.grantsOfCharges, params) });
    } else if (ids.length > 0) {
      const params = [workspaceParam(sql, workspaces), ids];
      loads.push({ kind: "holders", statement: statement(prepared.holders, params) });
      loads.push({ kind: "grants", statement: statement(prepared.grants, params) });
    }
    if (whole.length > 0) {
      loads.push({ kind: "holders", statement: statement(prepared.allHolders, [one(whole)]) });
      loads.push({ kind: "grants", statement: statement(prepared.allGrants, [one(whole)]) });
    }
    return loads;
  }

  return {
    single,
    lock: (workspaces, skipLocked) => statement(skipLocked ? lockSkipping : lock, [one(workspaces)]),
    find: (workspaces) => statement(find, [one(workspaces)]),
    keepCatalog: () => ({ name: keepCatalog.name, text: keepCatalog.text }),
    clock: () => ({ name: clock.name, text: clock.text }),
    runOutBy: (workspace, instant) => ({ kind: "runOut", statement: statement(leasesBy, [workspace, instant]) }),
    dueHolders: (workspace, instant, limit) => statement(prepared.dueHolders, [workspace, instant, limit]),
    terms: (workspaces) => each("terms", terms, workspaces),
    leases: (workspaces, every = false) => each("leases", every ? allLeases : leases, workspaces),
    load(needs) {
      const loads: Load[] = [];
      loads.push(...holders(needs));
      loads.push(...keyed("charges", prepared.charges, needs, (need) => need.charges));
      loads.push(
        ...keyed("chargeVersions", prepared.chargeVersions, needs, (need) =>
          need.known === null ? [] : need.known.keys(),
        ),
      );
      loads.push(...keyed("grants", prepared.grantsById, needs, (need) => need.grants));
      loads.push(...keyed("grants", prepared.grantsOfSlices, needs, (need) => need.sliceCharges));
      loads.push(...keyed("topUps", prepared.topUps, needs, (need) => need.topUps));
      loads.push(...keyed("grants", prepared.grantsOfTopUps, needs, (need) => need.topUpGrants));
      loads.push(...keyed("requests", prepared.requests, needs, (need) => need.requests));
      loads.push(...operations(sql, prepared.operations, needs));
      return loads;
    },
  };
}

function operationsPrepared(sql: Sql): Prepared {
  const keys = source(sql, ["text", "text"]);
  return {
    name: "operations",
    text:
      `select ${operationColumns} from ${keys.rows} join ${sql.schema}operation o` +
      ` on o.workspace_id = ${keys.workspace} and o.kind = k.c1 and o.id = k.c2`,
  };
}

function operations(sql: Sql, what: Prepared, needs: ReadonlyMap<string, Need>): Load[] {
  const workspaces: string[] = [];
  const kinds: string[] = [];
  const ids: string[] = [];
  for (const [workspace, need] of needs) {
    for (const { kind, id } of need.operations) {
      workspaces.push(workspace);
      kinds.push(kind);
      ids.push(id);
    }
  }
  if (ids.length === 0) return [];
  return [{ kind: "operations", statement: statement(what, [workspaceParam(sql, workspaces), kinds, ids]) }];
}

/** What came back for the loads, side by side with them. */
export interface Answered {
  kind: LoadedKind;
  result: Result;
}
