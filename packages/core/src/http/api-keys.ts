import { DucatError } from "@ducat/client";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

const minKeyLength = 16;
/** Longer ones are not even hashed when a request presents them, so nobody must be given one. */
const maxKeyLength = 1000;

/**
 * Answers whether a request carries one of the keys. Only their hashes are kept, and every hash is compared to the last
 * byte, so that neither memory nor the time it takes tells anything about a key.
 */
export function createKeyCheck(keys: readonly string[]): (presented: string) => boolean {
  const hashes = keys.map((key) => {
    if (typeof key !== "string" || key.length < minKeyLength || key.length > maxKeyLength || /\s/.test(key)) {
      throw new DucatError(
        "invalid_options",
        `Every API key must be a text of at least ${minKeyLength} characters and at most 1,000, without blanks. A good one: openssl rand -hex 32`,
      );
    }
    return sha256(utf8ToBytes(key));
  });
  return (presented) => {
    if (presented.length > maxKeyLength) return false;
    const hash = sha256(utf8ToBytes(presented));
    let matches = 0;
    for (const expected of hashes) matches |= equal(hash, expected);
    return matches === 1;
  };
}

/** 1 when they are equal, without branching on where they differ. */
function equal(a: Uint8Array, b: Uint8Array): 0 | 1 {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0 ? 1 : 0;
}

/** The token of `Authorization: Bearer …`, or null. */
export function bearerToken(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}
