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
