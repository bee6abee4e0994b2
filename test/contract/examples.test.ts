import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { pgliteTemplate } from "../setup/pglite-template.ts";
import type { Command } from "../simulation/auditor.ts";
import type { Step } from "../simulation/examples/steps.ts";
import { comparable } from "../simulation/examples/steps.ts";
import { catalogs, examples } from "../simulation/examples.ts";
import { openSubject, type Subject, totalsOf } from "../simulation/subject.ts";

const databases = {
  PGlite: () => pgliteDatabase({ memory: true, template: pgliteTemplate() }),
  PostgreSQL: () => pgDatabase({ connectionString: testDatabaseUrl(), max: 4 }),
};

/** Moves the example's clock to the step, if there is a workspace yet, and carries the step out. */
async function carryOut(subject: Subject, workspace: string, step: Step): Promise<unknown> {
  if ("publish" in step) return subject.publish(step.publish);
  const { testClock } = await subject.workspace(workspace).catch(() => ({ testClock: null }));
  if (testClock !== null && testClock < step.at) {
    await subject.credits.clock.advance({ workspace, now: step.at });
  }
  if ("balance" in step) return subject.balance(workspace, step.balance);
  if ("workspace" in step) return subject.workspace(workspace);
  if ("charge" in step) return subject.charge(workspace, step.charge);
  if ("totals" in step) return totalsOf(subject, workspace, step.totals);
  return subject.tell({ ...step.command, workspace } as Command);
}

describe.each(Object.entries(databases))("the examples of the contract on %s", (_, database) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await openSubject(database(), { schema: freshSchema(), catalogs, published: "reference" });
  });
  afterAll(() => subject.close());

  test.each(examples.map((example, i) => ({ ...example, workspace: `example-${i}` })))(
    "$clause $name",
    async (example) => {
      const { workspace, steps } = example;
      await subject.publish(example.catalog ?? "reference");
      try {
        for (const [index, step] of steps.entries()) {
          const answer = comparable(await carryOut(subject, workspace, step));
          if ("expect" in step) expect(answer, `step ${index + 1}: ${JSON.stringify(step)}`).toMatchObject(step.expect);
        }
      } finally {
        // A plan that a workspace is on may not be dropped; an archived workspace is on none.
        await subject.credits.workspaces.archive({ workspace }).catch(() => {});
      }
    },
  );
});
