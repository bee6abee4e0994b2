/** Where the handler reports: a pino logger fits. Fields first, then words. */
export interface HttpLog {
  info(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Without a log, what went wrong inside still reaches the console: it must be found by its request id. */
export const consoleLog: HttpLog = {
  info() {},
  error(fields, message) {
    console.error(message, fields);
  },
};

/** An error for the log only: with the stack, and the cause that the caller is not told. */
export function described(error: unknown): Record<string, unknown> {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { error: "something that is not an Error was thrown", thrown: error };
  const { cause } = error;
  return {
    error: error.stack ?? error.message,
    ...(cause === undefined ? {} : { cause: cause instanceof Error ? (cause.stack ?? cause.message) : cause }),
  };
}
