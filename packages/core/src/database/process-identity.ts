import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What tells one process from every other, past and present. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in whatever unit the system tells it; undefined where it does not. */
  readonly started: string | undefined;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) };
}

/**
 * Whether that process still runs. A process number is used again, also for the next start of a container, so the start
 * must be the same too. A process of another machine or container cannot be seen from here and counts as running.
 */
export function isRunning(identity: ProcessIdentity): boolean {
  if (identity.host !== hostname()) return true;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const started = startOf(identity.pid);
  return started === undefined || identity.started === undefined || started === identity.started;
}

function startOf(pid: number): string | undefined {
  try {
    // The start is counted from the boot, so the boot belongs to it.
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The second field is the name in parentheses and may hold anything. Behind it come the state and, as the 20th, the start.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A killed process whose parent has not asked for it yet keeps its number, but writes to no folder any more.
    return fields[0] === "Z" ? "ended" : `${boot}/${fields[19]}`;
  } catch {
    return startFromPs(pid);
  }
}

function startFromPs(pid: number): string | undefined {
  if (process.platform === "win32") return undefined;
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
        stdio: ["ignore", "pipe", "ignore"],
      }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}
