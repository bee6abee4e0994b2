import { describe, expect, test } from "vitest";
import { parseCatalogJson, validateCatalog } from "../../src/catalog/index.ts";
import { least } from "./valid-inputs.ts";

function faultsOf(value: unknown): string[] {
  const validation = validateCatalog(value);
  return validation.ok ? [] : validation.errors.map(({ path, message }) => `${path}: ${message}`);
}

/** No input may hold up a server for longer than this. Generous: the real times are a few milliseconds. */
const patienceMs = 2000;

function timed<Value>(work: () => Value): Value {
  const start = performance.now();
  const value = work();
  expect(performance.now() - start).toBeLessThan(patienceMs);
  return value;
}

describe("input that means harm is refused without running it", () => {
  test("a getter is not called", () => {
    let calls = 0;
    const input = {
      ...least(),
      get topUpPacks() {
        calls += 1;
        return {};
      },
    };
    const descriptors = Object.getOwnPropertyDescriptors(input);
    expect(typeof descriptors.topUpPacks.get).toBe("function");
    expect(faultsOf(input)).toEqual(["topUpPacks: must be a value, got a getter"]);
    expect(calls).toBe(0);
  });

  test("a Proxy that throws is a fault", () => {
    const plans = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("secret");
        },
      },
    );
    expect(faultsOf({ ...least(), plans })).toEqual(["plans: cannot be read as data: reading it throws"]);
  });

  test("a Proxy over plain data is plain data", () => {
    expect(faultsOf(new Proxy({ ...least() }, {}))).toEqual([]);
  });

  test("an instance of a class is a fault, also one that pretends", () => {
    class Plans {
      free = least().plans.free;
    }
    expect(faultsOf({ ...least(), plans: new Plans() })).toEqual([
      "plans: must be a plain object, got an instance of a class",
    ]);
  });

  test("toJSON is a key like any other", () => {
    const faults = faultsOf({ ...least(), toJSON: () => ({}) });
    expect(faults[0]).toBe("toJSON: must be JSON data, got a function");
  });

  test("a cycle ends", () => {
    const metadata: Record<string, unknown> = {};
    metadata.self = metadata;
    const free = { ...least().plans.free, metadata };
    expect(timed(() => faultsOf({ ...least(), plans: { free } }))[0]).toContain(
      "is nested deeper than 32 levels (or contains itself)",
    );
  });

  test("objects that share objects that share objects end", () => {
    let bomb: unknown = "x";
    for (let level = 0; level < 25; level += 1) bomb = [bomb, bomb, bomb, bomb, bomb, bomb, bomb, bomb];
    const faults = timed(() => faultsOf({ ...least(), features: bomb }));
    expect(faults[0]).toContain("makes the catalog too large");
  });

  test("a list of four thousand million holes ends", () => {
    const faults = timed(() => faultsOf({ ...least(), features: new Array(2 ** 32 - 1) }));
    expect(faults[0]).toBe("features: makes the catalog too large: at most 1048576 bytes of JSON");
  });

  test("a text of 100 million characters ends, and is not repeated in the message", () => {
    const faults = timed(() => faultsOf({ ...least(), pastDueGraceDays: "x".repeat(1e8) }));
    expect(faults).toEqual(["pastDueGraceDays: makes the catalog too large: at most 1048576 bytes of JSON"]);
  });

  test("two hundred thousand unknown keys end", () => {
    const input = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`role${index}`, 1]));
    expect(timed(() => faultsOf(input))).toHaveLength(1001);
  });

  test("a catalog of many bytes in few characters is measured in bytes", () => {
    const feature = { name: "ü".repeat(200), unit: "u", settles: "unit", modes: { standard: 1 } };
    const metadata = { text: "ü".repeat(2000) };
    const features = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`f${index}`, { ...feature, metadata }]),
    );
    expect(timed(() => faultsOf({ ...least(), features }))[0]).toMatch(
      /^: must have at most 1048576 bytes of JSON, got 1\d{6}$/,
    );
  });
});

describe("JSON that means harm", () => {
  test.each([
    ["a million open lists", "[".repeat(1e6), "line 1, column 33: nested deeper than 32 levels"],
    ["a million open objects", '{"a":'.repeat(1e6), "line 1, column 161: nested deeper than 32 levels"],
    ["a text without end", `"${"\\n".repeat(4e6)}`, "line 1, column 1: this text is never closed"],
    ["a word without end", "x".repeat(8e6), `line 1, column 1: expected a value, found "${"x".repeat(60)}…"`],
    ["nine million blanks", " ".repeat(9e6), ": must have at most 8388608 characters, got 9000000"],
    ["line breaks only", "\n".repeat(8e6), "line 8000001, column 1: expected a value, but the text ends here"],
  ])("%s", (_, text, fault) => {
    const errors = timed(() => {
      try {
        parseCatalogJson(text);
        return [];
      } catch (error) {
        return (error as { errors: { path: string; message: string }[] }).errors;
      }
    });
    expect(errors.map(({ path, message }) => `${path}: ${message}`)).toEqual([fault]);
  });
});
