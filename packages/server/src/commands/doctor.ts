import { resolve } from "node:path";
import { Option } from "commander";
import { catalogVersion, type Diagnosis, diagnose, isDucatError } from "ducat";
import packageJson from "../../package.json" with { type: "json" };
import { readAddress } from "../address-file.ts";
import { examineDatabase } from "../doctor/examine-database.ts";
import { examineCatalog, examineLedger } from "../doctor/examine-ledger.ts";
import { type ExpectedCatalog, examineServer } from "../doctor/examine-server.ts";
import { type Finding, good, note, wrong } from "../doctor/finding.ts";
import { print } from "../print.ts";
import {
  type CommonSettings,
  databaseCommand,
  databaseOf,
  readCatalog,
  requireDatabase,
  withExample,
} from "../settings.ts";
import { FailedCheck } from "../usage-error.ts";

interface DoctorSettings extends CommonSettings {
  url?: string;
  catalog?: string;
}

export const doctorCommand = withExample(
  databaseCommand("doctor")
    .description(
      "Examine the database, and a running server, and say what to do. Changes nothing. Exit code 1 when something is wrong.",
    )
    .addOption(new Option("--url <url>", "a running server, to be asked how many commands wait").env("DUCAT_URL"))
    .addOption(new Option("--catalog <file>", "JSON catalog that should be in force").env("DUCAT_CATALOG"))
    .addHelpText(
      "after",
      `
It looks at
  versions          Ducat, Node.js, PostgreSQL
  durability        fsync, full_page_writes, synchronous_commit
  connections       whether another process of Ducat could still connect
  clock             how far this machine and the database are apart
  schema            migrations that are missing, newer or changed
  open charges      the oldest, and when its lease runs out
  sweeper           leases, grants and plan changes that time has ended and nobody has written
  events            notices that nobody has taken yet
  catalog           the version in force, compared with --catalog
  server, queue     whether --url answers, and how many commands wait in it
It does not replay the ledger: that is ducat verify.`,
    )
    .action(doctor),
  `ducat doctor --database-url postgres://app@db.example.com/app --catalog catalog.json --url http://127.0.0.1:4100
ducat doctor --json`,
);

async function doctor(settings: DoctorSettings): Promise<void> {
  const findings = await examine(settings);
  const faults = findings.filter(({ level }) => level === "wrong").length;
  print(settings, { ok: faults === 0, findings }, () => {
    const lines = findings.map(inWords);
    return `${lines.join("\n")}\n\n${sumOf(findings, faults)}`;
  });
  if (faults > 0) throw new FailedCheck();
}

function sumOf(findings: readonly Finding[], faults: number): string {
  if (faults > 0) return `${faults} ${faults === 1 ? "thing is" : "things are"} wrong.`;
  const unexamined = findings.some(({ check, level }) => check === "database" && level === "note");
  return unexamined ? "Nothing wrong was found. The database was not examined." : "Nothing is wrong.";
}

const marks: Readonly<Record<Finding["level"], string>> = { good: "ok", note: "note", wrong: "WRONG" };

function inWords({ check, level, says, advice }: Finding): string {
  const line = `${marks[level].padEnd(5)}  ${check.padEnd(16)}  ${says}`;
  return advice === null ? line : `${line}\n${" ".repeat(25)}→ ${advice}`;
}

async function examine(settings: DoctorSettings): Promise<Finding[]> {
  const file = settings.catalog;
  const catalog = file === undefined ? undefined : readCatalog(file);
  requireDatabase(settings);
  const versions = good("versions", `Ducat ${packageJson.version}, Node.js ${process.versions.node}.`);
  let diagnosis: Diagnosis;
  try {
    diagnosis = await diagnose({
      database: databaseOf(settings),
      schema: settings.schema,
      ...(catalog === undefined ? {} : { catalog }),
    });
  } catch (error) {
    const expected = catalog === undefined ? undefined : { version: catalogVersion(catalog), file: file ?? "" };
    return [versions, ...unexamined(error, settings), ...(await server(settings, inUse(error), expected))];
  }
  return [
    versions,
    ...examineDatabase(diagnosis),
    ...(diagnosis.ledger === null ? [] : examineLedger(diagnosis.ledger)),
    ...(diagnosis.catalog === null ? [] : [examineCatalog(diagnosis.catalog, file ?? "")]),
    ...(await server(settings, false)),
  ];
}

function inUse(error: unknown): boolean {
  return isDucatError(error) && error.code === "data_directory_in_use";
}

/** What can be said without the database; what is not about reaching it is a fault of its own. */
function unexamined(error: unknown, settings: DoctorSettings): Finding[] {
  if (inUse(error)) {
    return [
      note(
        "database",
        `A running process has ${resolve(settings.dataDir)} open, and an embedded database takes one process only.`,
        "Stop it to have the database examined; on a PostgreSQL of your own both can run.",
      ),
    ];
  }
  if (isDucatError(error) && error.code === "database_unavailable") {
    const { cause } = error;
    const why = cause instanceof Error && cause.message !== "" ? `: ${cause.message}` : "";
    const advice = "Check DATABASE_URL (host, port, name, password), and that the database is running.";
    return [wrong("database", `The database cannot be reached${why}.`, advice)];
  }
  throw error;
}

/** The server that is named or, for an embedded database that is in use, the one that has said where it listens. */
async function server(settings: DoctorSettings, lookForIt: boolean, catalog?: ExpectedCatalog): Promise<Finding[]> {
  const url = settings.url ?? (lookForIt ? readAddress(resolve(settings.dataDir)) : null);
  if (url !== null) return await examineServer(url, catalog);
  return [
    note("queue", "How many commands wait can only be asked of a running server.", "Name one: --url, or DUCAT_URL."),
  ];
}
