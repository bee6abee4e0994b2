import { DucatError, isDucatError } from "@ducat/client";

/** The fields of an error report of PostgreSQL; an error of the `pg` package has the same names. */
export interface ErrorFields {
  code?: string | undefined;
  severity?: string | undefined;
  detail?: string | undefined;
  hint?: string | undefined;
  where?: string | undefined;
  schema?: string | undefined;
  table?: string | undefined;
  column?: string | undefined;
  constraint?: string | undefined;
}

/** An error that the database itself reported, through a driver that has no class of its own for it. */
export class PostgresError extends Error implements ErrorFields {
  override readonly name = "PostgresError";
  declare readonly code?: string | undefined;
  declare readonly severity?: string | undefined;
  declare readonly detail?: string | undefined;
  declare readonly hint?: string | undefined;
  declare readonly where?: string | undefined;
  declare readonly schema?: string | undefined;
  declare readonly table?: string | undefined;
  declare readonly column?: string | undefined;
  declare readonly constraint?: string | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message);
    Object.assign(this, fields);
  }
}

/**
 * What a caller can do about an error of the database:
 * - `transient`: the same work, done again from its beginning, may succeed (serialization failure, deadlock, a lost plan);
 * - `unavailable`: the connection is gone or was never made; try again when the database is back;
 * - `constraint`: the data broke a constraint, whose name `constraintOf` tells;
 * - `lock_timeout`: a lock was not to be had in time;
 * - `cancelled`: the statement was cancelled or took too long;
 * - `other`: everything else, which is a fault of the statement or of the set-up.
 */
export type DatabaseFailure = "transient" | "unavailable" | "constraint" | "lock_timeout" | "cancelled" | "other";

const bySqlState: Readonly<Record<string, DatabaseFailure>> = {
  "0A000": "other",
  "25P03": "transient",
  "26000": "transient",
  "40001": "transient",
  "40003": "transient",
  "40P01": "transient",
  "25P04": "cancelled",
  "57014": "cancelled",
  "55P03": "lock_timeout",
  "25006": "unavailable",
  "57P01": "unavailable",
  "57P02": "unavailable",
  "57P03": "unavailable",
  "57P04": "unavailable",
  "57P05": "unavailable",
};

/** Errors of Node's sockets and name lookup; they carry no SQLSTATE. */
const socketErrors: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
  "ERR_SOCKET_CLOSED",
]);

const sqlState = /^[0-9A-Z]{5}$/;

export function classify(error: unknown): DatabaseFailure {
  if (isDucatError(error)) return error.code === "database_unavailable" ? "unavailable" : "other";
  if (!(error instanceof Error)) return "other";
  const code = codeOf(error);
  if (code === undefined) return "other";
  if (socketErrors.has(code)) return "unavailable";
  if (!sqlState.test(code)) return "other";
  if (code === "0A000" && error.message.includes("cached plan")) return "transient";
  const known = bySqlState[code];
  if (known) return known;
  if (code.startsWith("23")) return "constraint";
  // 08: connection exceptions. 53: too many connections, no memory, a full disk.
  if (code.startsWith("08") || code.startsWith("53")) return "unavailable";
  return "other";
}

/** The constraint that an error of kind `constraint` names; undefined for a `not null`, which has no name before PostgreSQL 18. */
export function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("constraint" in error)) return undefined;
  return typeof error.constraint === "string" ? error.constraint : undefined;
}

/** True when the database itself reported this error, as opposed to the connection to it. */
export function isServerError(error: unknown): boolean {
  const code = error instanceof Error ? codeOf(error) : undefined;
  return code !== undefined && sqlState.test(code) && "severity" in (error as Error);
}

/** Every failure of a connection becomes `database_unavailable`; what the database itself reported passes as it is. */
export function connectionError(error: unknown): unknown {
  if (isDucatError(error) || isServerError(error)) return error;
  return new DucatError("database_unavailable", "The database cannot be reached.", { cause: error });
}

/** The error of an optional package that is not installed. Any other failure to load it passes as it is. */
export function missingDependency(name: string, error: unknown): unknown {
  const code = error instanceof Error ? codeOf(error) : undefined;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return error;
  return new DucatError("missing_dependency", `The package ${name} is not installed. Run: npm i ${name}`, {
    cause: error,
  });
}

function codeOf(error: Error): string | undefined {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
