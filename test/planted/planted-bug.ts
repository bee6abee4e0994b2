import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** What a patch says of itself above its first hunk. */
const HEADINGS = ["Mistake", "Class", "In the field", "Caught by"] as const;

/** The classes of mistakes that lose or make credits where they are counted by hand. */
export const CLASSES = [
  "double spend",
  "double refund",
  "minted credits",
  "leaked hold",
  "month granted twice or skipped",
  "free retry",
] as const;

/** Says that the unit tests of the files which a bug touches find it, before any suite is asked. */
export const UNIT_TESTS = "unit tests";

/** A mistake that somebody could make in good faith, as a patch of the sources. */
export interface PlantedBug {
  name: string;
  path: string;
  mistake: string;
  kind: string;
  inTheField: string;
  /** The suite that is known to catch it, or `UNIT_TESTS`. */
  caughtBy: string;
  /** The file of that suite which does; `null` with `UNIT_TESTS`. */
  test: string | null;
  /** The files that it touches. */
  files: string[];
}

const folder = new URL("./", import.meta.url);

export function plantedBugs(): PlantedBug[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".patch"))
    .sort()
    .map((name) => readPatch(new URL(name, folder).pathname));
}

function readPatch(path: string): PlantedBug {
  const text = readFileSync(path, "utf8");
  const header = text.slice(0, text.indexOf("\n--- ") + 1);
  const [mistake, kind, inTheField, caughtBy] = HEADINGS.map((heading) => {
    // A value goes on in lines that are indented.
    const found = new RegExp(`^${heading}: (.+(?:\\n {2}.+)*)`, "m").exec(header)?.[1];
    if (found === undefined) throw new Error(`${path} must say "${heading}: …" before its first hunk`);
    return found.replaceAll(/\s+/g, " ");
  }) as [string, string, string, string];
  const files = [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file as string);
  const [suite = "", test = null] = caughtBy.split(", ");
  return { name: basename(path, ".patch"), path, mistake, kind, inTheField, caughtBy: suite, test, files };
}

/** Puts the bug into a copy of the sources, or takes it out again; throws when the sources have changed too much. */
export function applyPatch(bug: PlantedBug, directory: string, how: "plant" | "remove"): void {
  // Outside any repository git applies to plain files, and finds a hunk that has moved.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: directory, GIT_DIR: "/nowhere" };
  const reverse = how === "remove" ? ["--reverse"] : [];
  try {
    execFileSync("git", ["apply", ...reverse, "--whitespace=nowarn", bug.path], { cwd: directory, env, stdio: "pipe" });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new Error(`${bug.name} does not apply: ${stderr ?? error}`);
  }
}
