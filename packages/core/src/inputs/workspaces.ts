import type {
  AdvanceClockCommand,
  SubscriptionCommand,
  WorkspaceArchiveCommand,
  WorkspacePutCommand,
} from "../engine/command.ts";
import { choice } from "./choices.ts";
import { instant } from "./instants.ts";
import { metadata } from "./maps.ts";
import { readInput, shape } from "./objects.ts";
import { about, optional, orNull, type Rule } from "./rule.ts";
import { id, text } from "./texts.ts";

export const name = text({ maxLength: 200, blank: true });

/** A field that stays as it is when it is left out, and that `null` clears. */
export function clearable<Value>(rule: Rule<Value>): Rule<Value | null | undefined> {
  return optional(orNull(rule), undefined);
}

type Present<Values> = { [Key in keyof Values]: Exclude<Values[Key], undefined> };

/** Drops fields that were left out, so that "unchanged" and "clear it" cannot be mixed up. */
export function withoutAbsent<Values extends Record<string, unknown>>(values: Values): Partial<Present<Values>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Present<Values>>;
}

export const workspaceInput = shape({
  workspace: id,
  name: clearable(name),
  plan: about("Read at creation only; default: the catalog's first free plan.", optional(id, null)),
  createdAt: about("Read at creation only; default: now.", optional(instant, null)),
  testClock: about("Read at creation only: the workspace lives on this clock from then on.", optional(instant, null)),
  metadata: clearable(metadata),
});

export function toWorkspacePutCommand(input: unknown): WorkspacePutCommand {
  const { workspace, plan, createdAt, testClock, name, metadata } = readInput(workspaceInput, input);
  return { verb: "workspacePut", workspace, plan, createdAt, testClock, ...withoutAbsent({ name, metadata }) };
}

export const archiveInput = shape({ workspace: id });

export function toWorkspaceArchiveCommand(input: unknown): WorkspaceArchiveCommand {
  return { verb: "workspaceArchive", ...readInput(archiveInput, input) };
}

const words = choice("now", "period_end");

/** `"now"`, `"period_end"` or an instant. */
const effective: Rule<"now" | "period_end" | number> = {
  optional: false,
  schema: { anyOf: [words.schema, instant.schema] },
  read(value, path, faults) {
    // A word that looks like neither is a slip of the other two words more often than of a date.
    const isWord = typeof value === "string" && !/^\d/.test(value);
    return isWord ? words.read(value, path, faults) : instant.read(value, path, faults);
  },
};

export const subscriptionInput = shape({
  workspace: id,
  plan: optional(id, null),
  status: optional(choice("active", "trialing", "past_due", "ended"), null),
  anchor: about("The billing anchor: monthly cycles are counted from it.", optional(instant, null)),
  periodEndsAt: about("Until when is paid; `null` clears it.", clearable(instant)),
  newPeriod: about("The invoice's id: money has started a whole new period.", optional(id, null)),
  effective: about('When a plan change takes effect: "now", "period_end" or an instant.', optional(effective, null)),
});

export function toSubscriptionCommand(input: unknown): SubscriptionCommand {
  const { periodEndsAt, ...read } = readInput(subscriptionInput, input);
  return { verb: "subscription", ...read, ...withoutAbsent({ periodEndsAt }) };
}

export const advanceClockInput = shape({
  workspace: id,
  now: about("The test clock's new present; forward only.", instant),
});

export function toAdvanceClockCommand(input: unknown): AdvanceClockCommand {
  return { verb: "advanceClock", ...readInput(advanceClockInput, input) };
}
