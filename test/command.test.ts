import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import serverPackage from "../packages/server/package.json" with { type: "json" };

const repository = fileURLToPath(new URL("..", import.meta.url));
const serverCommand = join(repository, "packages/server/bin/ducat.js");
const coreCommand = join(repository, "packages/core/bin/ducat.js");
const { version } = serverPackage;
const room = mkdtempSync(join(tmpdir(), "ducat-command-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));

/** A command line that says it is up, then waits, and leaves with 3 when it is told to stop. */
const patientProgram = `
  const alive = setInterval(() => {}, 1_000);
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => { console.log("got " + signal); clearInterval(alive); process.exitCode = 3; });
  }
  console.log("up " + process.argv.slice(2).join(" "));
`;

test("npx ducat runs the sources of a checkout", () => {
  expect(execFileSync("npx", ["ducat", "--version"], { cwd: repository, encoding: "utf8" })).toContain(version);
});

test("the library's command runs the server's", () => {
  expect(execFileSync(process.execPath, [coreCommand, "--version"], { cwd: room, encoding: "utf8" })).toContain(
    "0.1.0",
  );
});

test("the library's command without the server says how to get it", () => {
  const alone = join(room, "alone");
  cpSync(join(repository, "packages/core/bin"), join(alone, "bin"), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(alone, "bin/ducat.js")], {
    cwd: alone,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("npm install @ducat/server") });
});

test.each([
  ["22.17.1", 1, "needs Node.js 22.18 or newer. This is 22.17.1"],
  ["20.20.2", 1, "needs Node.js 22.18 or newer. This is 20.20.2"],
  ["22.18.0", 0, ""],
])("Node %s in a checkout: exit code %i", (pretended, expected, message) => {
  const pretence = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${pretended}" } })`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(pretence)}`, serverCommand, "--version"],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: expected, stderr: expect.stringContaining(message) });
});

describe.each(["src/cli.ts", "dist/cli.mjs"])("with %s", (program) => {
  const place = join(room, program.replace("/", "-"));
  mkdirSync(join(place, program, ".."), { recursive: true });
  cpSync(join(repository, "packages/server/bin"), join(place, "bin"), { recursive: true });
  writeFileSync(join(place, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(place, program), patientProgram);
  const command = join(place, "bin/ducat.js");

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s reaches the program, whose exit code is the command's",
    async (signal) => {
      const child = spawn(process.execPath, [command, "serve"], { stdio: ["ignore", "pipe", "inherit"] });
      const lines = linesOf(child);
      expect(await lines.next()).toBe("up serve");
      child.kill(signal);
      expect(await lines.next()).toBe(`got ${signal}`);
      expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(3);
    },
  );

  test("the end of npm's shell is the program's SIGTERM", async () => {
    // The second command keeps every shell from giving its place to the first.
    const child = spawn("sh", ["-c", `"${process.execPath}" "${command}" serve; true`], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, npm_command: "exec" },
    });
    const lines = linesOf(child);
    expect(await lines.next()).toBe("up serve");
    child.kill("SIGKILL");
    expect(await lines.next()).toBe("got SIGTERM");
    expect(await lines.next()).toBe(undefined);
  });
});

function linesOf(child: ChildProcess): { next(): Promise<string | undefined> } {
  if (!child.stdout) throw new Error("The child's standard output must be a pipe.");
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { next: async () => (await iterator.next()).value };
}
