import { Option } from "commander";
import type { ChargeState } from "ducat";
import { withLedger } from "../connection.ts";
import { print, table, when } from "../print.ts";
import { type LedgerSettings, ledgerCommand, wholeNumber, withExample } from "../settings.ts";

interface ChargesSettings extends LedgerSettings {
  member?: string;
  feature?: string;
  state?: ChargeState;
  limit: number;
}

export const chargesCommand = withExample(
  ledgerCommand("charges")
    .description("The charges of a workspace, newest first.")
    .argument("<workspace>")
    .option("--member <id>", "only this member's")
    .option("--feature <id>", "only for this feature")
    .addOption(new Option("--state <state>", "only in this state").choices(["open", "settled", "refunded"]))
    .addOption(new Option("--limit <number>", "at most so many").default(50).argParser(wholeNumber(1, 200)))
    .action(charges),
  "ducat charges acme --member ada --state settled",
);

async function charges(workspace: string, settings: ChargesSettings): Promise<void> {
  const { member, feature, state, limit } = settings;
  const page = await withLedger(settings, async (verbs) =>
    verbs.charges.list({
      workspace,
      limit,
      ...(member === undefined ? {} : { member }),
      ...(feature === undefined ? {} : { feature }),
      ...(state === undefined ? {} : { state }),
    }),
  );
  print(settings, page, () => {
    if (page.data.length === 0) return "No charges.";
    const rows = page.data.map((charge) => [
      charge.id,
      when(charge.createdAt),
      charge.member,
      `${charge.feature} ${charge.mode}`,
      charge.quantity,
      charge.amount,
      charge.state === "open" ? charge.state : `${charge.state}${charge.reason === null ? "" : ` (${charge.reason})`}`,
      charge.settledAmount,
      charge.refundedAmount,
    ]);
    const head = ["charge", "at", "member", "what", "units", "credits", "state", "settled", "given back"];
    return table(head, rows) + (page.nextCursor === null ? "" : "\n\nThere are more; --limit shows up to 200.");
  });
}
