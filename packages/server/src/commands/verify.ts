import { withOwnDatabase } from "../connection.ts";
import { print, table } from "../print.ts";
import { type CommonSettings, databaseCommand, withExample } from "../settings.ts";
import { FailedCheck } from "../usage-error.ts";

export const verifyCommand = withExample(
  databaseCommand("verify")
    .description("Replay the ledger and name every number that does not add up. Exit code 1 when there is one.")
    .argument("[workspaces...]", "only these; left out: all")
    .action(verify),
  `ducat verify
ducat verify acme`,
);

async function verify(workspaces: string[], settings: CommonSettings): Promise<void> {
  const found = await withOwnDatabase(settings, (credits) =>
    credits.verify(workspaces.length === 0 ? {} : { workspaces }),
  );
  print(settings, found, () => {
    const counted = `${found.workspaces} ${found.workspaces === 1 ? "workspace" : "workspaces"}, ${found.entries} ${found.entries === 1 ? "entry" : "entries"}`;
    if (found.ok) return `Everything adds up: ${counted}.`;
    const rows = found.differences.map(({ workspace, check, expected, found, message }) => [
      workspace,
      check,
      expected,
      found,
      message,
    ]);
    return `${found.differences.length} differences in ${counted}:\n\n${table(["workspace", "check", "expected", "found", "what"], rows)}`;
  });
  if (!found.ok) throw new FailedCheck();
}
