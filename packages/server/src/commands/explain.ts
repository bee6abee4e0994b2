import { withLedger } from "../connection.ts";
import { print, when } from "../print.ts";
import { type LedgerSettings, ledgerCommand, withExample } from "../settings.ts";

export const explainCommand = withExample(
  ledgerCommand("explain")
    .description("The story of a charge: its price, which credits paid it, what was given back and why.")
    .argument("<workspace>")
    .argument("<charge>")
    .action(explain),
  "ducat explain acme c1",
);

async function explain(workspace: string, id: string, settings: LedgerSettings): Promise<void> {
  const story = await withLedger(settings, (verbs) => verbs.explain.charge({ workspace, id }));
  print(settings, story, () => {
    const lines = story.lines.map(({ at, text }) => `${(at === null ? "" : when(at)).padEnd(21)} ${text}`.trimEnd());
    return `${story.summary}\n\n${lines.join("\n")}`;
  });
}
