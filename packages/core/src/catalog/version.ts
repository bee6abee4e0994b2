import type { Catalog } from "@ducat/client";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";
import { catalogToInput } from "./to-input.ts";

const known = new WeakMap<Catalog, string>();

/**
 * The content hash that names a catalog: 16 hexadecimal digits. Equal catalogs have equal versions however they were
 * written. It hashes the shortest input and not the normal form: a new field with a default, in a later release of
 * Ducat, must not make a new version of a catalog that nobody touched.
 */
export function catalogVersion(catalog: Catalog): string {
  const before = known.get(catalog);
  if (before !== undefined) return before;
  const version = bytesToHex(sha256(utf8ToBytes(canonicalJson(catalogToInput(catalog))))).slice(0, 16);
  // A catalog that can still be changed may get another version.
  if (Object.isFrozen(catalog)) known.set(catalog, version);
  return version;
}
