import { isDucatError } from "@ducat/client";
import type { Credits } from "../verbs.ts";
import { authorize } from "./access.ts";
import { described, type HttpLog } from "./log.ts";
import { refusalResponse } from "./problem.ts";
import { readJsonBody } from "./request-body.ts";
import { bodyInput, faulty, queryInput } from "./request-input.ts";
import { body, json } from "./responses.ts";
import type { Adapted, Input, Principal, Route, RouteFormat } from "./route.ts";

interface Served {
  credits: Credits;
  identify: (request: Request) => Promise<Principal>;
  log: HttpLog;
  route: Route;
  request: Request;
  requestId: string;
  params: Input;
}

/** One request to one route: who calls, what is asked, what may be asked, the verb, the answer. */
export async function serveRoute(served: Served): Promise<Response> {
  const { credits, identify, route, request, requestId, params } = served;
  const principal = await identify(request);
  const query = new URL(request.url).searchParams;
  const reads = route.method === "GET" || route.method === "DELETE";
  const format = formatOf(route, query);
  const adapted = reads
    ? queryInput(route, params, query)
    : bodyInput(route, params, await readJsonBody(withoutQuery(request, query), bodyLimit(route, principal)));
  const input = await authorize(credits, route, principal, adapted.input);
  if (format !== null) return streamed(format, await started(format.stream(credits, input)), served);
  const answer = await route.run(credits, input, { principal, signal: request.signal }).catch((error: unknown) => {
    throw atBodyPaths(error, adapted);
  });
  const status = route.statusOf(answer);
  if (status >= 400) return refusalResponse(answer, status, requestId);
  if (route.etag === null) return json(answer, status);
  return withEtag(request, answer, `"${route.etag(answer, principal)}"`);
}

/** What only the operator may send is not read from anybody else, who is refused after the body. */
function bodyLimit(route: Route, principal: Principal): number | undefined {
  return route.member !== null || principal.kind === "operator" ? (route.maxBodyBytes ?? undefined) : undefined;
}

/** A query where none is read is a mistake that would otherwise go unnoticed. */
function withoutQuery(request: Request, query: URLSearchParams): Request {
  const fields = [...query.keys()];
  if (fields.length > 0) {
    throw faulty(fields.map((path) => ({ path, message: "stands in the query; put it into the JSON body" })));
  }
  return request;
}

/** The form that the query's `format` asks for; null: JSON. Taken out of the query, because the verb does not know it. */
function formatOf(route: Route, query: URLSearchParams): RouteFormat | null {
  const names = Object.keys(route.formats);
  const name = query.get("format");
  if (names.length === 0 || name === null) return null;
  query.delete("format");
  if (name === "json") return null;
  const format = Object.hasOwn(route.formats, name) ? route.formats[name] : undefined;
  if (format === undefined) throw faulty([{ path: "format", message: `must be json or ${names.join(", ")}` }]);
  const foreign = format.without.filter((field) => query.has(field));
  if (foreign.length > 0) {
    throw faulty(
      foreign.map((path) => ({ path, message: `must be left out with format=${name}, which has no pages` })),
    );
  }
  return format;
}

/** Faults name the fields of the verb's input; the caller wrote a body. */
function atBodyPaths(error: unknown, { faultPath }: Adapted): unknown {
  if (!isDucatError(error) || error.errors.length === 0) return error;
  const errors = error.errors.map(({ path, message }) => ({ path: faultPath(path), message }));
  return errors.every(({ path }, i) => path === error.errors[i]?.path) ? error : faulty(errors);
}

/** The first part is awaited before the answer begins, so that a refusal can still have its own status. */
async function started(parts: AsyncGenerator<string>): Promise<AsyncGenerator<string>> {
  const first = await parts.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* parts;
  })();
}

/** The answer has begun, so that what goes wrong now can only be told to the log: the caller sees it break off. */
function streamed({ contentType }: RouteFormat, parts: AsyncGenerator<string>, { log, requestId }: Served): Response {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next().catch((error: unknown) => {
        log.error({ requestId, ...described(error) }, "answer broke off");
        throw error;
      });
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  return body(stream, contentType);
}

function withEtag(request: Request, answer: object, etag: string): Response {
  const headers = { etag, "cache-control": "private, no-cache", vary: "Authorization" };
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304, headers });
  return body(`${JSON.stringify(answer)}\n`, "application/json", headers);
}
