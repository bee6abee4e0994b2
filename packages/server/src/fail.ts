import { CommanderError } from "commander";
import { type DucatError, isDucatError } from "ducat";
import { FailedCheck, UsageError } from "./usage-error.ts";

const refused = 1;
const wronglyUsed = 2;

/** Says in one line what went wrong and what to do, and answers the exit code. */
export function fail(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wronglyUsed;
  if (error instanceof FailedCheck) return refused;
  const line = isDucatError(error) ? explained(error) : error instanceof Error ? error.message : String(error);
  process.stderr.write(`ducat: ${line}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n${causesOf(error)}`);
  else if (!isDucatError(error) && !(error instanceof UsageError) && isUnexpected(error)) {
    process.stderr.write("Run it again with --verbose for the stack.\n");
  }
  return error instanceof UsageError || (isDucatError(error) && error.code === "invalid_input") ? wronglyUsed : refused;
}

/** An error with a code of the system (a port, a file) says enough by itself. */
function isUnexpected(error: unknown): boolean {
  return !(error instanceof Error) || error.constructor !== Error;
}

function explained(error: DucatError): string {
  const id = error.requestId === undefined ? "" : ` (request ${error.requestId})`;
  const what = error.code === "internal" ? "Something went wrong on the server. " : "";
  return `${what}${error.message}${embeddedCause(error) ?? advice[error.code] ?? ""}${id}`;
}

/** An embedded database says itself what to do; which folder it is, and what happened there, is for the operator. */
function embeddedCause({ cause }: DucatError): string | undefined {
  return cause instanceof Error && "directory" in cause ? ` (${cause.message})` : undefined;
}

const advice: Readonly<Record<string, string>> = {
  data_directory_in_use:
    " Stop that process first. (Questions to a running server, such as ducat balance, need no stop: they ask the server.)",
  database_unavailable: " Check DATABASE_URL, and that the database is running.",
  unauthorized: " Set DUCAT_API_KEY to the server's key; an embedded one keeps it in .ducat/api-key.",
  unreachable: " Is the server running, and is --url right?",
};

function causesOf(error: Error): string {
  let text = "";
  for (let { cause } = error; cause instanceof Error; { cause } = cause) text += `caused by ${cause.stack}\n`;
  return text;
}
