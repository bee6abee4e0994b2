import { DucatError, type Fault } from "@ducat/client";
import { refuseOptionFaults } from "../option-faults.ts";
import type { HandlerOptions } from "./handler.ts";

const known: ReadonlySet<string> = new Set(["apiKeys", "authenticate", "allowedOrigins", "basePath", "log"]);

/**
 * Names every fault in the options at once. They decide who may call: a text where a list belongs would let in every
 * origin that is a part of it.
 */
export function checkHandlerOptions(options: HandlerOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new DucatError(
      "invalid_options",
      "createHandler takes an object: createHandler(credits, { apiKeys: [key] }).",
    );
  }
  const errors: Fault[] = [];
  const fault = (path: string, message: string) => errors.push({ path, message });
  for (const key of Object.keys(options)) if (!known.has(key)) fault(key, "is not an option of createHandler");
  const { apiKeys, authenticate, allowedOrigins, basePath, log } = options;
  if (apiKeys !== undefined && !Array.isArray(apiKeys)) fault("apiKeys", "must be a list of texts");
  if (authenticate !== undefined && typeof authenticate !== "function") {
    fault("authenticate", "must be a function (request) => { workspace, member } or null");
  }
  if (allowedOrigins !== undefined && !Array.isArray(allowedOrigins))
    fault("allowedOrigins", "must be a list of texts");
  else if (!(allowedOrigins ?? []).every(isOrigin)) {
    fault("allowedOrigins", "must hold scheme and host only, such as https://app.example.com");
  }
  if (basePath !== undefined && (typeof basePath !== "string" || !/^\/(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/.test(basePath))) {
    fault("basePath", "must be a path such as /api/credits, without a slash at its end");
  }
  if (log !== undefined && (typeof log?.info !== "function" || typeof log.error !== "function")) {
    fault("log", "must have the functions info and error");
  }
  refuseOptionFaults("createHandler", errors);
  if ((apiKeys ?? []).length === 0 && authenticate === undefined) {
    throw new DucatError("invalid_options", "Give apiKeys, authenticate or both: without either nobody could call.");
  }
}

/** As a browser writes it: nothing behind the host and its port. An extension's has a scheme of its own. */
function isOrigin(origin: unknown): boolean {
  if (typeof origin !== "string" || !URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  return host !== "" && origin === `${protocol}//${host}`;
}
