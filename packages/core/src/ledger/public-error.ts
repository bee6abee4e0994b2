import { DucatError, isDucatError } from "@ducat/client";
import { classify } from "../database/errors.ts";

/** What a caller gets for an error: always one of Ducat's, with what happened inside as its cause and not in its message. */
export function publicError(error: unknown): DucatError {
  if (isDucatError(error)) return error;
  const options = { cause: error };
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
