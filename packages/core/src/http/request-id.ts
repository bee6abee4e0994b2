import { newId } from "../ids.ts";

/** The caller's own request id when it is harmless to log and to answer, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given !== null && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : newId();
}
