/**
 * Writes into package-lock.json the optional packages that npm left out of it:
 *
 *   npm install … && npm run complete-lockfile
 *
 * Programs with a binary for each system are one optional package a system. A registry that does not carry all of them
 * makes `npm install` write a lock file without the missing ones, which `npm ci` then refuses, on every machine. Their
 * versions are exact and known from the package that wants them; their systems are in their names.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, LockedPackage>;
}

export interface MissingPackage {
  name: string;
  version: string;
  dev: boolean;
}

/** The optional packages that somebody wants and that stand nowhere npm would look for them. */
export function missingFrom({ packages }: Lockfile): MissingPackage[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** npm looks in the wanting package's own node_modules, and then in those of each folder around it. */
function isLocked(packages: Lockfile["packages"], path: string, name: string): boolean {
  if (packages[`${path === "" ? "" : `${path}/`}node_modules/${name}`]) return true;
  if (path === "") return false;
  const around = path.lastIndexOf("/node_modules/");
  return isLocked(packages, around < 0 ? "" : path.slice(0, around), name);
}

function entryFor({ name, version, dev }: MissingPackage): LockedPackage {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const os = words.find((word) => ["android", "darwin", "freebsd", "linux", "openharmony", "win32"].includes(word));
  const cpu = words.find((word) => ["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"].includes(word));
  const isExact = /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version);
  if (!os || !cpu || !isExact) throw new Error(`What ${name}@${version} is for cannot be read from its name.`);
  const libc = os !== "linux" ? undefined : words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...(libc ? { libc: [libc] } : {}), optional: true, os: [os] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lockfile: Lockfile = JSON.parse(readFileSync("package-lock.json", "utf8"));
  for (const missing of missingFrom(lockfile)) lockfile.packages[`node_modules/${missing.name}`] = entryFor(missing);
  lockfile.packages = Object.fromEntries(
    Object.entries(lockfile.packages).toSorted(([left], [right]) => left.localeCompare(right, "en")),
  );
  writeFileSync("package-lock.json", `${JSON.stringify(lockfile, null, 2)}\n`);
}
