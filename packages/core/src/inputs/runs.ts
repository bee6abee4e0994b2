import { chargeInput } from "./charges.ts";
import { flag } from "./choices.ts";
import { usage } from "./maps.ts";
import { delivered } from "./numbers.ts";
import { readInput, shape, type Values } from "./objects.ts";
import { optional } from "./rule.ts";

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

/** Throws what `charge` would throw, before anything is made of the input. */
export function checkRun(input: unknown): void {
  readInput(chargeInput, input);
}
