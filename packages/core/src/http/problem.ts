import { DucatError, isDucatError } from "@ducat/client";
import { type ProblemCode, problemTitles } from "./problem-titles.ts";

interface Problem {
  status: number;
  code: ProblemCode;
  detail: string;
  requestId: string;
  fields?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

/** An answer of RFC 9457. `type` is a name, not an address: it is the same wherever the API is mounted. */
function problemResponse({ status, code, detail, requestId, fields = {}, headers = {} }: Problem): Response {
  const fixed = { type: `urn:ducat:problem:${code}`, title: problemTitles[code], status, code, detail, requestId };
  // The fixed fields come first to be read, and last so that no other field can take their place.
  return new Response(`${JSON.stringify({ ...fixed, ...fields, ...fixed })}\n`, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

const hidden = "The cause is in the server's log, under this request id.";
const retryAfterSeconds = "1";

/** Any error as a problem. What is not a Ducat error, or is a fault of the set-up, keeps its words to itself. */
export function errorResponse(
  error: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const known = isDucatError(error) && error.status !== 500 ? error : new DucatError("internal", hidden);
  return problemResponse({
    status: known.status,
    code: known.code,
    detail: known.message,
    requestId,
    fields: { ...known.details, ...(known.errors.length === 0 ? {} : { errors: known.errors }) },
    headers: known.retryable ? { "retry-after": retryAfterSeconds, ...headers } : headers,
  });
}

/** A refusal is an outcome; over HTTP it is a problem that carries the outcome and everything that came with it. */
export function refusalResponse(answer: object, status: number, requestId: string): Response {
  const fields = answer as Readonly<Record<string, unknown>>;
  const code = fields.outcome as ProblemCode;
  return problemResponse({ status, code, detail: refusalDetail(code, fields), requestId, fields });
}

function refusalDetail(code: ProblemCode, fields: Readonly<Record<string, unknown>>): string {
  switch (code) {
    case "insufficient":
      return `This needs ${fields.required} credits and ${fields.available} are available.`;
    case "cap_reached": {
      const { limit, used } = fields.cap as { limit: number; used: number };
      return `This needs ${fields.required} credits; ${used} of the member's cap of ${limit} a cycle are used.`;
    }
    case "price_changed":
      return `The price is ${fields.required} credits now, more than the ${fields.maxAmount} that were expected. Show the new price first.`;
    case "not_allowed":
      return notAllowedDetails[fields.reason as string] ?? "This member may not do this.";
    case "unknown_workspace":
      return "There is no workspace with this id. Create it with PUT /v1/workspaces/{workspace}.";
    case "unknown_member":
      return "The workspace has no member with this id. Put the member first, with a role.";
    case "unknown_feature":
      return "The catalog has no feature with this id. GET /v1/catalog lists them.";
    case "unknown_mode":
      return "The feature has no mode with this id. GET /v1/catalog lists them.";
    case "not_open":
      return "The charge has ended; see its state.";
    case "superseded":
      return "Another attempt has taken this charge over; stop the work.";
    default:
      return `${problemTitles[code] ?? "Refused"}.`;
  }
}

const notAllowedDetails: Readonly<Record<string, string>> = {
  role: "The member's role may not do this.",
  plan: "The workspace's plan does not include this.",
  removed: "The member was removed from the workspace.",
  past_due: "The subscription is past due; nothing can be bought until it is paid.",
};
