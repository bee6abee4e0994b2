import { chargeInput } from "./charges.ts";
import { flag } from "./choices.ts";
import { callback } from "./functions.ts";
import { usage } from "./maps.ts";
import { delivered } from "./numbers.ts";
import { readInput, shape, type Values } from "./objects.ts";
import { optional, type Rule, rule } from "./rule.ts";

const measured = shape({ usage, estimated: optional(flag, false) });

/** What a work tells of its usage: refused in the work that says it, not at an end that nobody could write any more. */
export function readUsage(amounts: unknown, how: object): Values<(typeof measured)["fields"]> {
  return readInput(measured, { ...how, usage: amounts });
}

const result = shape({
  delivered: optional(delivered, null),
  usage: optional(usage, null),
  estimated: optional(flag, false),
});

/** What a work came to. */
export function readResult(given: unknown): Values<(typeof result)["fields"]> {
  return readInput(result, given);
}

/** Of any realm, which `instanceof` would not know. */
const signal: Rule<AbortSignal> = rule<AbortSignal>({
  schema: {},
  wants: "an AbortSignal",
  standIn: new AbortController().signal,
  accept: (value) => (isSignal(value) ? value : undefined),
});

function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function"
  );
}

const options = shape({ signal: optional(signal, null), keepDelivered: optional(flag, true) });
const beginning = shape({ options });
const running = shape({ work: callback, options });

/** Throws `invalid_input` before anything is charged: a charge whose work cannot even begin would stay open. */
export function checkBegin(input: unknown, given: { options: unknown }): void {
  readInput(chargeInput, input);
  readInput(beginning, given);
}

/** The same for `run`, which is given its work too. */
export function checkRun(input: unknown, given: { work: unknown; options: unknown }): void {
  readInput(chargeInput, input);
  readInput(running, given);
}
