/** A command that was written wrongly: exit code 2, and the message is all there is to say. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A check that failed or an action that was refused: exit code 1. What there is to say has been printed. */
export class FailedCheck extends Error {
  override readonly name = "FailedCheck";
}
