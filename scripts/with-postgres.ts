/**
 * Runs a command with DATABASE_URL set to a temporary PostgreSQL that commits to disk like one in production:
 *
 *   npm run with-postgres -- [--set name=value]… [--major 17] -- command…
 *
 * The server and its data are gone when the command ends. The exit code is the command's.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { startTemporaryServer } from "./postgres/temporary-server.ts";

const separator = process.argv.indexOf("--", 2);
const own = separator < 0 ? [] : process.argv.slice(2, separator);
const [command, ...commandArguments] = process.argv.slice((separator < 0 ? 1 : separator) + 1);
const { values } = parseArgs({
  args: own,
  options: { set: { type: "string", multiple: true, default: [] }, major: { type: "string" } },
});
if (command === undefined) {
  console.error("usage: npm run with-postgres -- [--set name=value]… [--major 17] -- command…");
  process.exit(2);
}

const settings = Object.fromEntries(values.set.map((setting) => splitOnce(setting)));
const server = await startTemporaryServer({
  ...(values.major === undefined ? {} : { major: Number(values.major) }),
  initialize: ["--locale=C"],
  settings: { fsync: "on", synchronous_commit: "on", timezone: "UTC", ...settings },
});
const child = spawn(command, commandArguments, {
  env: { ...process.env, DATABASE_URL: server.url },
  stdio: "inherit",
});
// Ctrl-C reaches the whole group, the command included; a signal sent to us alone is passed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.exitCode = await new Promise<number>((resolve) => {
  child.once("error", (error) => {
    console.error(`${command}: ${error.message}`);
    resolve(127);
  });
  child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
});
await server.stop();

function splitOnce(setting: string): [string, string] {
  const [name = "", ...value] = setting.split("=");
  return [name, value.join("=")];
}
