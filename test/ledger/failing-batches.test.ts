import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect } from "../setup/hands.ts";

const { credits, schema, logged } = testCredits({ lanes: 1 });
const screen = { member: "ada", feature: "generate-screen" } as const;

beforeAll(async () => {
  await credits.ready();
  const hand = await connect();
  // A fault that strikes where a test says: at a charge's id, by what the id says.
  await hand.query(`
    create sequence ${schema}.strikes;
    create function ${schema}.strike() returns trigger language plpgsql as $$
    begin
      if new.id like 'poison%' then
        raise exception 'this row cannot be' using errcode = 'check_violation', constraint = 'charge_numbers';
      elsif new.id like 'deadlock-a' and nextval('${schema}.strikes') % 3 <> 0 then
        raise exception 'a deadlock' using errcode = 'deadlock_detected';
      elsif new.id like 'serialization-a' and nextval('${schema}.strikes') % 3 <> 0 then
        raise exception 'not serializable' using errcode = 'serialization_failure';
      elsif new.id like 'always%' then
        perform nextval('${schema}.strikes');
        raise exception 'never serializable' using errcode = 'serialization_failure';
      end if;
      return new;
    end $$;
    create trigger strike before insert on ${schema}.charge for each row execute function ${schema}.strike();`);
});

async function freeWorkspaces(...workspaces: string[]): Promise<void> {
  for (const workspace of workspaces) {
    await credits.workspaces.put({ workspace });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
  }
}

/** Runs the work and answers how often it was struck at. */
async function strikesDuring(work: () => Promise<unknown>): Promise<number> {
  const hand = await connect();
  await hand.query(`select setval('${schema}.strikes', 1, false)`);
  await work();
  const { rows } = await hand.query(`select last_value::int as n, is_called from ${schema}.strikes`);
  return rows[0].is_called ? rows[0].n : 0;
}

function settledOrCode(promise: Promise<{ outcome: string }>): Promise<string> {
  return promise.then(
    ({ outcome }) => outcome,
    (error: { code?: string }) => `${error.code}`,
  );
}

describe("one poisoned command", () => {
  it("fails alone: the others of its batch are charged, in order, each once", async () => {
    await freeWorkspaces("sick", "well-1", "well-2");
    // All in one batch: nothing is sent before this turn of the event loop ends.
    const calls = Array.from({ length: 30 }, (_, n) => ({
      workspace: ["sick", "well-1", "well-2"][n % 3] as string,
      id: n === 12 ? "poison" : `c${n}`,
    }));
    const answers = await Promise.all(calls.map((call) => settledOrCode(credits.charge({ ...call, ...screen }))));
    expect(answers[12]).toBe("internal");
    expect(answers.filter((outcome) => outcome === "charged").length).toBe(29);
    expect(logged.splice(0).map(({ message }) => message)).toEqual(["a command failed"]);

    for (const workspace of ["sick", "well-1", "well-2"]) {
      const { data } = await credits.entries({ workspace, limit: 100 });
      const made = data.filter(({ kind }) => kind === "charge").sort((a, b) => a.seq - b.seq);
      const asked = calls.filter((call) => call.workspace === workspace && call.id !== "poison");
      expect(made.map(({ charge }) => charge)).toEqual(asked.map(({ id }) => id));
    }
    expect(await credits.verify()).toMatchObject({ ok: true });
  });

  it("says what happened inside to the log, and nothing of it to the caller", async () => {
    await freeWorkspaces("discreet");
    const charge = credits.charge({ workspace: "discreet", id: "poison", ...screen });
    await expect(charge).rejects.toMatchObject({ name: "DucatError", code: "internal", retryable: false });
    await expect(charge).rejects.not.toThrow(/cannot be|charge_numbers/);
    expect(logged.splice(0)).toMatchObject([{ error: { constraint: "charge_numbers" } }]);
  });
});

describe("a failure that passes", () => {
  it.each(["deadlock", "serialization"])("is tried again without anybody noticing: %s", async (name) => {
    await freeWorkspaces(name);
    const strikes = await strikesDuring(async () => {
      const answers = ["a", "b"].map((part) => credits.charge({ workspace: name, id: `${name}-${part}`, ...screen }));
      for (const answer of await Promise.all(answers)) {
        expect(answer).toMatchObject({ outcome: "charged", replayed: false });
      }
    });
    expect(strikes).toBe(3);
    expect(await credits.balance({ workspace: name })).toMatchObject({ available: 540, held: 60 });
  });

  it("and does not pass is told as overloaded after five tries", async () => {
    await freeWorkspaces("always");
    const strikes = await strikesDuring(async () => {
      const charge = credits.charge({ workspace: "always", id: "always", ...screen });
      await expect(charge).rejects.toMatchObject({ code: "overloaded", retryable: true });
    });
    expect(strikes).toBe(5);
    expect(await credits.balance({ workspace: "always" })).toMatchObject({ available: 600, held: 0 });
  });
});

it("whatever failed, the lane goes on", async () => {
  await freeWorkspaces("after");
  expect(await credits.charge({ workspace: "after", id: "c", ...screen })).toMatchObject({ outcome: "charged" });
  expect(logged).toEqual([]);
  expect(await credits.verify()).toMatchObject({ ok: true });
});
