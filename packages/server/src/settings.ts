import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Catalog, type DatabaseOptions, parseCatalogJson } from "ducat";
import { UsageError } from "./usage-error.ts";

/** Options that every command takes, each also from the environment. */
export interface CommonSettings {
  databaseUrl?: string;
  dataDir: string;
  schema: string;
  json: boolean;
  verbose: boolean;
}

/** A command that answers, with the options that name the database. */
export function databaseCommand(name: string): Command {
  return storeCommand(name).addOption(new Option("--json", "answer as JSON, for programs").default(false));
}

export function storeCommand(name: string): Command {
  return new Command(name)
    .addOption(new Option("--database-url <url>", "your PostgreSQL; left out: the embedded one").env("DATABASE_URL"))
    .addOption(
      new Option("--data-dir <path>", "folder of the embedded database").env("DUCAT_DATA_DIR").default(".ducat"),
    )
    .addOption(new Option("--schema <name>", "PostgreSQL schema with the tables").env("DUCAT_SCHEMA").default("ducat"))
    .addOption(new Option("--verbose", "show the stack of an error").default(false));
}

/** A command that a running server can answer too. */
export function ledgerCommand(name: string): Command {
  return databaseCommand(name)
    .addOption(
      new Option("--url <url>", "ask this running server instead of the database")
        .env("DUCAT_URL")
        .argParser(serverAddress),
    )
    .addOption(new Option("--api-key <key>", "its secret key").env("DUCAT_API_KEY"));
}

export interface LedgerSettings extends CommonSettings {
  url?: string;
  apiKey?: string;
}

/** One example and what comes out of it teach more than a list of options. */
export function withExample(command: Command, example: string): Command {
  return command.addHelpText("after", `\nExample:\n${example.replace(/^/gm, "  ")}`);
}

export function databaseOf(settings: CommonSettings): DatabaseOptions {
  return settings.databaseUrl === undefined
    ? { directory: resolve(settings.dataDir) }
    : { connectionString: settings.databaseUrl };
}

/** Commands that read must not make an empty database where somebody mistyped a folder. */
export function requireDatabase(settings: CommonSettings): void {
  if (settings.databaseUrl !== undefined || !isMissing(resolve(settings.dataDir, "postgres"))) return;
  throw new UsageError(
    `There is no database in ${resolve(settings.dataDir)}. Start one with: ducat serve (or name another folder with --data-dir, or a PostgreSQL with --database-url)`,
  );
}

/** A folder that another account has closed is not missing: opening it says what is wrong. */
function isMissing(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

export function readCatalog(file: string): Catalog {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new UsageError(`The catalog ${file} cannot be read: ${why}.`);
  }
  return parseCatalogJson(text, file);
}

function serverAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError("It must be an address such as http://127.0.0.1:4100.");
}

/** Reads an option or argument as a whole number. */
export function wholeNumber(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}
