import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { createCredits } from "../../src/credits.ts";
import { createHandler, type HandlerOptions } from "../../src/http/handler.ts";
import { openApiDocument } from "../../src/http/openapi.ts";
import type { Route } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes/index.ts";
import type { Credits } from "../../src/verbs.ts";

export const apiKey = "a-secret-key-for-tests";

export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shapes are checked against the OpenAPI document, by schema
  body: any;
  headers: Headers;
  text: string;
}

export interface Api {
  credits: Credits;
  /** Calls with the secret key, and holds the answer to the OpenAPI document. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** As `call`, with exactly these headers and this body. */
  send(method: string, path: string, init?: RequestInit): Promise<Answered>;
  logged: { level: "info" | "error"; fields: Record<string, unknown>; message: string }[];
  close(): Promise<void>;
}

const document = openApiDocument(routes, "/");
const ajv = new Ajv2020({ formats: { "date-time": true }, strict: false });
ajv.addSchema(document, "api");
const validators = new Map<string, ValidateFunction>();

/** The API on an engine in memory, without a socket. */
export function openApi(options: Partial<HandlerOptions> = {}): Api {
  const credits = createCredits({ database: { memory: true }, background: false }) as unknown as Credits;
  const logged: Api["logged"] = [];
  const handler = createHandler(credits, {
    ...("authenticate" in options ? {} : { apiKeys: [apiKey] }),
    log: {
      info: (fields, message) => void logged.push({ level: "info", fields, message }),
      error: (fields, message) => void logged.push({ level: "error", fields, message }),
    },
    ...options,
  });
  const { basePath = "" } = options;

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Answered> {
    const response = await handler(new Request(`http://api.test${basePath}${path}`, { method, ...init }));
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    const answered = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== "" ? JSON.parse(text) : null,
    };
    if (method !== "HEAD") requireDocumented(method, path, answered);
    return answered;
  }

  return {
    credits,
    logged,
    send,
    call: (method, path, body, headers = {}) =>
      send(method, path, {
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    close: () => credits.close(),
  };
}

export function routeOf(method: string, path: string): Route | undefined {
  const [pathname = ""] = path.split("?");
  return routes.find(
    (route) => route.method === method && new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`).test(pathname),
  );
}

/** Every answer of every test is one that the document announces, in the shape that it announces. */
function requireDocumented(method: string, path: string, { status, headers, body }: Answered): void {
  const route = routeOf(method, path);
  if (route === undefined) return;
  const documented = document.paths[route.path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]?.responses[status];
  if (documented === undefined) throw new Error(`${method} ${path} answered ${status}, which is not documented`);
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (body === null) return;
  const codes = documented["x-codes"];
  if (codes !== undefined && !codes.includes(body.code)) {
    throw new Error(`${method} ${path} answered ${status} ${body.code}, which is not documented`);
  }
  const pointer = [
    "paths",
    route.path.replace(/:(\w+)/g, "{$1}"),
    method.toLowerCase(),
    "responses",
    status,
    "content",
    type,
    "schema",
  ];
  const reference = `api#/${pointer.map((part) => encodeURIComponent(String(part).replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
  let validate = validators.get(reference);
  if (validate === undefined) {
    validate = ajv.compile({ $ref: reference });
    validators.set(reference, validate);
  }
  if (!validate(body)) {
    throw new Error(`${method} ${path}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body).slice(0, 500)}`);
  }
}
