import { type Catalog, isDucatError } from "@ducat/client";
import { stopwatch } from "../clock.ts";
import type { Credits } from "../verbs.ts";
import { type AccessOptions, createAccess } from "./access.ts";
import { crossOriginHeaders } from "./cross-origin.ts";
import { checkHandlerOptions } from "./handler-options.ts";
import { consoleLog, described, type HttpLog } from "./log.ts";
import { errorResponse } from "./problem.ts";
import { requestIdOf } from "./request-id.ts";
import { createRouter } from "./router.ts";

export interface HandlerOptions extends AccessOptions {
  /** Where the API is mounted, for example `/api/credits`. Default: at the root. */
  basePath?: string;
  log?: HttpLog;
}

/** Everything a request goes through, as one function of the web's own `Request` and `Response`. */
export type Handler = (request: Request) => Promise<Response>;

/** Serves the API of these credits: every route of the route table, `/openapi.json`, `/docs`, `/healthz`, `/readyz`. */
export function createHandler<C extends Catalog>(credits: Credits<C>, options: HandlerOptions): Handler {
  checkHandlerOptions(options);
  const { log = consoleLog, allowedOrigins = [], basePath = "/" } = options;
  const router = createRouter({
    // The routes know no particular catalog: every verb checks what it is given against the one in force.
    credits: credits as unknown as Credits,
    identify: createAccess(options),
    basePath,
    log,
  });
  return async (request) => {
    const startedAt = stopwatch();
    const requestId = requestIdOf(request);
    let response: Response;
    let cause: unknown;
    try {
      response = await router(request, requestId);
    } catch (error) {
      response = errorResponse(error, requestId, challenge(error));
      cause = error;
    }
    finish(response, request, requestId, allowedOrigins);
    const fields = {
      requestId,
      method: request.method,
      path: pathOf(request.url),
      status: response.status,
      ms: Math.round((stopwatch() - startedAt) * 10) / 10,
    };
    if (response.status >= 500) log.error({ ...fields, ...described(cause) }, "request failed");
    else log.info(fields, "request");
    return response;
  };
}

function challenge(error: unknown): Record<string, string> {
  return isDucatError(error) && error.code === "unauthorized" ? { "www-authenticate": "Bearer" } : {};
}

function finish(response: Response, request: Request, requestId: string, allowedOrigins: readonly string[]): void {
  const { headers } = response;
  headers.set("x-request-id", requestId);
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  for (const [name, value] of Object.entries(crossOriginHeaders(request, allowedOrigins))) headers.append(name, value);
}

/** Without the query, which may name people. */
function pathOf(url: string): string {
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}
