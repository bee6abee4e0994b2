// Written by scripts/embed-migrations.ts from the files in packages/core/migrations. Do not edit.
import type { Migration } from "./migration-script.ts";

export const migrations: readonly Migration[] = [];
