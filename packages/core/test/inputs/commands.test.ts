import { describe, expect, test } from "vitest";
import { toCommand } from "../../src/inputs/index.ts";

const newId = () => "fresh";

describe("defaults", () => {
  test("a charge", () => {
    const input = { workspace: "w", id: "c", member: "m", feature: "generate-screen" };
    expect(toCommand.charge(input, newId)).toEqual({
      verb: "charge",
      workspace: "w",
      id: "c",
      member: "m",
      feature: "generate-screen",
      mode: "standard",
      quantity: 1,
      usage: null,
      maxAmount: null,
      leaseMs: 600_000,
      metadata: {},
      attempt: "fresh",
      resume: false,
    });
  });

  test("settle, refund, heartbeat", () => {
    expect(toCommand.settle({ workspace: "w", id: "c" }, newId)).toEqual({
      verb: "settle",
      workspace: "w",
      id: "c",
      delivered: null,
      usage: null,
      estimated: false,
      reason: null,
      attempt: "fresh",
    });
    expect(toCommand.refund({ workspace: "w", id: "c", reason: "failed", attempt: "a1" }, newId)).toEqual({
      verb: "refund",
      workspace: "w",
      id: "c",
      reason: "failed",
      attempt: "a1",
    });
    expect(toCommand.heartbeat({ workspace: "w", id: "c", leaseSeconds: 30 })).toEqual({
      verb: "heartbeat",
      workspace: "w",
      id: "c",
      delivered: null,
      leaseMs: 30_000,
      attempt: null,
    });
  });

  test("left out is unchanged, null clears", () => {
    expect(toCommand.memberPut({ workspace: "w", member: "m", role: "editor", name: undefined, cap: null })).toEqual({
      verb: "memberPut",
      workspace: "w",
      member: "m",
      role: "editor",
      cap: null,
    });
    expect(Object.keys(toCommand.workspacePut({ workspace: "w", metadata: null }))).not.toContain("name");
    expect(toCommand.subscription({ workspace: "w" })).not.toHaveProperty("periodEndsAt");
    expect(toCommand.subscription({ workspace: "w", periodEndsAt: null })).toHaveProperty("periodEndsAt", null);
  });

  test("cancel takes its asker from the caller, never from the input", () => {
    expect(toCommand.cancel({ workspace: "w", id: "c" }, "m")).toEqual({
      verb: "cancel",
      workspace: "w",
      id: "c",
      by: "m",
    });
    expect(() => toCommand.cancel({ workspace: "w", id: "c", by: "m" })).toThrow("by is not a known field");
  });
});

describe("instants", () => {
  const read = (now: unknown) => toCommand.advanceClock({ workspace: "w", now }).now;

  test.each([
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01T12:00Z", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01T12:00:00.9999Z", "2026-03-01T12:00:00.999Z"],
    ["2026-03-01T12:00:00.5+05:30", "2026-03-01T06:30:00.500Z"],
    ["2026-03-01T01:00:00-0800", "2026-03-01T09:00:00.000Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ])("%s", (given, expected) => {
    expect(new Date(read(given)).toISOString()).toBe(expected);
  });

  test("a Date", () => {
    expect(read(new Date(1_700_000_000_123))).toBe(1_700_000_000_123);
  });

  test.each([
    ["2026-03-01", "must be an instant such as"],
    ["2026-03-01T12:00:00", "append Z for UTC"],
    ["2026-02-29T12:00:00Z", "must be a date and time that exist"],
    ["2026-13-01T12:00:00Z", "must be a date and time that exist"],
    ["2026-01-01T24:00:00Z", "must be a date and time that exist"],
    ["1969-12-31T23:59:59Z", "must lie in the years 1970 to 9999"],
    ["1970-01-01T00:00:00+01:00", "must lie in the years 1970 to 9999"],
    ["0099-01-01T00:00:00Z", "must lie in the years 1970 to 9999"],
    [new Date(Number.NaN), "must be an instant such as"],
    [new Date(8.64e15), "must lie in the years 1970 to 9999"],
    [1_700_000_000, "must be an instant such as"],
    [null, "must be an instant such as"],
    [{ getTime: (): number => 5 }, "must be an instant such as"],
    ["x".repeat(1_000_000), "must be an instant such as"],
  ])("refused: %s", (given, message) => {
    expect(() => read(given)).toThrow(message);
  });
});
