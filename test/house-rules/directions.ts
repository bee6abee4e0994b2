import { posix } from "node:path";
import type { Fault, ImportedModule, Rule } from "./source-file.ts";

/** What each package's source may import of the others. Browsers may import only `client`, so it imports nothing. */
const packages: Readonly<Record<string, readonly string[]>> = {
  client: [],
  core: ["@ducat/client"],
  server: ["@ducat/client", "ducat"],
  react: ["@ducat/client"],
};

/** Each folder of the library answers one question, and may ask only those below it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  catalog: [],
  engine: ["catalog"],
  inputs: ["catalog", "engine"],
  database: [],
  verify: ["engine"],
  store: ["catalog", "engine", "inputs", "verify", "database"],
  ledger: ["catalog", "engine", "inputs", "database", "store"],
  background: ["catalog", "engine", "inputs", "database", "store", "ledger"],
  http: ["catalog", "engine", "inputs", "database", "store", "ledger", "background"],
};

/** The rooms that decide: the same answer for the same arguments, in any runtime, without a database. */
const pureRooms: ReadonlySet<string> = new Set(["catalog", "engine", "inputs", "verify"]);
const impure = /^(node:|pg$|@electric-sql\/|hono|@hono\/|\.\.\/(clock|ids)\.ts$)/;

/** Imports between packages follow the arrows: client ← core ← server, client ← react. */
export const packageDirections: Rule = (file) => {
  const [, owner, room] = /^packages\/([^/]+)\/(src|bin)\//.exec(file.path) ?? [];
  if (owner === undefined || room !== "src") return [];
  const allowed = packages[owner];
  if (!allowed) return [fault(file.path, 1, `${owner} is a new package: say in directions.ts what it may import`)];
  return file.imports.flatMap((imported) => {
    const { specifier, line } = imported;
    if (specifier.startsWith(".")) {
      const target = posix.join(posix.dirname(file.path), specifier);
      const isInside = target.startsWith(`packages/${owner}/src/`) || target === `packages/${owner}/package.json`;
      return isInside ? [] : [fault(file.path, line, `${specifier} leaves the source of its package`)];
    }
    if (owner === "client") return [fault(file.path, line, `client must import nothing, and imports ${specifier}`)];
    const name = packageOf(specifier);
    const isOurs = name === "ducat" || name.startsWith("@ducat/");
    return isOurs && !allowed.includes(name) ? [fault(file.path, line, `${owner} must not import ${name}`)] : [];
  });
};

/** Imports inside the library follow the rooms, and the rooms that decide touch nothing outside themselves. */
export const roomDirections: Rule = (file) => {
  const room = roomOf(file.path);
  if (room === undefined) return [];
  const allowed = rooms[room];
  if (!allowed) return [fault(file.path, 1, `${room}/ is a new room: say in directions.ts what it may import`)];
  return file.imports.flatMap((imported) => [
    ...wrongRoom(file.path, room, allowed, imported),
    ...(pureRooms.has(room) && !imported.typeOnly && impure.test(imported.specifier)
      ? [fault(file.path, imported.line, `${room}/ is pure and must not import ${imported.specifier}`)]
      : []),
  ]);
};

function wrongRoom(path: string, room: string, allowed: readonly string[], imported: ImportedModule): Fault[] {
  if (!imported.specifier.startsWith(".")) return [];
  const target = roomOf(posix.join(posix.dirname(path), imported.specifier));
  if (target === undefined || target === room || allowed.includes(target)) return [];
  return [fault(path, imported.line, `${room}/ must not import from ${target}/`)];
}

/** The folder of the library that a file lies in; `undefined` for files beside the folders and for other packages. */
function roomOf(path: string): string | undefined {
  return /^packages\/core\/src\/([^/]+)\//.exec(path)?.[1];
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function fault(path: string, line: number, message: string): Fault {
  return { path, line, message };
}
