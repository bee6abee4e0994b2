import { DucatError } from "@ducat/client";

/** Of any request, unless its route says otherwise. */
export const usualBodyBytes = 65_536;

/** The JSON body of a request; `{}` when there is none. Reading stops as soon as it is too large, whatever its headers said. */
export async function readJsonBody(request: Request, maxBytes = usualBodyBytes): Promise<unknown> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  // A server holds a request to the length it announced, so it may be read in one go, which is much faster.
  const bytes = announced >= 0 ? await readWhole(request) : await readBytes(request, maxBytes);
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  if (bytes.length === 0) return {};
  requireJsonType(request);
  return parse(bytes);
}

/** A type of its own keeps other sites from sending a browser's session here without the browser asking first. */
function requireJsonType(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  if (/^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i.test(type)) return;
  throw new DucatError(
    "unsupported_media_type",
    `The body was sent as ${type === "" ? "nothing in particular" : type.slice(0, 100)}. Send the header "content-type: application/json".`,
  );
}

async function readWhole(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer().catch(brokeOff));
}

/** Whoever hung up in the middle of a body made the mistake, not this server. */
function brokeOff(error: unknown): never {
  throw new DucatError("malformed_json", "The body broke off before its end.", { cause: error });
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(brokeOff);
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      // Not awaited: a sender that never stops would keep the answer waiting.
      reader.cancel().catch(() => {});
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new DucatError("malformed_json", "The body is not UTF-8 text.");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DucatError("malformed_json", `The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

function tooLarge(maxBytes: number): DucatError {
  return new DucatError("payload_too_large", `The body must be at most ${maxBytes} bytes (${inWords(maxBytes)}).`);
}

/** `64 KiB`, `16 MiB`: limits are whole ones. */
export function inWords(bytes: number): string {
  return bytes >= 1_048_576 ? `${bytes / 1_048_576} MiB` : `${bytes / 1024} KiB`;
}
