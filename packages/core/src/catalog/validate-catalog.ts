import { type Catalog, DucatError, type Fault } from "@ducat/client";
import { canonicalJson } from "./canonical-json.ts";
import { createFaultList, describe, type FaultList } from "./faults.ts";
import { isPlainObject, readInteger, readObject } from "./fields.ts";
import { deepFreeze } from "./freeze.ts";
import { catalogLimits } from "./limits.ts";
import { utf8Length } from "./metadata.ts";
import { type Plain, refused, toPlainData } from "./plain-data.ts";
import { readFeatures } from "./read-features.ts";
import { readPlans } from "./read-plans.ts";
import { readRoles } from "./read-roles.ts";
import { readTopUpPacks } from "./read-top-up-packs.ts";
import { catalogToInput } from "./to-input.ts";

export type CatalogValidation = { ok: true; catalog: Catalog } | { ok: false; errors: Fault[] };

const catalogKeys = ["$schema", "roles", "features", "plans", "topUpPacks", "pastDueGraceDays"];
const graceRange = { min: 0, max: catalogLimits.pastDueGraceDays };

/**
 * Reads a catalog from anything at all. Either its normal form, with every default filled in and frozen to the bottom,
 * or every fault at once, each with its path and what to do. Never throws.
 */
export function validateCatalog(value: unknown): CatalogValidation {
  const faults = createFaultList();
  const catalog = readCatalog(toPlainData(value, faults), faults);
  if (catalog === null || faults.count > 0) return { ok: false, errors: faults.list() };
  const bytes = utf8Length(canonicalJson(catalogToInput(catalog)));
  if (bytes > catalogLimits.jsonBytes) {
    faults.add("", `must have at most ${catalogLimits.jsonBytes} bytes of JSON, got ${bytes}`);
    return { ok: false, errors: faults.list() };
  }
  return { ok: true, catalog: deepFreeze(catalog) };
}

function readCatalog(value: Plain, faults: FaultList): Catalog | null {
  const input = readObject(value, "", catalogKeys, faults);
  if (input === null) return null;
  if (input.$schema !== undefined && input.$schema !== refused && typeof input.$schema !== "string") {
    faults.add("$schema", `must be the address of a schema, got ${describe(input.$schema)}`);
  }
  const { roles, seats } = readRoles(input.roles, faults);
  const planIds = isPlainObject(input.plans) ? Object.keys(input.plans) : null;
  return {
    roles,
    features: readFeatures(input.features, planIds, faults),
    plans: readPlans(input.plans, seats, faults),
    topUpPacks: readTopUpPacks(input.topUpPacks, faults),
    pastDueGraceDays: readInteger(input.pastDueGraceDays, "pastDueGraceDays", graceRange, faults, 0),
  };
}

/** The catalog, or the error `invalid_catalog` that carries every fault and shows the first ones in its message. */
export function requireValidCatalog(value: unknown, source?: string): Catalog {
  const validation = validateCatalog(value);
  if (validation.ok) return validation.catalog;
  throw invalidCatalog(validation.errors, source);
}

export function invalidCatalog(errors: readonly Fault[], source?: string): DucatError {
  const shown = errors.slice(0, 5).map(({ path, message }) => `\n  ${path === "" ? "the catalog" : path}: ${message}`);
  const more = errors.length > shown.length ? `\n  … and ${errors.length - shown.length} more` : "";
  const what = source === undefined ? "The catalog" : `The catalog ${source}`;
  return new DucatError("invalid_catalog", `${what} is not valid:${shown.join("")}${more}`, { errors });
}
