import { Command } from "commander";
import { type Catalog, catalogToInput, catalogVersion, isDucatError, type PublishedCatalog } from "ducat";
import { withLedger, withOwnDatabase } from "../connection.ts";
import { print, table } from "../print.ts";
import {
  type CommonSettings,
  databaseCommand,
  type LedgerSettings,
  ledgerCommand,
  readCatalog,
  withExample,
} from "../settings.ts";
import { FailedCheck } from "../usage-error.ts";

export const catalogCommand = new Command("catalog")
  .description("Check, show and publish catalogs: roles, features with prices, plans, top-up packs.")
  .addCommand(
    withExample(
      new Command("check")
        .description("Check a catalog file without a database. Exit code 1 when it has a fault.")
        .argument("<file>", "JSON catalog")
        .option("--json", "answer as JSON, for programs", false)
        .option("--verbose", "show the stack of an error", false)
        .action(check),
      "ducat catalog check catalog.json",
    ),
  )
  .addCommand(
    withExample(
      ledgerCommand("show").description("Show the catalog that is in force.").action(show),
      "ducat catalog show\nducat catalog show --json > catalog.json",
    ),
  )
  .addCommand(
    withExample(
      databaseCommand("publish")
        .description("Bring a catalog into force: prices at once, allowances from each workspace's next cycle.")
        .argument("<file>", "JSON catalog")
        .action(publish),
      "ducat catalog publish catalog.json --database-url postgres://app@db.example.com/app",
    ),
  );

function check(file: string, settings: { json: boolean }): void {
  try {
    const catalog = readCatalog(file);
    const answer = { ok: true, version: catalogVersion(catalog) };
    print(settings, answer, () => `${file} is a valid catalog, version ${answer.version}.\n\n${shown(catalog)}`);
  } catch (error) {
    if (!isDucatError(error) || error.code !== "invalid_catalog") throw error;
    const { errors } = error;
    print(settings, { ok: false, errors }, () => {
      const lines = errors.map(({ path, message }) => `  ${path === "" ? "the catalog" : path} ${message}`);
      return `${file} has ${errors.length} ${errors.length === 1 ? "fault" : "faults"}:\n${lines.join("\n")}`;
    });
    throw new FailedCheck();
  }
}

async function show(settings: LedgerSettings): Promise<void> {
  const { version, ...catalog }: PublishedCatalog = await withLedger(settings, (verbs) => verbs.catalog.published());
  print(settings, catalogToInput(catalog), () => `Version ${version} is in force.\n\n${shown(catalog)}`);
}

async function publish(file: string, settings: CommonSettings): Promise<void> {
  const catalog = readCatalog(file);
  const answer = await withOwnDatabase(settings, (credits) => credits.catalog.publish(catalog));
  print(settings, answer, () =>
    answer.published
      ? `Version ${answer.version} is in force now.`
      : `Version ${answer.version} was in force already; nothing changed.`,
  );
}

function shown(catalog: Catalog): string {
  const features = Object.entries(catalog.features).flatMap(([id, { unit, settles, modes }]) =>
    Object.entries(modes).map(([mode, { price, perMillion }]) => [id, mode, price ?? rates(perMillion), unit, settles]),
  );
  const plans = Object.entries(catalog.plans).map(([id, plan]) => [
    id,
    plan.paid ? "paid" : "free",
    plan.holder === "member" ? "each member" : "the workspace",
    allowance(plan.allowance),
    plan.retired ? "retired" : plan.hidden ? "hidden" : "",
  ]);
  return [
    table(["feature", "mode", "credits", "for one", "settles"], features),
    table(["plan", "", "credits for", "a month", ""], plans),
  ].join("\n\n");
}

function rates(perMillion: Readonly<Record<string, number>> | null): string {
  const list = Object.entries(perMillion ?? {}).map(([meter, rate]) => `${meter} ${rate}`);
  return `${list.join(", ")} a million`;
}

function allowance(given: Catalog["plans"][string]["allowance"]): string {
  if (given.kind === "unlimited") return "unlimited";
  if (given.kind === "byMonth") return `${given.first} first, then ${given.then}`;
  return Object.entries(given.seats)
    .map(([seat, amount]) => `${seat} ${amount}`)
    .join(", ");
}
