import { execFileSync, spawnSync } from "node:child_process";

/** Whom the server runs as, in numbers, as `spawn` takes them. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as the system user `postgres`, made when it is missing.
 * `null`: we are an ordinary user and run it as ourselves.
 */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const existing = lookUp("postgres");
  if (existing) return existing;
  createSystemUser();
  const created = lookUp("postgres");
  if (!created) throw new Error("PostgreSQL refuses to run as root, and a user `postgres` could not be made.");
  return created;
}

function lookUp(name: string): ServerUser | null {
  try {
    return { uid: readId("-u", name), gid: readId("-g", name) };
  } catch {
    return null; // `id` fails for a name it does not know.
  }
}

function readId(which: "-u" | "-g", name: string): number {
  return Number(execFileSync("id", [which, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

/** Each system has its own command; BusyBox (Alpine) knows only the second. */
const waysToMakeUser = [
  ["useradd", "--system", "--user-group", "--no-create-home", "postgres"],
  ["adduser", "-S", "-D", "-H", "postgres"],
] as const;

function createSystemUser(): void {
  for (const [command, ...options] of waysToMakeUser) {
    if (spawnSync(command, options, { stdio: "ignore" }).status === 0) return;
  }
}
