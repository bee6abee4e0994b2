import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Migration } from "../packages/core/src/database/migration-script.ts";

/*
 * Writes the migrations into the package's source, so that no installation has to find files at run time.
 * Run it after every change: node scripts/embed-migrations.ts
 */

const core = new URL("../packages/core/", import.meta.url);
export const migrationsFolder = fileURLToPath(new URL("migrations/", core));
export const generatedFile = fileURLToPath(new URL("src/database/migrations.generated.ts", core));

const fileName = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Reads `0001_initial.sql`, `0002_….sql`, …; throws when a number is missing, doubled or not four digits long. */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names.sort().map((file, index) => {
    const [, digits, name] = fileName.exec(file) ?? [];
    if (!name || Number(digits) !== index + 1) {
      throw new Error(`${file} should be called ${String(index + 1).padStart(4, "0")}_some_name.sql.`);
    }
    // A checkout may have turned line ends into others; the text and its hash stay the same everywhere.
    const sql = readFileSync(`${folder}/${file}`, "utf8").replaceAll("\r\n", "\n");
    if (!/;\s*$/.test(sql)) throw new Error(`${file} does not end with a semicolon, and a statement is put behind it.`);
    return { number: index + 1, name, hash: createHash("sha256").update(sql).digest("hex"), sql };
  });
}

export function render(migrations: readonly Migration[]): string {
  const items = migrations.map(
    ({ number, name, hash, sql }) => `  {
    number: ${number},
    name: "${name}",
    hash: "${hash}",
    sql: \`${sql.replace(/[\\`]|\$\{/g, "\\$&")}\`,
  },
`,
  );
  return `// Written by scripts/embed-migrations.ts from the files in packages/core/migrations. Do not edit.
import type { Migration } from "./migration-script.ts";

export const migrations: readonly Migration[] = [${items.length > 0 ? `\n${items.join("")}` : ""}];
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(generatedFile, render(readMigrations(migrationsFolder)));
}
