export * from "@ducat/client";
export * from "./catalog/index.ts";
export { createCredits } from "./credits.ts";
export { printMigrations } from "./database/migrate.ts";
export type { CreditsOptions, DatabaseOptions } from "./options.ts";
export type * from "./verbs.ts";
