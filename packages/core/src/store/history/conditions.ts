import type { Param } from "../../database/port.ts";

/** The conditions of a statement and their parameters, numbered as they come. */
export interface Conditions {
  readonly text: string;
  readonly params: readonly Param[];
  /** Adds a condition; its parameters are handed to it as `$1`, `$2` … */
  add(condition: (...names: string[]) => string, ...params: Param[]): void;
}

/** `before`: the parameters that the statement has already. */
export function conditions(before: readonly Param[] = []): Conditions {
  const texts: string[] = [];
  const params: Param[] = [...before];
  return {
    get text() {
      return texts.join(" and ");
    },
    params,
    add(condition, ...given) {
      const names = given.map((param) => `$${params.push(param)}`);
      texts.push(condition(...names));
    },
  };
}
