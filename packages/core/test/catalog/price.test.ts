import type { Mode } from "@ducat/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { affordableQuantity, maxCredits, priceOf, validateUsage } from "../../src/catalog/index.ts";

const priced = (price: number): Mode => ({ price, perMillion: null, plans: null });
const metered = (perMillion: Record<string, number>): Mode => ({ price: null, perMillion, plans: null });

/** The definition, in numbers of any size. */
function exactly(amount: bigint): number | "too_large" {
  return amount <= BigInt(maxCredits) ? Number(amount) : "too_large";
}

describe("the price of units", () => {
  test.each([
    [30, 1, 30],
    [90, 7, 630],
    [0, 1000, 0],
    [maxCredits, 1, maxCredits],
    [maxCredits, 2, "too_large"],
    [9007199254741, 1000, "too_large"],
    [9007199254740, 1000, 9007199254740000],
  ])("%d × %d = %s", (price, quantity, amount) => {
    expect(priceOf(priced(price), quantity, null)).toBe(amount);
  });

  test("is exact for every price and quantity", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 1000 }), (price, quantity) => {
        expect(priceOf(priced(price), quantity, null)).toBe(exactly(BigInt(price) * BigInt(quantity)));
      }),
    );
  });
});

describe("the price of a usage", () => {
  const mode = metered({ input: 250, cachedInput: 25, output: 1000 });

  test.each([
    [{ input: 0, cachedInput: 0, output: 0 }, 0],
    [{}, 0],
    [{ input: 1 }, 1],
    [{ input: 4000 }, 1],
    [{ input: 4001 }, 2],
    [{ input: 2000, output: 500 }, 1],
    [{ input: 1_000_000, cachedInput: 1_000_000, output: 1_000_000 }, 1275],
    [{ output: maxCredits }, 9007199254741],
    [{ other: 1_000_000 }, 0],
  ])("%o costs %s", (usage, amount) => {
    expect(priceOf(mode, 1, usage)).toBe(amount);
  });

  test("is rounded up once, not for each meter", () => {
    expect(priceOf(metered({ a: 1, b: 1, c: 1 }), 1, { a: 1, b: 1, c: 1 })).toBe(1);
  });

  test("a millionth above a large whole number still costs a credit", () => {
    expect(priceOf(metered({ a: 1 }), 1, { a: 9_007_199_254_000_001 })).toBe(9_007_199_255);
  });

  test("above the limit is too large, not rounded", () => {
    expect(priceOf(metered({ a: maxCredits }), 1, { a: 1_000_000 })).toBe(maxCredits);
    expect(priceOf(metered({ a: maxCredits }), 1, { a: 1_000_001 })).toBe("too_large");
    expect(priceOf(metered({ a: maxCredits, b: maxCredits }), 1, { a: maxCredits, b: maxCredits })).toBe("too_large");
  });

  test("what every object inherits is not a usage", () => {
    expect(priceOf(metered({ constructor: 1_000_000 }), 1, {})).toBe(0);
  });

  test("without a usage it is an error of the caller, never free", () => {
    expect(() => priceOf(mode, 1, null)).toThrow(TypeError);
  });

  test("is exact for every price and usage", () => {
    const meter = fc.tuple(fc.oneof(fc.nat(5000), fc.maxSafeNat()), fc.oneof(fc.nat(5_000_000), fc.maxSafeNat()));
    fc.assert(
      fc.property(fc.array(meter, { minLength: 1, maxLength: 4 }), (meters) => {
        const prices = Object.fromEntries(meters.map(([price], index) => [`m${index}`, price]));
        const usage = Object.fromEntries(meters.map(([, amount], index) => [`m${index}`, amount]));
        const sum = meters.reduce((total, [price, amount]) => total + BigInt(price) * BigInt(amount), 0n);
        expect(priceOf(metered(prices), 1, usage)).toBe(exactly((sum + 999_999n) / 1_000_000n));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("how many units are affordable", () => {
  test.each([
    [30, 0, 0],
    [30, 29, 0],
    [30, 30, 1],
    [30, 3000, 100],
    [30, 1_000_000, 1000],
    [0, 0, 1000],
    [maxCredits, maxCredits, 1],
  ])("at %d with %d: %d", (price, available, quantity) => {
    expect(affordableQuantity(price, available)).toBe(quantity);
  });

  test("any number of an unlimited allowance", () => {
    expect(affordableQuantity(30, "unlimited")).toBe(1000);
  });

  test("one unit more would never be affordable, and that many always are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxCredits }), fc.maxSafeNat(), (price, available) => {
        const quantity = affordableQuantity(price, available);
        expect(BigInt(quantity) * BigInt(price) <= BigInt(available)).toBe(true);
        if (quantity < 1000) expect(BigInt(quantity + 1) * BigInt(price) > BigInt(available)).toBe(true);
      }),
    );
  });
});

describe("faults in a usage", () => {
  const mode = metered({ input: 250, output: 1000 });

  test.each([
    [mode, { input: 1, output: 2 }, []],
    [mode, { output: 2 }, []],
    [mode, {}, []],
    [priced(30), null, []],
    [priced(30), undefined, []],
    [priced(30), {}, ["usage: must be left out: this mode has a price, not meters"]],
    [mode, null, ['usage: is missing; this mode is priced by usage of "input" or "output"']],
    [
      mode,
      { inptu: 1 },
      ['usage.inptu: is not a meter of this mode (did you mean "input"?); the meters are "input" or "output"'],
    ],
    [mode, { constructor: 1 }, ['usage.constructor: is not a meter of this mode; the meters are "input" or "output"']],
    [
      mode,
      { input: -1, output: 0.5 },
      [
        "usage.input: must be a whole number from 0 to 9007199254740991, got -1",
        "usage.output: must be a whole number from 0 to 9007199254740991, got 0.5",
      ],
    ],
  ])("%o with %o", (given, usage, faults) => {
    expect(validateUsage(given, usage).map(({ path, message }) => `${path}: ${message}`)).toEqual(faults);
  });
});
