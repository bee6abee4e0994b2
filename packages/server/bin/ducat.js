#!/usr/bin/env node
// The command `ducat`. Plain JavaScript that every Node can read: too old a Node is told so, not shown a syntax error.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Published packages carry no sources; a checkout runs them as they are, without a build.
const isCheckout = existsSync(new URL("../src/cli.ts", import.meta.url));
// With it, `ducat` and `@ducat/client` mean their sources, in worker threads and child processes too.
const sourceCondition = "--conditions=ducat-source";

requireNode(isCheckout ? [22, 18] : [22, 0]);
if (isCheckout && !process.execArgv.includes(sourceCondition)) {
  restart([...process.execArgv, sourceCondition, fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  stopWithNpm();
  await import(isCheckout ? "../src/cli.ts" : "../dist/cli.mjs");
}

/** @param {[major: number, minor: number]} oldest */
function requireNode([oldestMajor, oldestMinor]) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const advice = isCheckout
    ? "On Linux (x64) `npm ci` brings one, which `npx ducat` uses. Elsewhere install one from https://nodejs.org."
    : "Install one from https://nodejs.org, or put it first on the PATH.";
  console.error(
    `Ducat needs Node.js ${oldestMajor}.${oldestMinor} or newer. This is ${process.versions.node} (${process.execPath}).\n${advice}`,
  );
  process.exit(1);
}

/**
 * Goes on as Node with these arguments. Where the system can, the process itself becomes the new program, in 20 ms:
 * signals, exit code and terminal are simply its own. Windows cannot, and gets a child process.
 *
 * @param {string[]} nodeArguments
 */
function restart(nodeArguments) {
  if (process.execve && process.platform !== "win32") {
    process.execve(process.execPath, [process.execPath, ...nodeArguments], process.env);
  }
  const child = spawn(process.execPath, nodeArguments, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code) => process.exit(code ?? 1));
}

/**
 * `npx ducat` and `npm start` put a shell between npm and us. A SIGTERM for npm ends that shell, which does not pass it
 * on: a server would live on unseen, holding its port and its data. So the shell's end is our SIGTERM.
 */
function stopWithNpm() {
  if (process.env.npm_command !== "exec" && process.env.npm_command !== "start") return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 100);
  watch.unref();
}
