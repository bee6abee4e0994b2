import { userInfo } from "node:os";
import { Option } from "commander";
import { isDucatError } from "ducat";
import { withLedger } from "../connection.ts";
import { newActionId } from "../ids.ts";
import { credits, print, when } from "../print.ts";
import { type LedgerSettings, ledgerCommand, wholeNumber, withExample } from "../settings.ts";

interface OperatorSettings extends LedgerSettings {
  id?: string;
  actor: string;
  note: string;
}

/** What an operator does by hand says who did it and why; its id makes a repeat harmless. */
function operatorCommand(name: string) {
  return ledgerCommand(name)
    .addOption(new Option("--note <text>", "why, for the record").makeOptionMandatory())
    .addOption(new Option("--actor <name>", "who does this, for the record").default(userName()))
    .option("--id <id>", "the same id again does nothing twice; left out: a new one");
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "operator";
  }
}

export const refundCommand = withExample(
  operatorCommand("refund")
    .description("Give back what was settled (a support refund), whole or by units.")
    .argument("<workspace>")
    .argument("<charge>")
    .addOption(new Option("--quantity <units>", "left out: all that is left").argParser(wholeNumber(1, 1000)))
    .option("--no-reissue", "let credits lapse whose grant has ended meanwhile")
    .action(refund),
  'ducat refund acme c1 --quantity 1 --note "The second screen was blank"',
);

async function refund(
  workspace: string,
  charge: string,
  settings: OperatorSettings & { quantity?: number; reissue: boolean },
): Promise<void> {
  const id = settings.id ?? newActionId();
  const { actor, note, quantity, reissue } = settings;
  const answer = await repeatable(id, settings, () =>
    withLedger(settings, (verbs) =>
      verbs.supportRefund({
        workspace,
        charge,
        id,
        actor,
        note,
        reissue,
        ...(quantity === undefined ? {} : { quantity }),
      }),
    ),
  );
  print(settings, { id, ...answer }, () => {
    const { restored, expired, reissued, balance, replayed } = answer;
    const parts = [`${credits(restored)} restored`];
    if (expired > 0) parts.push(`${expired} had expired`, `${reissued} given anew`);
    return `${replayed ? "Done before: " : ""}${parts.join(", ")}. ${answer.charge.member} has ${credits(balance.available)} available. (refund ${id})`;
  });
}

export const grantCommand = withExample(
  operatorCommand("grant")
    .description("Give credits to a member, or to the workspace's pool.")
    .argument("<workspace>")
    .argument("<amount>", "credits", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--member <id>", "left out: the pool")
    .option("--expires-at <instant>", "such as 2027-01-01T00:00:00Z; left out: never")
    .action(grant),
  'ducat grant acme 500 --member ada --note "Sorry for the outage"',
);

async function grant(
  workspace: string,
  amount: number,
  settings: OperatorSettings & { member?: string; expiresAt?: string },
): Promise<void> {
  const id = settings.id ?? newActionId();
  const { actor, note, member, expiresAt } = settings;
  const answer = await repeatable(id, settings, () =>
    withLedger(settings, (verbs) =>
      verbs.grant({
        workspace,
        id,
        amount,
        actor,
        note,
        ...(member === undefined ? {} : { member }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      }),
    ),
  );
  print(settings, { id, ...answer }, () => {
    const ends = answer.grant.expiresAt === null ? "They never expire" : `They expire ${when(answer.grant.expiresAt)}`;
    const who = member ?? `the pool of ${workspace}`;
    return `${answer.replayed ? "Done before: " : ""}${credits(amount)} granted to ${who}. ${ends}. (grant ${answer.grant.id})`;
  });
}

/** When no answer came it is not known whether it happened: the same id settles it. */
async function repeatable<Answer>(
  id: string,
  settings: OperatorSettings,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (settings.id === undefined && isDucatError(error) && error.retryable) {
      process.stderr.write(`It is not known whether this happened. Repeat it with --id ${id}, and it happens once.\n`);
    }
    throw error;
  }
}
