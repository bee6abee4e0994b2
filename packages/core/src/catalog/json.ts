import type { Catalog } from "@ducat/client";
import { findJsonFault, positionIn } from "./json-fault.ts";
import { catalogLimits } from "./limits.ts";
import { catalogToInput } from "./to-input.ts";
import { invalidCatalog, requireValidCatalog } from "./validate-catalog.ts";

/**
 * Reads a catalog from JSON, in the same form as `defineCatalog` takes. `source` names it in messages: a file, a request.
 * Throws `invalid_catalog`: for text that is not JSON with the line and column, otherwise with every fault at once.
 */
export function parseCatalogJson(text: string, source?: string): Catalog {
  if (text.length > catalogLimits.textLength) {
    const message = `must have at most ${catalogLimits.textLength} characters, got ${text.length}`;
    throw invalidCatalog([{ path: "", message }], source);
  }
  // Some editors put a byte order mark first, which no reader of the file can see.
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const fault = findJsonFault(json);
  if (fault !== null) {
    const { line, column } = positionIn(json, fault.offset);
    throw invalidCatalog([{ path: `line ${line}, column ${column}`, message: fault.message }], source);
  }
  return requireValidCatalog(JSON.parse(json), source);
}

/** The shortest JSON that gives this catalog again, indented for people. */
export function catalogToJson(catalog: Catalog): string {
  return `${JSON.stringify(catalogToInput(catalog), null, 2)}\n`;
}
