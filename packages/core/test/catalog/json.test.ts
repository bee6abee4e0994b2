import { isDucatError } from "@ducat/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogToJson, defaultCatalog, parseCatalogJson } from "../../src/catalog/index.ts";
import { findJsonFault } from "../../src/catalog/json-fault.ts";
import { least } from "./valid-inputs.ts";

function errorOf(text: string, source?: string) {
  try {
    parseCatalogJson(text, source);
  } catch (error) {
    if (isDucatError(error)) return error;
    throw error;
  }
  return expect.unreachable();
}

describe("text that is not JSON is refused with line and column", () => {
  test.each([
    ["", "line 1, column 1: expected a value, but the text ends here"],
    ["{", "line 1, column 2: expected a key in double quotes, but the text ends here"],
    ['{\n  "roles": {},\n}', 'line 3, column 1: expected a key in double quotes, found "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected "," or "}", found "\\"b\\""'],
    ['{ "a" 1 }', 'line 1, column 7: expected ":", found "1"'],
    ["{ a: 1 }", 'line 1, column 3: expected a key in double quotes, found "a"'],
    ["{ 'a': 1 }", 'line 1, column 3: expected a key in double quotes, found "\'"'],
    ['{ "a": undefined }', 'line 1, column 8: expected a value, found "undefined"'],
    ['{ "a": 01 }', 'line 1, column 8: expected a value, found "01"'],
    ['{ "a": 1. }', 'line 1, column 8: expected a value, found "1."'],
    ['{ "a": .5 }', 'line 1, column 8: expected a value, found ".5"'],
    ['{ "a": [1, 2 }', 'line 1, column 14: expected "," or "]", found "}"'],
    ['{ "a": [1,] }', 'line 1, column 11: expected a value, found "]"'],
    ["{} {}", 'line 1, column 4: expected the end of the text, found "{"'],
    ["// prices\r\n{}", 'line 1, column 1: expected a value, found "/"'],
    [
      '{\r\n"a": "x\ny" }',
      "line 2, column 8: a text must not contain line breaks or control characters; write \\n for a line break",
    ],
    ['{ "a": "C:\\data" }', "line 1, column 11: this escape is not known; write \\\\ for a backslash"],
    ['{ "a": "open }', "line 1, column 8: this text is never closed"],
    ['{ "pro": 1, "free": 2, "pro": 3 }', 'line 1, column 24: the key "pro" appears twice in this object'],
    ['{ "pro": 1, "\\u0070ro": 3 }', 'line 1, column 13: the key "pro" appears twice in this object'],
  ])("%j", (text, fault) => {
    const error = errorOf(text);
    expect(error.code).toBe("invalid_catalog");
    expect(error.errors.map(({ path, message }) => `${path}: ${message}`)).toEqual([fault]);
  });

  test("the message names the file and the place", () => {
    expect(errorOf("{ roles }", "prices.json").message).toBe(
      'The catalog prices.json is not valid:\n  line 1, column 3: expected a key in double quotes, found "roles"',
    );
    expect(errorOf("{}").message).toContain("The catalog is not valid:\n  roles: is missing");
  });
});

test("a byte order mark is skipped, as people cannot see it", () => {
  expect(parseCatalogJson(`\uFEFF${JSON.stringify(least())}`)).toEqual(parseCatalogJson(JSON.stringify(least())));
});

test("the default catalog comes back from its JSON", () => {
  expect(parseCatalogJson(catalogToJson(defaultCatalog))).toEqual(defaultCatalog);
});

/** What the check must agree with, apart from keys that are written twice. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("finds a fault exactly where JSON.parse does not accept the text", () => {
  const values = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value, null, 1));
  const pieces = fc.constantFrom(
    "",
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "-",
    "e5",
    ".",
    "nul",
    "true",
    "\n",
    "\u2028",
    "\\u00e",
    "é",
  );
  const broken = fc.tuple(values, fc.nat(), fc.nat(2), pieces).map(([text, at, cut, piece]) => {
    const offset = at % (text.length + 1);
    return text.slice(0, offset) + piece + text.slice(offset + cut);
  });
  fc.assert(
    fc.property(broken, (text) => {
      const fault = findJsonFault(text);
      if (fault?.message.includes("twice")) return;
      expect(fault === null).toBe(isJson(text));
      if (fault !== null) expect(fault.offset).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});
