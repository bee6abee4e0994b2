export { missingFrom } from "./check-replacement.ts";
export { defaultCatalog, defaultCatalogInput } from "./default-catalog.ts";
export { defineCatalog } from "./define-catalog.ts";
export type * from "./input.ts";
export { catalogToJson, parseCatalogJson } from "./json.ts";
export { catalogLimits, maxCredits } from "./limits.ts";
export {
  firstFreePlan,
  givesMore,
  lowersAllowance,
  planAllows,
  plansInOrder,
  plansThatGiveMore,
} from "./plan-change.ts";
export { affordableQuantity, priceOf, validateUsage } from "./price.ts";
export { catalogToInput } from "./to-input.ts";
export type {
  ChargeTarget,
  FeatureId,
  MeterOf,
  ModeOf,
  PackId,
  PlanId,
  RoleId,
  TypedCatalog,
} from "./typed-catalog.ts";
export { type CatalogValidation, validateCatalog } from "./validate-catalog.ts";
export { catalogVersion } from "./version.ts";
