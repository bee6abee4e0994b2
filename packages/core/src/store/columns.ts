import type { Param } from "../database/port.ts";
import { toInstant } from "./sql.ts";

type Scalar = string | number | boolean | null;

/** How a column is written: its name, the type of its list, the expression over the list's element, and the value. */
export interface Column<Row> {
  name: string;
  type: "text" | "bigint" | "integer" | "smallint" | "boolean" | "tid";
  /** Turns the list's element into the column's type. */
  wrap?: (element: string) => string;
  value: (row: Row) => Scalar;
  /** What the value is made of, where making it takes time: the engine replaces it and never changes it in place. */
  content?: (row: Row) => unknown;
}

export interface Table<Row> {
  name: string;
  /** Written once, with the row. The first are the key after `workspace_id`. */
  fixed: readonly Column<Row>[];
  key: readonly string[];
  /** Written with the row and whenever it changes. */
  mutable: readonly Column<Row>[];
  /** Where a row that was just read is kept. */
  place?: (row: Row) => string | undefined;
}

export function text<Row>(name: string, value: (row: Row) => string | null): Column<Row> {
  return { name, type: "text", value };
}
export function bigint<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "bigint", value };
}
export function integer<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "integer", value };
}
export function smallint<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "smallint", value };
}
export function boolean<Row>(name: string, value: (row: Row) => boolean): Column<Row> {
  return { name, type: "boolean", value };
}
export function instant<Row>(name: string, value: (row: Row) => number | null): Column<Row> {
  return { name, type: "bigint", wrap: toInstant, value };
}
export function json<Row>(name: string, value: (row: Row) => unknown): Column<Row> {
  return {
    name,
    type: "text",
    wrap: (element) => `${element}::jsonb`,
    content: value,
    value: (row) => {
      const content = value(row);
      return content === null || content === undefined ? null : JSON.stringify(content);
    },
  };
}

export function lists<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Param[] {
  return columns.map(({ value }) => rows.map(value));
}

/** Some of a table's columns, in this order. */
export function only<Row>({ name, fixed, mutable }: Table<Row>, names: readonly string[]): Column<Row>[] {
  const all = new Map([...fixed, ...mutable].map((column) => [column.name, column]));
  return names.map((each) => {
    const column = all.get(each);
    if (column === undefined) throw new Error(`the table ${name} has no column ${each}`);
    return column;
  });
}

/** Tells whether all that changed of a row since `before` is in these columns, so that no others need be written. */
export function changedOnly<Row>(
  { mutable }: Table<Row>,
  moved: readonly Column<Row>[],
): (row: Row, before: Readonly<Row>) => boolean {
  const names = new Set(moved.map(({ name }) => name));
  const others = mutable.filter(({ name }) => !names.has(name)).map(({ content, value }) => content ?? value);
  return (row, before) => others.every((of) => of(row) === of(before));
}
