import type { Command } from "commander";
import { UsageError } from "./usage-error.ts";

/*
 * Empty texts come from `${DATABASE_URL:-}` in a Compose file, and from `"$DATABASE_URL"` in a script. To the `pg` package
 * an empty address is whatever the PG… variables name, and an empty folder is the current one: a ledger would be made where
 * nobody meant it.
 */

/** Who sets a variable to nothing has not set it. */
export function forgetEmptyVariables(commands: readonly Command[]): void {
  for (const { envVar } of commands.flatMap(({ options }) => options)) {
    if (envVar !== undefined && process.env[envVar]?.trim() === "") delete process.env[envVar];
  }
}

/** A flag is written for its value: an empty one is a mistake, and only its author knows what was meant. */
export function refuseEmptyFlags(command: Command): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (option.envVar === undefined || typeof value !== "string" || value.trim() !== "") continue;
    throw new UsageError(`${option.long} is empty. Give it a value, or leave it out.`);
  }
}
