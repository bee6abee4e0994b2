import { oneOf, suggestion } from "../catalog/faults.ts";
import { described, type Rule, rule } from "./rule.ts";

export function choice<const Choice extends string>(...choices: readonly [Choice, ...Choice[]]): Rule<Choice> {
  return rule<Choice>({
    schema: { type: "string", enum: choices },
    wants: oneOf(choices),
    standIn: choices[0],
    accept: (value) => choices.find((each) => each === value),
    explain: (value) =>
      typeof value === "string"
        ? `must be ${oneOf(choices)}, got ${described(value)}${suggestion(value, choices)}`
        : null,
  });
}

export const flag: Rule<boolean> = rule({
  schema: { type: "boolean" },
  wants: "true or false",
  standIn: false,
  accept: (value) => (typeof value === "boolean" ? value : undefined),
});
