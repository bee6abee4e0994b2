import { expect, test } from "vitest";
import { cell } from "../../src/http/entries-csv.ts";

test.each([
  ["a text that a spreadsheet would run", "=1+1", `"'=1+1"`],
  ["another", "@SUM(A1)", `"'@SUM(A1)"`],
  ["and another", "-1+cmd|x", `"'-1+cmd|x"`],
  ["with a comma", "a,b", '"a,b"'],
  ["with quotes", 'a"b', '"a""b"'],
  ["with a line end", "a\r\nb", '"a\r\nb"'],
  ["an ordinary id", "auth0|1", "auth0|1"],
  ["a number, which is none of these", -30, "-30"],
  ["nothing", null, ""],
])("%s", (_name, value, expected) => {
  expect(cell(value)).toBe(expected);
});
