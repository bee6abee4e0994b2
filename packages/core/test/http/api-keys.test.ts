import { expect, test } from "vitest";
import { createKeyCheck } from "../../src/http/api-keys.ts";

test("a key is refused where it is given when no request could ever carry it, and the limit is said", () => {
  const longest = "k".repeat(1000);
  expect(createKeyCheck([longest])(longest)).toBe(true);
  expect(createKeyCheck([longest])(`${longest}k`)).toBe(false);
  for (const wrong of [`${longest}k`, "short", "with blanks in its middle"]) {
    expect(() => createKeyCheck([wrong])).toThrow(
      expect.objectContaining({
        code: "invalid_options",
        message: expect.stringMatching(/at least 16 characters and at most 1,000/),
      }),
    );
  }
});
