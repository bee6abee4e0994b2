import type { Catalog, Fault } from "@ducat/client";
import { catalogToInput } from "./to-input.ts";
import { requireValidCatalog } from "./validate-catalog.ts";

export function catalogToJson(catalog: Catalog): string {
  return `${JSON.stringify(catalogToInput(catalog), null, 2)}\n`;
}
export function parseCatalogJson(text: string, source?: string): Catalog {
  return requireValidCatalog(JSON.parse(text), source);
}
export type { Fault };
