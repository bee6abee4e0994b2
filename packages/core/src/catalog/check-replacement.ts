import type { Catalog, Fault } from "@ducat/client";
import { describe, pathOf } from "./faults.ts";

/** Ids in use; as a map, each with one workspace that uses it. */
export type IdsInUse = readonly string[] | ReadonlyMap<string, string>;

export interface CatalogUse {
  /** Plans that some workspace has, or waits for. */
  readonly plans: IdsInUse;
  /** Packs that are ordered or requested and not yet granted. */
  readonly packs: IdsInUse;
  /** Roles that some member has. */
  readonly roles?: IdsInUse;
}

/** What is in use and missing from the next catalog: it may be retired, but not dropped. Empty: it may be published. */
export function missingFrom(next: Catalog, inUse: CatalogUse): Fault[] {
  const retire = "keep it and set retired: true";
  return [
    ...missing("plans", inUse.plans, next.plans, retire),
    ...missing("topUpPacks", inUse.packs, next.topUpPacks, retire),
    ...missing("roles", inUse.roles ?? [], next.roles, "keep it, or give its members another role first"),
  ];
}

function missing(section: string, ids: IdsInUse, map: Readonly<Record<string, unknown>>, advice: string): Fault[] {
  const users = new Map<string, string | null>("get" in ids ? ids : ids.map((id) => [id, null]));
  return [...users]
    .filter(([id]) => !Object.hasOwn(map, id))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, user]) => {
      const where = user === null ? "" : ` (by the workspace ${describe(user)})`;
      return { path: pathOf(section, id), message: `is in use${where} and cannot be dropped; ${advice}` };
    });
}
