import type { Catalog, Fault } from "@ducat/client";
import { pathOf } from "./faults.ts";

export interface CatalogUse {
  /** Plans that some workspace has, or waits for. */
  readonly plans: readonly string[];
  /** Packs that are ordered or requested and not yet granted. */
  readonly packs: readonly string[];
  /** Roles that some member has. */
  readonly roles?: readonly string[];
}

/** What is in use and missing from the next catalog: it may be retired, but not dropped. Empty: it may be published. */
export function missingFrom(next: Catalog, inUse: CatalogUse): Fault[] {
  return [
    ...missing("plans", inUse.plans, next.plans, "keep it and set retired: true"),
    ...missing("topUpPacks", inUse.packs, next.topUpPacks, "keep it and set retired: true"),
    ...missing("roles", inUse.roles ?? [], next.roles, "keep it, or give its members another role first"),
  ];
}

function missing(
  section: string,
  ids: readonly string[],
  map: Readonly<Record<string, unknown>>,
  advice: string,
): Fault[] {
  return [...new Set(ids)]
    .filter((id) => !Object.hasOwn(map, id))
    .sort()
    .map((id) => ({ path: pathOf(section, id), message: `is in use and cannot be dropped; ${advice}` }));
}
