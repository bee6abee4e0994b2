import fc from "fast-check";
import { expect, test } from "vitest";
import { proportion } from "../../src/engine/proportion.ts";

const credits = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const whole = fc.integer({ min: 1, max: 100 * 86_400_000 });

test("a share is exact and rounded up, whatever the size", () => {
  fc.assert(
    fc.property(credits, whole, fc.double({ min: 0, max: 1, noNaN: true }), (amount, length, fraction) => {
      const left = Math.floor(length * fraction);
      const exact = (BigInt(amount) * BigInt(left) + BigInt(length) - 1n) / BigInt(length);
      expect(BigInt(proportion(amount, left, length))).toBe(exact);
    }),
    { examples: [[Number.MAX_SAFE_INTEGER, 3, 1 / 3]] },
  );
});
