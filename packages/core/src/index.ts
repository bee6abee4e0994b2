export * from "@ducat/client";
export type {
  CatalogInput,
  CatalogValidation,
  ChargeTarget,
  FeatureId,
  MeterOf,
  ModeOf,
  PackId,
  PlanId,
  RoleId,
  TypedCatalog,
} from "./catalog/index.ts";
export {
  catalogToInput,
  catalogToJson,
  catalogVersion,
  defaultCatalog,
  defaultCatalogInput,
  defineCatalog,
  parseCatalogJson,
  validateCatalog,
} from "./catalog/index.ts";
export { createCredits } from "./credits.ts";
export { printMigrations } from "./database/migrate.ts";
export { type DiagnoseOptions, type Diagnosis, diagnose } from "./diagnose.ts";
export type { AccessOptions } from "./http/access.ts";
export { createHandler, type Handler, type HandlerOptions } from "./http/handler.ts";
export type { HttpLog } from "./http/log.ts";
export { type MigrationResult, migrateDatabase } from "./open.ts";
export type { CreditsOptions, DatabaseOptions } from "./options.ts";
export type * from "./verbs.ts";
