import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { makeContender, type Places } from "./all-contenders.ts";
import { type Contender, type Population, populationOf } from "./contender.ts";
import type { Options } from "./options.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
import { type StatementWatch, watchedSettings, watchStatements } from "./statements.ts";

/** What every mode of the benchmark stands on. */
export interface Stage {
  options: Options;
  server: PostgresServer;
  population: Population;
  /** Makes a contender; it is closed with the stage. */
  make(name: string, as?: string): Promise<Contender>;
  /** Closes one before the end, to free its connections. */
  dismiss(contender: Contender): Promise<void>;
  /** Writes out what is dirty, so that nobody pays for another's pages, and lets the log's files be used again. */
  checkpoint(): Promise<void>;
  /** What the server spends its time on; `profile` mode only. */
  statements: StatementWatch;
  /** A line of progress, apart from the results. */
  say(line: string): void;
  write(file: string, text: string): Promise<void>;
}

/** Starts a server, runs `work`, and leaves nothing behind. */
export async function onStage(options: Options, work: (stage: Stage) => Promise<void>): Promise<void> {
  const server = await startPostgres(options.mode === "profile" ? watchedSettings : {});
  const directory = temporaryDirectory();
  const admin = new pg.Client({ connectionString: server.connectionString });
  const places: Places = { connectionString: server.connectionString, directory };
  const contenders = new Set<Contender>();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  try {
    await admin.connect();
    say(`PostgreSQL ${server.version}, Node ${process.versions.node}`);
    if (options.mode === "profile") await admin.query("CREATE EXTENSION pg_stat_statements SCHEMA public");
    await work({
      options,
      server,
      population: populationOf(options.workspaces),
      async make(name, as) {
        const contender = await makeContender(name, places, as);
        contenders.add(contender);
        return contender;
      },
      async dismiss(contender) {
        contenders.delete(contender);
        await contender.close();
      },
      async checkpoint() {
        await admin.query("CHECKPOINT");
      },
      statements: watchStatements(admin),
      say,
      async write(file, text) {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
        say(`written: ${file}`);
      },
    });
  } finally {
    for (const contender of contenders) await contender.close();
    await admin.end();
    await server.stop();
  }
}

/** Gone with this process, also when a run is cut short by Ctrl-C: gigabytes of PGlite would stay behind. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "ducat-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  return directory;
}
