import { type MigrationResult, migrateDatabase, printMigrations } from "ducat";
import { print } from "../print.ts";
import { type CommonSettings, databaseCommand, databaseOf, withExample } from "../settings.ts";

export const migrateCommand = withExample(
  databaseCommand("migrate")
    .description(
      "Make or update the tables, and say what was done. Safe to run again, and from several machines at once.",
    )
    .option("--print", "print the SQL instead, for people who apply it themselves", false)
    .action(migrate),
  `ducat migrate --database-url postgres://app@db.example.com/app
ducat migrate --print > ducat.sql`,
);

async function migrate(settings: CommonSettings & { print: boolean }): Promise<void> {
  if (settings.print) {
    process.stdout.write(printMigrations(settings.schema));
    return;
  }
  const result = await migrateDatabase({ database: databaseOf(settings), schema: settings.schema });
  print(settings, result, () => told(result));
}

/** What was done, a line a step, and what is to be done next. */
function told({ schema, applied, version, catalog }: MigrationResult): string {
  const steps = applied.map(({ number, name }) => `Applied migration ${number} (${name}).`);
  const newest = `The schema ${schema} has migration ${version}, the newest of this version of Ducat.`;
  return [
    ...(steps.length === 0 ? ["Nothing to apply."] : steps),
    newest,
    catalog === null
      ? "No catalog is in force yet: `ducat serve` publishes its own at its first start, `ducat catalog publish` one of yours."
      : `Catalog ${catalog} is in force, as it was.`,
  ].join("\n");
}
