import { DucatError } from "@ducat/client";
import { Hono } from "hono";
import type { Credits } from "../verbs.ts";
import { preflightHeaders } from "./cross-origin.ts";
import type { HttpLog } from "./log.ts";
import { openApiDocument } from "./openapi.ts";
import { errorResponse } from "./problem.ts";
import { referencePage } from "./reference-page.ts";
import { body, json } from "./responses.ts";
import type { Input, Principal } from "./route.ts";
import { routes } from "./routes/index.ts";
import { serveRoute } from "./serve-route.ts";

type Serve = (request: Request, requestId: string, params: Input) => Promise<Response>;
type Methods = Map<string, Serve>;

interface RouterOptions {
  credits: Credits;
  identify: (request: Request) => Promise<Principal>;
  basePath: string;
  log: HttpLog;
}

/** Finds the route of a request and serves it; what there is no route for is refused as a problem. */
export function createRouter({ credits, identify, basePath, log }: RouterOptions) {
  const byPath = new Map<string, Methods>();
  const add = (method: string, path: string, serve: Serve) => {
    const methods = byPath.get(path) ?? new Map();
    byPath.set(path, methods.set(method, serve));
  };
  for (const route of routes) {
    add(route.method, route.path, (request, requestId, params) =>
      serveRoute({ credits, identify, log, route, request, requestId, params }),
    );
  }
  const document = JSON.stringify(openApiDocument(routes, basePath));
  const page = referencePage(JSON.parse(document));
  add("GET", "/healthz", async () => json({ status: "up" }));
  add("GET", "/readyz", async () => json(await readiness(credits)));
  add("GET", "/openapi.json", async () => body(document, "application/json"));
  add("GET", "/docs", async () => body(page, "text/html; charset=utf-8", pageHeaders));

  const hono = new Hono<{ Bindings: { requestId: string } }>().basePath(basePath);
  for (const [path, methods] of byPath) {
    hono.all(path, (context) => {
      const { raw } = context.req;
      return serveMethod(methods, raw, context.env.requestId, context.req.param() as Input);
    });
  }
  hono.notFound((context) => {
    throw new DucatError(
      "not_found",
      `There is no route ${context.req.path.slice(0, 200)}. GET ${basePath === "/" ? "" : basePath}/docs lists them.`,
    );
  });
  hono.onError((error) => {
    throw error;
  });
  return async (request: Request, requestId: string): Promise<Response> => hono.fetch(request, { requestId });
}

/** The page has neither scripts nor anything to load. */
const pageHeaders = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  "cache-control": "no-cache",
};

async function serveMethod(methods: Methods, request: Request, requestId: string, params: Input): Promise<Response> {
  const { method } = request;
  const serve = methods.get(method === "HEAD" ? "GET" : method);
  if (serve !== undefined) {
    const response = await serve(request, requestId, params);
    return method === "HEAD" ? withoutBody(response) : response;
  }
  const allowed = [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
  if (method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: allowed.join(", "), ...preflightHeaders(allowed) } });
  }
  const error = new DucatError("method_not_allowed", `This route takes ${allowed.join(", ")}, not ${method}.`);
  return errorResponse(error, requestId, { allow: allowed.join(", ") });
}

function withoutBody(response: Response): Response {
  response.body?.cancel().catch(() => {});
  return new Response(null, { status: response.status, headers: response.headers });
}

/** Up, and the database answers: one cheap read beyond what `ready` has established once. */
async function readiness(credits: Credits): Promise<object> {
  await credits.ready();
  const { version } = await credits.catalog.published();
  return { status: "ready", catalogVersion: version, queued: credits.queued() };
}
