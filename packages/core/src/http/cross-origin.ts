/** Headers that let a browser page of an allowed origin read the answer; none for any other. */
export function crossOriginHeaders(request: Request, allowedOrigins: readonly string[]): Record<string, string> {
  if (allowedOrigins.length === 0) return {};
  const origin = request.headers.get("origin");
  // Also without a match: a cache must not give one origin's answer to another.
  if (origin === null || !allowedOrigins.includes(origin)) return { vary: "Origin" };
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "etag, retry-after, x-request-id",
  };
}

/** What a browser asks before it sends the request itself. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": "authorization, content-type, if-none-match, x-request-id",
    "access-control-max-age": "600",
  };
}
