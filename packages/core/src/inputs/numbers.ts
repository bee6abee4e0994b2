import { maxCredits, maxQuantity } from "../catalog/limits.ts";
import { type Rule, rule } from "./rule.ts";

function wholeNumber(minimum: number, maximum: number): Rule<number> {
  return rule({
    schema: { type: "integer", minimum, maximum },
    wants: `a whole number from ${minimum} to ${maximum}`,
    standIn: minimum,
    // `+ 0` turns −0 into 0.
    accept: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum
        ? value + 0
        : undefined,
    explain: (value) =>
      typeof value === "string" && /^-?\d{1,17}$/.test(value)
        ? `must be a number, got a text; write ${value} without quotes`
        : null,
  });
}

/** An amount of credits or money that may be nothing. */
export const amount = wholeNumber(0, maxCredits);
/** An amount that must be something. */
export const positiveAmount = wholeNumber(1, maxCredits);
export const quantity = wholeNumber(1, maxQuantity);
/** Units handed over; 0 is nothing. */
export const delivered = wholeNumber(0, maxQuantity);
/** A lease: 10 seconds to 24 hours. */
export const leaseSeconds = wholeNumber(10, 86_400);
export const pageLimit = wholeNumber(1, 200);
