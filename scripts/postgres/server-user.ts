import { execFileSync } from "node:child_process";

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

function createSystemUser(): void {
  try {
    execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "postgres"], { stdio: "ignore" });
  } catch {
    execFileSync("adduser", ["-S", "-D", "-H", "postgres"], { stdio: "ignore" }); // BusyBox has no useradd.
  }
}
