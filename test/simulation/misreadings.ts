import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyRepository } from "../setup/repository-copy.ts";

const folder = fileURLToPath(new URL("./misreadings", import.meta.url));

/** Misreadings of the contract, each a patch to the engine; the lines before the first file say what it misreads. */
export const misreadings: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".patch"))
  .sort();

/** What the patch misreads, in a sentence. */
export function sayingOf(misreading: string): string {
  const text = readFileSync(join(folder, misreading), "utf8");
  return text.slice(0, text.indexOf("--- a/")).trim().replaceAll(/\s+/g, " ");
}

/** Why a patch does not apply to the sources in a folder; `null` when it does. */
export function apply(misreading: string, target: string, options: readonly string[] = []): string | null {
  // A copy in a folder that some repository ignores would otherwise be passed over in silence.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: join(target, ".."), GIT_DIR: join(target, "no-repository") };
  const command = ["apply", ...options, join(folder, misreading)];
  const { status, stderr, error } = spawnSync("git", command, { cwd: target, env, encoding: "utf8" });
  return status === 0 ? null : (error?.message ?? stderr);
}

export interface Found {
  misreading: string;
  /** After how many commands the simulation reported it; `null` when it did not. */
  after: number | null;
  /** What differed first, or what went wrong. */
  says: string;
}

/** Runs the simulation on an engine with each misreading, which has to be reported within so many commands. */
export function* reported(options: { seed: number; steps: number }): Generator<Found> {
  const { seed, steps } = options;
  const { directory: copy, remove } = copyRepository("misreadings");
  try {
    for (const misreading of misreadings) {
      const fault = apply(misreading, copy);
      if (fault !== null) {
        yield { misreading, after: null, says: `it does not apply any more:\n${fault}` };
        continue;
      }
      const run = ["test/simulation/simulate.ts", "--seed", String(seed), "--steps", String(steps), "--seconds", "0"];
      const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=ducat-source", ...run], {
        cwd: copy,
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
      });
      const undone = apply(misreading, copy, ["--reverse"]);
      if (undone !== null) throw new Error(`${misreading} cannot be taken back: ${undone}`);
      const [, after, says = ""] = /differ after (\d+) commands[^\n]*\n([\s\S]{0,600})/.exec(stdout) ?? [];
      const silent = `nothing was reported in ${steps} commands\n${stderr.slice(-2000)}`;
      yield { misreading, after: after === undefined ? null : Number(after), says: says === "" ? silent : says };
    }
  } finally {
    remove();
  }
}
