import type { CallOptions } from "./commands.ts";
import { DucatError, type ErrorCode, errorCodes } from "./errors.ts";
import { jitter } from "./ids.ts";
import { address, json, query } from "./request-parts.ts";

export interface TransportOptions {
  /** Where the server is: `http://127.0.0.1:4100`, with the path it is mounted at. */
  baseUrl: string;
  /** The secret key; only ever on a server. */
  apiKey?: string | undefined;
  /** A member token, or what fetches a fresh one. Without key and token the browser's own session is used. */
  token?: string | (() => string | Promise<string>);
  /** Default: the platform's own. */
  fetch?: typeof fetch;
  /** How often a call is tried again when no answer came, or one that asks for it; default 3. */
  retries?: number;
  /** How long one try may take; default 30,000. */
  timeoutMs?: number;
}

export type Send = (method: string, path: string, input: object, call?: CallOptions) => Promise<unknown>;

type Fields = Record<string, unknown>;

/** An answer that arrived whole. One whose rest was lost on the way is none: what it said is not known. */
interface Answer {
  ok: boolean;
  status: number;
  retryAfter: string | null;
  text: string;
}

/** No answer says this much: the server is away, starting, or too busy. */
const retriedStatuses = new Set([429, 502, 503, 504]);

export function createTransport(options: TransportOptions): Send {
  const { apiKey, token, retries = 3, timeoutMs = 30_000 } = options;
  const baseUrl = checkedBase(options);
  const bearer = async () => apiKey ?? (typeof token === "function" ? await token() : token);

  return async (method, path, input, call) => {
    const { url, rest } = address(path, input as Fields);
    const reads = method === "GET" || method === "DELETE";
    const target = baseUrl + url + (reads ? query(rest) : "");
    const body = reads ? null : json(rest);
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt >= retries;
      const { answer, failure } = await once(target, method, body, call?.signal);
      if (answer === undefined) {
        call?.signal?.throwIfAborted();
        if (last) throw new DucatError("unreachable", `No answer from ${baseUrl}.`, { cause: failure });
      } else if (last || !retriedStatuses.has(answer.status)) return read(answer);
      await pause(attempt, answer?.retryAfter ?? null, call?.signal);
    }
  };

  /** The answer, or why there was none. Its text belongs to it: a connection may break after the headers, too. */
  async function once(
    url: string,
    method: string,
    body: string | null,
    signal?: AbortSignal,
  ): Promise<{ answer: Answer; failure?: never } | { answer?: never; failure: unknown }> {
    const key = await bearer();
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await (options.fetch ?? fetch)(url, {
        method,
        body,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        headers: {
          ...(body === null ? {} : { "content-type": "application/json" }),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
      });
      const { ok, status, headers } = response;
      return { answer: { ok, status, retryAfter: headers.get("retry-after"), text: await response.text() } };
    } catch (failure) {
      return { failure };
    }
  }
}

/**
 * An address that is none would look like a server that is away, and be asked again and again. A path alone is an address
 * where there is something that it can be a path of: a page, or the caller's own `fetch`.
 */
function checkedBase({ baseUrl, fetch }: TransportOptions): string {
  const page = (globalThis as { location?: { origin: string } }).location?.origin;
  const isPath = typeof baseUrl === "string" && /^(\/|$)/.test(baseUrl);
  const whole = isPath ? (page ?? (fetch && "http://localhost")) + baseUrl : baseUrl;
  if (URL.canParse(whole)) {
    const { protocol, username, password, search, hash } = new URL(whole);
    const isPlain = username + password + search + hash === "";
    if (isPlain && /^https?:$/.test(protocol)) return baseUrl.replace(/\/+$/, "");
  }
  // Without the address itself, in which a password may stand.
  throw new DucatError(
    "invalid_options",
    "createClient: baseUrl must be the address of a server, such as http://127.0.0.1:4100, without a user, ? or #.",
  );
}

function read({ ok, status, text }: Answer): unknown {
  const fields = parsed(text);
  if (ok && fields !== null) return fields;
  const { type, title, status: _same, code, detail, requestId, errors, ...rest } = fields ?? {};
  // A refusal is an outcome, as it is in process.
  if (typeof rest.outcome === "string") return rest;
  const known = typeof code === "string" && Object.hasOwn(errorCodes, code);
  throw new DucatError(
    known ? (code as ErrorCode) : "unexpected_answer",
    typeof detail === "string" ? detail : `The server answered ${status} without saying why.`,
    {
      details: known ? rest : { ...rest, status, code },
      ...(Array.isArray(errors) ? { errors } : {}),
      ...(typeof requestId === "string" ? { requestId } : {}),
    },
  );
}

/** Null for what is no JSON: a proxy's page, or another server's. */
function parsed(text: string): Fields | null {
  try {
    return JSON.parse(text) as Fields | null;
  } catch {
    return null;
  }
}

/** 0.1, 0.2, 0.4 … seconds, at most 5, half of it chance, so that clients do not come back all at once. */
async function pause(attempt: number, retryAfter: string | null, signal?: AbortSignal): Promise<void> {
  const asked = Math.min(Number(retryAfter ?? 0) || 0, 30) * 1000;
  const own = jitter(Math.min(100 * 2 ** attempt, 5000));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, Math.max(asked, own));
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
  signal?.throwIfAborted();
}
