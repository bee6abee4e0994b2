/** An answer as JSON, with a line end for people who read it in a terminal. */
export function json(answer: object, status = 200): Response {
  return body(`${JSON.stringify(answer)}\n`, "application/json", {}, status);
}

export function body(
  content: string | ReadableStream<Uint8Array>,
  contentType: string,
  headers: Record<string, string> = {},
  status = 200,
): Response {
  return new Response(content, { status, headers: { "content-type": contentType, ...headers } });
}
