/** Every error code that Ducat throws, with its HTTP status and whether the same call may succeed when it is repeated. */
export const errorCodes = {
  malformed_json: { status: 400, retryable: false },
  unauthorized: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  unknown_workspace: { status: 404, retryable: false },
  unknown_member: { status: 404, retryable: false },
  unknown_charge: { status: 404, retryable: false },
  unknown_grant: { status: 404, retryable: false },
  unknown_plan: { status: 404, retryable: false },
  unknown_pack: { status: 404, retryable: false },
  unknown_top_up: { status: 404, retryable: false },
  unknown_request: { status: 404, retryable: false },
  id_reused: { status: 409, retryable: false },
  immutable: { status: 409, retryable: false },
  use_subscription: { status: 409, retryable: false },
  not_open: { status: 409, retryable: false },
  not_settled: { status: 409, retryable: false },
  superseded: { status: 409, retryable: false },
  exceeds_settled: { status: 409, retryable: false },
  exceeds_available: { status: 409, retryable: false },
  amount_too_large: { status: 409, retryable: false },
  not_metered: { status: 409, retryable: false },
  already_decided: { status: 409, retryable: false },
  payment_used: { status: 409, retryable: false },
  not_paid: { status: 409, retryable: false },
  clock_backwards: { status: 409, retryable: false },
  not_a_test_clock: { status: 409, retryable: false },
  archived: { status: 409, retryable: false },
  catalog_in_use: { status: 409, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  invalid_input: { status: 422, retryable: false },
  invalid_catalog: { status: 422, retryable: false },
  rate_limited: { status: 429, retryable: true },
  internal: { status: 500, retryable: false },
  not_migrated: { status: 503, retryable: false },
  schema_too_new: { status: 503, retryable: false },
  overloaded: { status: 503, retryable: true },
  database_unavailable: { status: 503, retryable: true },
  closed: { status: 503, retryable: false },
  /** The work of a `run` went through, and the end of its charge could not be written; `details` are a `NotEnded`. */
  not_ended: { status: 503, retryable: false },
  data_directory_in_use: { status: 503, retryable: false },
  missing_dependency: { status: 500, retryable: false },
  /** Made by the client: no answer came, or one that is not Ducat's. */
  unreachable: { status: 503, retryable: true },
  unexpected_answer: { status: 502, retryable: false },
  invalid_options: { status: 500, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

/** One fault in the input: where it is (`items[0].quantity`) and what to do about it. */
export interface Fault {
  path: string;
  message: string;
}

export interface DucatErrorOptions {
  errors?: readonly Fault[];
  details?: Readonly<Record<string, unknown>>;
  requestId?: string;
  cause?: unknown;
}

/**
 * What every verb throws when something is wrong that is not an ordinary outcome. Check `code`, never the message or
 * `instanceof`. `message` is public; internal detail is in `cause` only and never leaves a server.
 */
export class DucatError extends Error {
  override readonly name = "DucatError";
  readonly code: ErrorCode;
  /** The HTTP status that carries this code. */
  readonly status: number;
  /** True when the same call, with the same ids, may simply be made again. */
  readonly retryable: boolean;
  /** For `invalid_input` and `invalid_catalog`: every fault found, with its path. */
  readonly errors: readonly Fault[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, message: string, options: DucatErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = errorCodes[code].status;
    this.retryable = errorCodes[code].retryable;
    this.errors = options.errors ?? [];
    this.details = options.details ?? {};
    this.requestId = options.requestId;
  }
}

/** True for any Ducat error, also one that crossed a bundle or a worker and lost its prototype. */
export function isDucatError(error: unknown): error is DucatError {
  return error instanceof Error && error.name === "DucatError" && "code" in error;
}
