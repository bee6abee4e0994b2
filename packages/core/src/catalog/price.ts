import type { Fault, Mode, Usage } from "@ducat/client";
import { describe, oneOf, pathOf, suggestion } from "./faults.ts";
import { maxQuantity } from "./limits.ts";

const million = 1_000_000;

/**
 * What a charge costs in credits: the mode's price × quantity; for metered modes the sum of usage × price per million,
 * divided by a million and rounded up once. Exact; `"too_large"` when it is above 2^53 − 1. The usage must have been
 * checked by `validateUsage`.
 */
export function priceOf(mode: Mode, quantity: number, usage: Usage | null): number | "too_large" {
  if (mode.perMillion !== null) return meteredPrice(mode.perMillion, usage);
  if (mode.price === null) throw new TypeError("A mode has either a price or meters.");
  // A product above 2^53 − 1 is never rounded down to a safe integer, so this check cannot be fooled.
  const amount = mode.price * quantity;
  return Number.isSafeInteger(amount) ? amount : "too_large";
}

function meteredPrice(perMillion: Readonly<Record<string, number>>, usage: Usage | null): number | "too_large" {
  // Without this a caller that forgets the usage would charge nothing, in silence.
  if (usage === null) throw new TypeError("The price of a metered mode needs a usage.");
  let sum = 0;
  for (const meter of Object.keys(perMillion)) {
    sum += (perMillion[meter] ?? 0) * amountOf(usage, meter);
    if (!Number.isSafeInteger(sum)) return largeMeteredPrice(perMillion, usage);
  }
  // In whole numbers: no quotient is rounded before it is raised.
  const rest = sum % million;
  return (sum - rest) / million + (rest > 0 ? 1 : 0);
}

function largeMeteredPrice(perMillion: Readonly<Record<string, number>>, usage: Usage): number | "too_large" {
  let sum = 0n;
  for (const meter of Object.keys(perMillion)) sum += BigInt(perMillion[meter] ?? 0) * BigInt(amountOf(usage, meter));
  const price = (sum + BigInt(million - 1)) / BigInt(million);
  return price <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(price) : "too_large";
}

function amountOf(usage: Usage, meter: string): number {
  return Object.hasOwn(usage, meter) ? (usage[meter] ?? 0) : 0;
}

/** How many units, at most 1,000, can be paid with what is available. */
export function affordableQuantity(unitPrice: number, available: number | "unlimited"): number {
  if (available === "unlimited" || unitPrice === 0) return maxQuantity;
  return Math.min(maxQuantity, (available - (available % unitPrice)) / unitPrice);
}

/**
 * Faults in the usage given for a mode. Metered modes need one; meters left out count 0, meters that the mode does not
 * price are faults. Other modes take none.
 */
export function validateUsage(mode: Mode, usage: Usage | null | undefined): Fault[] {
  if (mode.perMillion === null) {
    return usage === null || usage === undefined
      ? []
      : [{ path: "usage", message: "must be left out: this mode has a price, not meters" }];
  }
  const meters = Object.keys(mode.perMillion);
  if (usage === null || usage === undefined) {
    return [{ path: "usage", message: `is missing; this mode is priced by usage of ${oneOf(meters)}` }];
  }
  const faults: Fault[] = [];
  for (const [meter, amount] of Object.entries(usage)) {
    const path = pathOf("usage", meter);
    if (!Object.hasOwn(mode.perMillion, meter)) {
      faults.push({
        path,
        message: `is not a meter of this mode${suggestion(meter, meters)}; the meters are ${oneOf(meters)}`,
      });
    } else if (!Number.isSafeInteger(amount) || amount < 0) {
      faults.push({
        path,
        message: `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${describe(amount)}`,
      });
    }
  }
  return faults;
}
