import type { Column, Table } from "./columns.ts";
import { keyedSource, type Prepared, type Sql, source, unnested } from "./sql.ts";

/** One text for a list of rows, and one for a single row, which spares a lone command the lists. */
export interface Written<Row> {
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

export interface Writer<Row> {
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

export const nothing = { names: "", values: "", suffix: "" };

export function insertInto<Row>(
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
export function updateOf<Row>(
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
  const rows = unnested(all.map(({ type }, i) => ({ name: `c${i + 1}`, type })));
  const set = columns.map((column, i) => `${column.name} = ${element(column, i)}`).join(", ");
  return {
    place,
    columns: all,
    many: {
      name: `${table} update by place`,
      text:
        `with moved as (update ${sql.schema}${table} t set ${set} from ${rows} k` +
        ` where t.ctid = k.c${all.length} returning 1)` +
        ` select 1 / (count(*) = $${all.length + 1}::bigint)::int from moved`,
    },
  };
}

/** A column of a row that is part of another. */
export function of<Whole, Part>(column: Column<Part>, part: (row: Whole) => Part): Column<Whole> {
  const { content, value, ...rest } = column;
  return {
    ...rest,
    value: (row) => value(part(row)),
    ...(content === undefined ? {} : { content: (row) => content(part(row)) }),
  };
}

function keysOf<Row>(table: Table<Row>): Column<Row>[] {
  return table.key.map((name) => table.fixed.find((column) => column.name === name) as Column<Row>);
}

export function writer<Row>(
  sql: Sql,
  table: Table<Row>,
  extra = nothing,
  workspaceColumn = "workspace_id",
): Writer<Row> {
  const { name, fixed, mutable } = table;
  const keys = keysOf(table);
  return {
    insert: insertInto(sql, name, [...fixed, ...mutable], extra, workspaceColumn),
    update: updateOf(sql, table, [...keys, ...mutable], keys.length, workspaceColumn),
  };
}
