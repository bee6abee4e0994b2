import { type Credits, createCredits } from "ducat";
import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect } from "../setup/hands.ts";

/*
 * A large batch of one workspace stores what it has decided first while it decides the rest. Everything that is called in
 * one turn of the event loop is one batch, up to 500 commands; and a batch whose first half was stored and whose second
 * half fails must leave nothing behind.
 */

type AnyCredits = Pick<
  Credits,
  "workspaces" | "members" | "grant" | "charge" | "settle" | "refund" | "balance" | "entries" | "verify"
>;

async function fund(credits: AnyCredits, workspace: string, amount: number): Promise<void> {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
  await credits.grant({ workspace, member: "ada", id: "g", amount, actor: "operator", note: "for a large batch" });
}

const screen = { member: "ada", feature: "generate-screen" } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

async function chargesAndTheirEnds(
  credits: AnyCredits,
  workspace: string,
  beside: () => Promise<unknown> = () => Promise.resolve(),
): Promise<unknown> {
  await fund(credits, workspace, 30 * 140);
  const { available: before } = await credits.balance({ workspace, member: "ada" });
  const affordable = Math.floor(before / 30);

  const calls: Promise<{ outcome: string }>[] = [];
  // Charges and, behind all of them, their ends: the first ones are stored when they end, the last ones are not.
  for (const n of numbers(affordable + 10)) calls.push(credits.charge({ workspace, id: `c${n}`, ...screen }));
  for (const n of numbers(affordable + 10)) {
    calls.push(
      n % 3 === 0
        ? credits.refund({ workspace, id: `c${n}`, reason: "failed" })
        : credits.settle({ workspace, id: `c${n}` }),
    );
  }
  const other = beside();
  // Told again in the same batch: nothing happens a second time.
  for (const n of numbers(20)) calls.push(credits.charge({ workspace, id: `c${n}`, ...screen }));
  const outcomes = (await Promise.all(calls.map((call) => call.catch(({ code }) => ({ outcome: code }))))).map(
    ({ outcome }) => outcome,
  );

  const refundedOf = (count: number) => numbers(count).filter((n) => n % 3 === 0).length;
  const ends = outcomes.slice(affordable + 10, 2 * (affordable + 10));
  expect(outcomes.slice(0, affordable + 10)).toEqual([
    ...numbers(affordable).map(() => "charged"),
    ...numbers(10).map(() => "insufficient"),
  ]);
  expect(ends).toEqual([
    ...numbers(affordable).map((n) => (n % 3 === 0 ? "refunded" : "settled")),
    ...numbers(10).map(() => "unknown_charge"),
  ]);
  expect(outcomes.slice(-20)).toEqual(numbers(20).map((n) => (n % 3 === 0 ? "already_refunded" : "already_settled")));
  const after = await credits.balance({ workspace, member: "ada" });
  expect(after).toMatchObject({ available: before - 30 * (affordable - refundedOf(affordable)), held: 0 });
  expect(await credits.verify()).toMatchObject({ ok: true });
  return await other;
}

describe("a large batch of one workspace", () => {
  const { credits, schema, logged } = testCredits({ lanes: 1 });

  beforeAll(async () => {
    await credits.ready();
    const hand = await connect();
    await hand.query(`
      create function ${schema}.strike() returns trigger language plpgsql as $$
      begin
        if new.id = 'poison' then raise exception 'this row cannot be' using errcode = 'check_violation'; end if;
        return new;
      end $$;
      create trigger strike before insert on ${schema}.charge for each row execute function ${schema}.strike();
      create sequence ${schema}.statements;
      create function ${schema}.count() returns trigger language plpgsql as $$
      begin
        perform nextval('${schema}.statements');
        return null;
      end $$;
      create trigger count after insert on ${schema}.charge for each statement execute function ${schema}.count();`);
  });

  /** How many statements have inserted charges, those of batches that failed included. */
  async function statements(): Promise<number> {
    const { rows } = await (await connect()).query(`select nextval('${schema}.statements')::int - 1 as n`);
    return rows[0].n;
  }

  it("charges, ends and repeats as in batches of one, on PostgreSQL", async () => {
    await chargesAndTheirEnds(credits, "large");
    // Those of the first hundred commands and the rest of them: one batch, and no second try.
    expect(await statements()).toBe(2);
  });

  it("charges, ends and repeats as in batches of one, on PGlite", async () => {
    const embedded = createCredits({ database: { memory: true }, background: false, lanes: 1 });
    try {
      await chargesAndTheirEnds(embedded, "large");
    } finally {
      await embedded.close();
    }
  });

  it("charges, ends and repeats where a batch is of one workspace, too", async () => {
    const { credits: scoped } = testCredits({ lanes: 1, commitScope: "workspace" });
    await chargesAndTheirEnds(scoped, "large");
  });

  it("charges, ends and repeats beside other workspaces in the same batch", async () => {
    await fund(credits, "beside", 30);
    const beside = () => credits.charge({ workspace: "beside", id: "c", ...screen });
    expect(await chargesAndTheirEnds(credits, "large-and-mixed", beside)).toMatchObject({ outcome: "charged" });
  });

  it("of which the last command fails in the database keeps all others, each once", async () => {
    await fund(credits, "sick", 30 * 400);
    const ids = [...numbers(399).map((n) => `c${n}`), "poison"];
    const answers = await Promise.all(
      ids.map((id) => credits.charge({ workspace: "sick", id, ...screen }).catch(({ code }) => ({ outcome: code }))),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual([...numbers(399).map(() => "charged"), "internal"]);
    expect(logged.splice(0)).toHaveLength(1);
    const { entries } = await entriesOf(credits, "sick");
    expect(entries).toHaveLength(399);
    expect(await credits.verify()).toMatchObject({ ok: true });
  });
});

async function entriesOf(credits: AnyCredits, workspace: string): Promise<{ entries: string[] }> {
  const entries: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await credits.entries({ workspace, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const { kind, charge } of page.data) if (kind === "charge" && charge !== null) entries.push(charge);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { entries };
}
