import { createCredits, printMigrations } from "ducat";
import { print } from "../print.ts";
import { type CommonSettings, databaseCommand, databaseOf, withExample } from "../settings.ts";

export const migrateCommand = withExample(
  databaseCommand("migrate")
    .description("Make or update the tables. Safe to run again, and from several machines at once.")
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
  const credits = createCredits({ database: databaseOf(settings), schema: settings.schema, background: false });
  try {
    await credits.ready();
  } finally {
    await credits.close();
  }
  print(settings, { schema: settings.schema, migrated: true }, () => `The schema ${settings.schema} is up to date.`);
}
