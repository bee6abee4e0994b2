import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { balanceCommand } from "./commands/balance.ts";
import { catalogCommand } from "./commands/catalog.ts";
import { chargesCommand } from "./commands/charges.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { grantCommand, refundCommand } from "./commands/operator.ts";
import { serveCommand } from "./commands/serve.ts";
import { verifyCommand } from "./commands/verify.ts";
import { forgetEmptyVariables, refuseEmptyFlags } from "./empty-settings.ts";
import { fail } from "./fail.ts";

const commands = [
  serveCommand,
  migrateCommand,
  verifyCommand,
  doctorCommand,
  catalogCommand,
  balanceCommand,
  chargesCommand,
  explainCommand,
  refundCommand,
  grantCommand,
];

const program = new Command("ducat")
  .description("AI credits: charge first, refund exactly, renew monthly, prove every number.")
  .version(packageJson.version)
  .addHelpText("after", "\nBegin with:\n  ducat serve\nEach command explains itself: ducat <command> --help");

for (const command of commands) program.addCommand(command);
const all = [program, ...commands, ...catalogCommand.commands];
forgetEmptyVariables(all);
program.hook("preAction", (_program, command) => refuseEmptyFlags(command));
for (const command of all) {
  command
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "ducat: ")) })
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("Add --help for how to use it.");
}

/** Who reads may leave before the end (`ducat charges acme | head`, a log's reader that died): no reason to stop working. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error, process.argv.includes("--verbose"));
}
