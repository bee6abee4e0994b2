import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { pgliteTemplate } from "../setup/pglite-template.ts";
import type { Command } from "../simulation/auditor.ts";
import type { ExampleCommand } from "../simulation/examples/steps.ts";
import { begin, instant, screens, tell } from "../simulation/examples/steps.ts";
import { catalogs } from "../simulation/examples.ts";
import { openSubject } from "../simulation/subject.ts";
import { inMemory } from "./in-memory.ts";

/** What may be wrong with a charge, in the order in which the contract answers (4.6). */
const faults = [
  ["invalid input", { error: "invalid_input" }],
  ["unknown workspace", { outcome: "unknown_workspace" }],
  ["an id seen before", { error: "id_reused" }],
  ["unknown member", { outcome: "unknown_member" }],
  ["unknown feature", { outcome: "unknown_feature" }],
  ["unknown mode", { outcome: "unknown_mode" }],
  ["removed", { outcome: "not_allowed", reason: "removed", available: 0 }],
  ["no seat", { outcome: "not_allowed", reason: "role", available: 0, renewsAt: null, remedies: [] }],
  ["not on this plan", { outcome: "not_allowed", reason: "plan" }],
  ["price above maxAmount", { outcome: "price_changed", maxAmount: 1 }],
  ["cap", { outcome: "cap_reached", cap: { limit: 0, used: 0 } }],
  ["too few credits", { outcome: "insufficient", available: 570, renewsAt: instant("2026-02-10"), remedies: ["wait"] }],
] as const;
type Fault = (typeof faults)[number][0];

/** A member has some of these faults; somebody unknown has none of them. */
const ofMembers: readonly Fault[] = ["removed", "no seat", "cap"];
const memberWith = (wrong: ReadonlySet<Fault>) =>
  wrong.has("unknown member")
    ? "nobody"
    : `m-${ofMembers.map((fault) => (wrong.has(fault) ? fault.replace(" ", "-") : "x")).join(".")}`;

/** Every combination of faults that one charge can have. */
const combinations: ReadonlySet<Fault>[] = Array.from(
  { length: 2 ** faults.length },
  (_, bits) => new Set(faults.filter((__, i) => (bits >> i) & 1).map(([fault]) => fault)),
).filter((wrong) => {
  const unknownHasMore = wrong.has("unknown member") && ofMembers.some((fault) => wrong.has(fault));
  return !unknownHasMore && !(wrong.has("unknown feature") && wrong.has("not on this plan"));
});

function commandWith(wrong: ReadonlySet<Fault>): ExampleCommand & { workspace?: string } {
  const feature = wrong.has("unknown feature")
    ? "nothing"
    : wrong.has("not on this plan")
      ? "export-code"
      : "generate-screen";
  return {
    verb: "charge",
    id: wrong.has("an id seen before") ? "seen" : "new",
    member: memberWith(wrong),
    feature,
    quantity: wrong.has("too few credits") ? 100 : 2,
    ...(wrong.has("unknown mode") ? { mode: "slow" } : {}),
    ...(wrong.has("price above maxAmount") ? { maxAmount: 1 } : {}),
    ...(wrong.has("invalid input") ? { leaseSeconds: 1 } : {}),
    ...(wrong.has("unknown workspace") ? { workspace: "nowhere" } : {}),
  };
}

const at = "2026-01-10";
const people = combinations
  .filter((wrong) => [...wrong].every((fault) => ofMembers.includes(fault)))
  .map((wrong) => ({ member: memberWith(wrong), wrong }));
const setup = [
  ...begin(at, {}),
  ...people.flatMap(({ member, wrong }) => [
    tell(at, {
      verb: "memberPut",
      member,
      role: wrong.has("no seat") ? "viewer" : "editor",
      ...(wrong.has("cap") ? { cap: 0 } : {}),
    }),
    ...(wrong.has("removed") ? [tell(at, { verb: "memberRemove", member })] : []),
  ]),
  tell(at, screens("seen", memberWith(new Set()), 1), { outcome: "charged" }),
].map((step) => ("command" in step ? step.command : null) as ExampleCommand);

type Answers = (commands: readonly (ExampleCommand & { workspace?: string })[]) => Promise<unknown[]>;

/** The same workspace for the engine alone and on both databases. */
const subjects: Readonly<Record<string, () => Promise<{ answers: Answers; close(): Promise<void> }>>> = {
  "the engine alone": async () => {
    const { ledger, tell } = inMemory(catalogs, "wide");
    const elsewhere = inMemory(catalogs, "wide");
    return {
      answers: async (commands) => {
        const answers: unknown[] = [];
        for (const { workspace, ...command } of commands) {
          const asked = { ...command, workspace: workspace ?? "acme" } as Command;
          answers.push(await (workspace === undefined ? tell(asked) : elsewhere.tell(asked)));
          expect(ledger.verify()).toEqual([]);
        }
        return answers;
      },
      close: async () => {},
    };
  },
  PGlite: () => onDatabase(() => pgliteDatabase({ memory: true, template: pgliteTemplate() })),
  PostgreSQL: () => onDatabase(() => pgDatabase({ connectionString: testDatabaseUrl(), max: 4 })),
};

async function onDatabase(database: () => Parameters<typeof openSubject>[0]) {
  const subject = await openSubject(database(), { schema: freshSchema(), catalogs, published: "wide" });
  const answers: Answers = (commands) =>
    Promise.all(commands.map((command) => subject.tell({ workspace: "acme", ...command } as Command)));
  return { answers, close: () => subject.close() };
}

describe.each(Object.entries(subjects))("the order of outcomes on %s", (_, open) => {
  let subject: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    subject = await open();
    for (const command of setup) await subject.answers([command]);
  }, 30_000);
  afterAll(() => subject.close());

  test("of every combination of faults the first in the contract's order is answered", async () => {
    const faulty = combinations.filter((wrong) => wrong.size > 0);
    expect(faulty.length).toBeGreaterThan(1500);
    const answers = await subject.answers(faulty.map(commandWith));
    for (const [i, wrong] of faulty.entries()) {
      const [, first] = faults.find(([fault]) => wrong.has(fault)) as (typeof faults)[number];
      expect(answers[i], [...wrong].join(" + ")).toMatchObject(first);
    }
  });

  test("refusals say what it would have taken, what is there, and claim nothing: the id goes through later", async () => {
    const [refused] = await subject.answers([commandWith(new Set(["too few credits"]))]);
    expect(refused).toMatchObject({ outcome: "insufficient", required: 3000, available: 570 });
    const [charged, again] = await subject.answers([commandWith(new Set()), commandWith(new Set())]);
    expect(charged).toMatchObject({ outcome: "charged", replayed: false, charge: { id: "new", amount: 60 } });
    expect(again).toMatchObject({ outcome: "charged", replayed: true });
  });
});
