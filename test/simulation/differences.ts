/** What an answer lacks of what was expected, one line each; `expected` is partial, its lists and `grants` are not. */
export function differences(actual: unknown, expected: unknown, path = ""): string[] {
  if (Object.is(actual, expected)) return [];
  if (!isRecord(expected) || !isRecord(actual)) {
    if (Array.isArray(expected) && JSON.stringify(actual) === JSON.stringify(expected)) return [];
    return [`${path || "answer"}: the engine says ${show(actual)}, the auditor ${show(expected)}`];
  }
  const whole = path.endsWith("grants");
  const keys = whole ? new Set([...Object.keys(actual), ...Object.keys(expected)]) : Object.keys(expected);
  return [...keys].flatMap((key) => {
    const value = expected[key];
    return value === undefined && !whole ? [] : differences(actual[key], value, path === "" ? key : `${path}.${key}`);
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
