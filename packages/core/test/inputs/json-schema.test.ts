import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import * as charges from "../../src/inputs/charges.ts";
import { noFaults } from "../../src/inputs/faults.ts";
import * as grants from "../../src/inputs/grants.ts";
import * as members from "../../src/inputs/members.ts";
import * as queries from "../../src/inputs/queries.ts";
import * as topUps from "../../src/inputs/top-ups.ts";
import * as workspaces from "../../src/inputs/workspaces.ts";

/** Instants are compared by their own tests: JSON Schema says of them only that they are date-times. */
const ajv = new Ajv2020({
  formats: { "date-time": (text: string) => !Number.isNaN(Date.parse(text)) && text.includes("T") },
});

const modules = { charges, grants, members, queries, topUps, workspaces };
const shapes = Object.values(modules).flatMap((module) =>
  Object.entries(module).filter(
    (entry): entry is [string, typeof charges.chargeInput] => typeof entry[1] === "object" && "fields" in entry[1],
  ),
);

/** Values that a field may be given; each is tried in each field of each verb. */
const values: unknown[] = [
  null,
  "",
  " ",
  "a",
  "a b",
  "a/b",
  "é",
  "-a",
  "auth0|1",
  "x".repeat(128),
  "x".repeat(129),
  "x".repeat(256),
  "x".repeat(321),
  "x".repeat(2001),
  "workspace",
  "standard",
  "settled",
  "active",
  "failed",
  "feature",
  "now",
  "🙂".repeat(200),
  "🙂".repeat(201),
  -1,
  0,
  1,
  9,
  10,
  200,
  201,
  1000,
  1001,
  86_400,
  86_401,
  1.5,
  2 ** 53 - 1,
  2 ** 53,
  true,
  false,
  [],
  ["a"],
  ["workspace"],
  [1],
  [{}],
  [{ feature: "a" }],
  [{ id: "a", role: "r" }],
  [{ id: "workspace", role: "r" }],
  new Array(51).fill({ feature: "a" }),
  new Array(101).fill("a"),
  {},
  { a: 1 },
  { a: -1 },
  { "a b": 1 },
  { a: "b" },
  "2026-01-01T00:00:00Z",
  "2026-01-01T00:00:00.123+02:00",
  "2026-01-01",
];

describe.each(shapes)("%s", (_name, shape) => {
  const validate = ajv.compile(shape.schema);
  const accepts = (input: unknown) => {
    const faults = noFaults();
    shape.read(input, "", faults);
    return faults.count === 0;
  };
  const good = firstGood(shape.fields);

  test("a good input", () => {
    expect(accepts(good)).toBe(true);
    expect(validate(good)).toBe(true);
  });

  test("the reader and the JSON Schema accept and refuse the same", () => {
    const disagreements: unknown[] = [];
    const compare = (input: unknown) => {
      if (accepts(input) !== validate(input)) disagreements.push(input);
    };
    for (const field of Object.keys(shape.fields)) {
      for (const value of values) compare({ ...good, [field]: value });
      const { [field]: _absent, ...without } = good;
      compare(without);
    }
    compare({ ...good, unknown: 1 });
    for (const value of values) compare(value);
    expect(disagreements).toEqual([]);
  });
});

function firstGood(fields: typeof charges.chargeInput.fields): Record<string, unknown> {
  const good: Record<string, unknown> = {};
  for (const [field, rule] of Object.entries(fields)) {
    if (rule.optional) continue;
    good[field] = values.find((value) => {
      const faults = noFaults();
      rule.read(value, field, faults);
      return faults.count === 0;
    });
  }
  return good;
}
