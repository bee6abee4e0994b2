import type { CheckedInput } from "./checked-input.ts";
import type { CatalogInput } from "./input.ts";
import type { TypedCatalog } from "./typed-catalog.ts";
import { requireValidCatalog } from "./validate-catalog.ts";

/**
 * Defines a catalog in code: roles, features with prices, plans with allowances, top-up packs. Answers its normal form,
 * with every default filled in and frozen, typed with its own ids: a feature, mode, plan or pack that does not exist does
 * not compile. Throws `invalid_catalog` with every fault.
 *
 * @example
 * const catalog = defineCatalog({
 *   roles: { editor: { seat: "editor", buys: true } },
 *   features: { "generate-image": { name: "Generate image", unit: "image", settles: "unit", modes: { standard: 10 } } },
 *   plans: { free: { name: "Free", paid: false, anchor: "workspace", holder: "workspace", allowance: 300 } },
 * });
 */
export function defineCatalog<const Input extends CatalogInput>(
  input: Input & CheckedInput<Input>,
): TypedCatalog<Input> {
  // The check reads plain data; that the ids in it are the input's own is known only to its type.
  return requireValidCatalog(input) as unknown as TypedCatalog<Input>;
}
