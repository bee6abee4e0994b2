import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../bin/ducat.js", import.meta.url));

/** An empty folder to run commands in. */
export function makeRoom(): { directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "ducat-server-"));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Where {
  directory: string;
  env?: Record<string, string>;
}

/** A process of its own, with nothing of Ducat's in its environment but what is given. */
function start(args: readonly string[], { directory, env = {} }: Where): ChildProcess & { output: Finished } {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(DUCAT_|DATABASE_URL$|PORT$|HOST$|NODE_OPTIONS$|npm_)/.test(name),
    ),
  );
  const child = spawn(process.execPath, [command, ...args], { cwd: directory, env: { ...clean, ...env } });
  const output: Finished = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  return Object.assign(child, { output });
}

export async function ducat(args: readonly string[], where: Where): Promise<Finished> {
  const child = start(args, where);
  const [code] = (await once(child, "close")) as [number | null];
  return { ...child.output, code };
}

/** As `ducat`, for somebody who does not read what it says: `ducat … | true`. */
export async function ducatUnread(args: readonly string[], where: Where): Promise<Omit<Finished, "stdout">> {
  const child = start(args, where);
  child.stdout?.destroy();
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr: child.output.stderr };
}

export interface Served {
  url: string;
  output: Finished;
  /** Goes away, as a terminal or a log's reader may; the server's next words to stdout find nobody. */
  stopReading(): void;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, once the process has ended. */
  ended: Promise<number | null>;
}

/** Starts `ducat serve` on a free port, and answers when it has said where it listens. */
export async function serve(where: Where, args: readonly string[] = []): Promise<Served> {
  const child = start(["serve", "--port", "0", ...args], where);
  const ended = once(child, "close").then(([code]) => code as number | null);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!child.output.stdout.includes("Try it:")) {
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), ended]);
    if (over) throw new Error(`the server did not start: ${child.output.stderr}${child.output.stdout}`);
  }
  const url = /running at (\S+)/.exec(child.output.stdout)?.[1] ?? "";
  return {
    url,
    output: child.output,
    ended,
    stopReading: () => void child.stdout?.destroy(),
    signal: (signal) => void child.kill(signal),
  };
}
