import { DucatError, isDucatError } from "@ducat/client";
import { classify } from "../database/errors.ts";

/** What a caller gets for an error: always one of Ducat's, with what happened inside as its cause and not in its message. */
export function publicError(error: unknown): DucatError {
  if (isDucatError(error)) return error;
  const options = { cause: error };
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "42P01" || code === "42703" || code === "3F000") {
    return new DucatError("not_migrated", "The tables are missing or of another version. Run: ducat migrate", options);
  }
  if (typeof code === "string" && code.startsWith("53")) {
    return new DucatError(
      "database_unavailable",
      "The database has run out of room on its disk, of memory or of connections. Nothing was done; try again when it has some.",
      options,
    );
  }
  switch (classify(error)) {
    case "unavailable":
      return new DucatError("database_unavailable", "The database cannot be reached.", options);
    case "lock_timeout":
      return new DucatError(
        "overloaded",
        "Another transaction holds this workspace for too long. Nothing was done; try again shortly.",
        options,
      );
    case "transient":
      return new DucatError(
        "overloaded",
        "Other transactions kept getting in the way. Nothing was done; try again shortly.",
        options,
      );
    default:
      return new DucatError("internal", "Something went wrong inside Ducat. Nothing was changed.", options);
  }
}
