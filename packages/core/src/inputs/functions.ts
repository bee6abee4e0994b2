import { readInput, shape } from "./objects.ts";
import { type Rule, rule } from "./rule.ts";

type AnyFunction = (...given: never[]) => unknown;

/** A function that a host hands over. No JSON holds one, so no schema describes it. */
export const callback: Rule<AnyFunction> = rule<AnyFunction>({
  schema: {},
  wants: "a function",
  standIn: () => {},
  accept: (value) => (typeof value === "function" ? (value as AnyFunction) : undefined),
});

const listenerInput = shape({ listener: callback });

/** Throws `invalid_input` at once: a listener that is none would be found out by the first event only. */
export function checkListener(listener: unknown): void {
  readInput(listenerInput, { listener });
}
