import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { minify } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
const room = mkdtempSync(join(tmpdir(), "ducat-packages-"));
const consumer = join(room, "consumer");
const folders = { "@ducat/client": "client", ducat: "core", "@ducat/server": "server" } as const;
const clientLimitBytes = 4096;

interface Packed {
  name: keyof typeof folders;
  filename: string;
  version: string;
  files: { path: string }[];
}
let packed: Packed[] = [];

/** As a user gets them: built, packed, and installed into a project that knows nothing of this repository. */
beforeAll(async () => {
  await run("npm", ["run", "build"], repository);
  const workspaces = Object.values(folders).map((folder) => `--workspace=packages/${folder}`);
  packed = JSON.parse(await run("npm", ["pack", "--json", `--pack-destination=${room}`, ...workspaces], repository));
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), `{ "name": "consumer", "private": true, "type": "module" }`);
  const tarballs = packed.map(({ filename }) => join(room, filename));
  await run(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", "typescript@7.0.2", "@types/node@24.10.1", ...tarballs],
    consumer,
  );
}, 300_000);
afterAll(() => rmSync(room, { recursive: true, force: true }));

test("all three packages are packed", () => {
  expect(packed.map(({ name }) => name).toSorted()).toEqual(Object.keys(folders).toSorted());
});

test.each(Object.keys(folders))("%s carries what it needs and nothing else", (name) => {
  const paths = packed.find((candidate) => candidate.name === name)?.files.map(({ path }) => path) ?? [];
  const expected =
    /^(package\.json|LICENSE|README\.md|bin\/.*\.js|dist\/.*\.m[jt]s|migrations\/.*\.sql|catalog\.schema\.json)$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(["package.json", "LICENSE", "dist/index.mjs", "dist/index.d.mts"]));
});

test.each(["@ducat/client", "ducat", "ducat/testing", "@ducat/server"])(
  "%s exports what its source exports",
  async (name) => {
    const fromSource = Object.keys(await import(name)).toSorted();
    expect(await exportsOf(name)).toEqual(fromSource);
  },
);

test("somebody's own condition `source` leads to no file that is missing", async () => {
  expect(await exportsOf("ducat", "--conditions=source")).toContain("DucatError");
});

test("an error made by one package is recognised by the other", async () => {
  const program = `
    import { DucatError } from "ducat";
    import { isDucatError } from "@ducat/client";
    console.log(isDucatError(new DucatError("not_found", "")), DucatError === (await import("@ducat/client")).DucatError);`;
  expect(await evaluate(program)).toBe("true true\n");
});

test("the command runs", async () => {
  const { version } = packed.find(({ name }) => name === "@ducat/server") ?? {};
  expect(await run(join(consumer, "node_modules/.bin/ducat"), ["--version"], consumer)).toContain(version);
});

test("the demo tells the story of a balance", async () => {
  copyFileSync(join(repository, "examples/demo.mjs"), join(consumer, "demo.mjs"));
  expect(await run(process.execPath, ["demo.mjs"], consumer)).toBe(
    "settled: 60 credits for 2 screens\nrefunded: 30, left of the free 600: 540\n",
  );
}, 30_000);

test("the server of the packages answers", async () => {
  const command = join(consumer, "node_modules/.bin/ducat");
  const server = spawn(command, ["serve", "--port", "0"], { cwd: consumer, env: withoutSettings() });
  const ended = once(server, "close");
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  while (!said.includes("Try it:") && server.exitCode === null) {
    await Promise.race([once(server.stdout, "data"), ended]);
  }
  const url = /running at (\S+)/.exec(said)?.[1];
  expect(url, said).toBeDefined();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  server.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}, 30_000);

describe("the declarations", () => {
  const strictest = {
    target: "es2023",
    lib: ["es2023", "dom"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const source = `
    import { DucatError, errorCodes, type ChargeInput } from "@ducat/client";
    import * as ducat from "ducat";
    import type { ServerOptions } from "@ducat/server";
    import { createTestCredits } from "ducat/testing";
    const input: ChargeInput = { workspace: "w", id: "c", member: "m", feature: "generate-screen" };
    export const check: [ChargeInput, number, typeof ducat, typeof createTestCredits, ServerOptions | null] =
      [input, errorCodes.internal.status, ducat, createTestCredits, null];
    // @ts-expect-error quantity is a number
    export const wrong: ChargeInput = { ...input, quantity: "2" };
    export const error = new DucatError("not_found", "gone");
  `;
  // A server is Node's, and so are the types that its logger asks for.
  const serverSource = `
    import { type RunningServer, startServer } from "@ducat/server";
    export const start: (...options: Parameters<typeof startServer>) => Promise<RunningServer> = startServer;
  `;
  const nodenext = { module: "nodenext", moduleResolution: "nodenext" };

  test.each([
    ["nodenext", nodenext, source],
    ["a bundler", { module: "esnext", moduleResolution: "bundler" }, source],
    ["nodenext with the server", nodenext, serverSource],
  ])("pass under %s, with every check of a strict project", async (name, resolution, source) => {
    const project = join(consumer, name.replaceAll(" ", "-"));
    mkdirSync(project);
    writeFileSync(join(project, "main.ts"), source);
    const config = { compilerOptions: { ...strictest, ...resolution }, files: ["main.ts"] };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
    expect(await run(process.execPath, [join(consumer, "node_modules/typescript/bin/tsc"), "-p", "."], project)).toBe(
      "",
    );
  });
});

test(`the client weighs at most ${clientLimitBytes} bytes`, async () => {
  const file = join(consumer, "node_modules/@ducat/client/dist/index.mjs");
  const { code } = await minify(file, readFileSync(file, "utf8"), { module: true, compress: true, mangle: true });
  expect(gzipSync(code).byteLength).toBeLessThanOrEqual(clientLimitBytes);
});

test.each(Object.values(folders))("packages/%s carries the repository's licence", (folder) => {
  const license = readFileSync(join(repository, "LICENSE"), "utf8");
  expect(readFileSync(join(repository, "packages", folder, "LICENSE"), "utf8")).toBe(license);
});

async function exportsOf(name: string, ...flags: string[]): Promise<string[]> {
  return JSON.parse(
    await evaluate(`console.log(JSON.stringify(Object.keys(await import("${name}")).sort()))`, ...flags),
  );
}

/** This process's environment without what would point the server at somebody's database or port. */
function withoutSettings(): NodeJS.ProcessEnv {
  const settings = /^(DUCAT_|DATABASE_URL$|PORT$|HOST$|NODE_OPTIONS$|npm_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
}

function evaluate(program: string, ...flags: string[]): Promise<string> {
  return run(process.execPath, [...flags, "--input-type=module", "--eval", program], consumer);
}

/** The output of a command; throws with all that it said when it fails. */
async function run(command: string, commandArguments: string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(command, commandArguments, { cwd, encoding: "utf8" })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${commandArguments.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, {
      cause: error,
    });
  }
}
