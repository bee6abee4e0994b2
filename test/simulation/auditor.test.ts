import type { Balance } from "@ducat/client";
import { describe, expect, test } from "vitest";
import { sumsOf } from "../contract/totals.ts";
import cycles from "../vectors/cycles.json" with { type: "json" };
import { boundary, monthOf } from "./auditor/cycles.ts";
import type { Command } from "./auditor.ts";
import { createAuditor } from "./auditor.ts";
import type { Example, Step } from "./examples/steps.ts";
import { comparable } from "./examples/steps.ts";
import { catalogs, examples } from "./examples.ts";

const workspace = "example";

type Views = ReturnType<ReturnType<typeof createAuditor>["views"]>;

/** What the sums over an engine's grants are made of, of the auditor's. */
const holdings = (views: Views) => ({
  balance: async (_: string, who: string) => views?.balance(who) as unknown as Balance,
  grants: async () => new Map(views?.grants().map((grant) => [grant.id, grant])),
});

/** Asks before it tells, so that every step also shows that asking changes nothing. */
function run(example: Example) {
  const auditor = createAuditor({ catalogs, published: example.catalog ?? "reference" });
  return (step: Step): unknown => {
    const at = Date.parse(step.at);
    if ("publish" in step) return auditor.publish(step.publish, at);
    const views = auditor.views(workspace, at);
    if ("balance" in step) return views?.balance(step.balance);
    if ("workspace" in step) return views?.workspace();
    if ("charge" in step) return views?.charge(step.charge);
    if ("totals" in step) return sumsOf(holdings(views), workspace, step.totals);
    const command = { ...step.command, workspace } as Command;
    const answer = auditor.expect(command, at);
    auditor.record({ ...command }, at);
    return answer;
  };
}

describe("boundaries", () => {
  test.each(cycles.cases)("from $anchor", ({ anchor, boundaries }) => {
    const from = Date.parse(anchor);
    expect(boundaries.map((_, n) => new Date(boundary(from, n)).toISOString())).toEqual(boundaries);
    for (const [n, at] of boundaries.entries()) {
      expect(monthOf(from, Date.parse(at))).toBe(n);
      expect(monthOf(from, Date.parse(at) - 1)).toBe(n - 1);
    }
  });
});

describe("examples", () => {
  test.each(examples)("$clause $name", async (example) => {
    const carryOut = run(example);
    for (const [index, step] of example.steps.entries()) {
      const answer = comparable(await carryOut(step));
      if ("expect" in step) expect(answer, `step ${index + 1}: ${JSON.stringify(step)}`).toMatchObject(step.expect);
    }
  });
});
