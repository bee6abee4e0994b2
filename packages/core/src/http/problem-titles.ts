import type { ErrorCode } from "@ducat/client";

/** Refusals that have a status of their own and are not errors in process. */
type RefusalCode =
  | "unknown_feature"
  | "unknown_mode"
  | "not_allowed"
  | "price_changed"
  | "cap_reached"
  | "insufficient";

export type ProblemCode = ErrorCode | RefusalCode;

/** The `title` of every problem: the same for every occurrence of its code. */
export const problemTitles: Readonly<Record<ProblemCode, string>> = {
  malformed_json: "The body is not JSON",
  unauthorized: "The key is missing or wrong",
  forbidden: "Not allowed with this key or session",
  not_found: "There is no such route",
  method_not_allowed: "The route does not take this method",
  unsupported_media_type: "The body must be sent as JSON",
  unknown_workspace: "There is no such workspace",
  unknown_member: "There is no such member",
  unknown_charge: "There is no such charge",
  unknown_grant: "There is no such grant",
  unknown_plan: "The catalog has no such plan",
  unknown_pack: "The catalog has no such top-up pack",
  unknown_top_up: "There is no such top-up",
  unknown_request: "There is no such top-up request",
  unknown_feature: "The catalog has no such feature",
  unknown_mode: "The feature has no such mode",
  not_allowed: "This member may not do this",
  price_changed: "The price is higher than expected",
  cap_reached: "The member's cap is reached",
  insufficient: "Not enough credits",
  id_reused: "The id was used for something else",
  immutable: "This was set at creation and cannot be changed",
  use_subscription: "A plan is changed with the subscription",
  not_open: "The charge is not open",
  not_settled: "The charge is not settled",
  superseded: "Another attempt has taken over",
  exceeds_settled: "More than was settled",
  exceeds_available: "More than is available",
  amount_too_large: "The amount is too large",
  not_metered: "The charge is not metered",
  already_decided: "The request was decided before",
  payment_used: "The payment was used before",
  not_paid: "The top-up is not paid",
  clock_backwards: "A clock moves forward only",
  not_a_test_clock: "The workspace has no test clock",
  archived: "The workspace is archived",
  catalog_in_use: "The catalog is in use",
  payload_too_large: "The body is too large",
  invalid_input: "The input is invalid",
  invalid_catalog: "The catalog is invalid",
  rate_limited: "Too many requests",
  internal: "Something went wrong on the server",
  not_migrated: "The database is not migrated",
  schema_too_new: "The database is newer than this server",
  overloaded: "The server is overloaded",
  database_unavailable: "The database cannot be reached",
  unreachable: "No answer from the server",
  unexpected_answer: "An answer that is not Ducat's",
  closed: "The server is shutting down",
  not_ended: "The end of a charge was not written",
  data_directory_in_use: "The data directory is in use",
  missing_dependency: "The server is not set up",
  invalid_options: "The server is not set up",
};
