import { expect, it } from "vitest";
import { freshSchema } from "../../../../test/setup/database.ts";
import type { Statement } from "../../src/database/port.ts";
import { onEachDatabase } from "./databases.ts";

onEachDatabase((database) => {
  const run = (...statements: Statement[]) => database().withSession((session) => session.run(statements));

  async function freshTable(): Promise<string> {
    const schema = freshSchema();
    const table = `${schema}.thing`;
    await database().withSession((session) =>
      session.script(`create schema ${schema}; create table ${table} (id int primary key, text text);`),
    );
    return table;
  }

  async function idsIn(table: string): Promise<number[]> {
    const [result] = await run({ text: `select id from ${table} order by id` });
    return result?.rows.map(([id]) => id) ?? [];
  }

  it("answers every statement with its rows and its count", async () => {
    const table = await freshTable();
    const results = await run(
      { text: "begin" },
      {
        text: `insert into ${table} select * from unnest($1::int[], $2::text[])`,
        params: [
          [1, 2, 3],
          ["a", "b", null],
        ],
      },
      { text: `update ${table} set text = 'z' where id >= $1::int returning id, text`, params: [2] },
      { text: `delete from ${table} where id = 1` },
      { text: `select id, text from ${table} order by id` },
      { text: "commit" },
    );
    expect(results.map(({ count }) => count)).toEqual([0, 3, 2, 1, 2, 0]);
    expect(results.map(({ rows }) => rows)).toEqual([
      [],
      [],
      [
        [2, "z"],
        [3, "z"],
      ],
      [],
      [
        [2, "z"],
        [3, "z"],
      ],
      [],
    ]);
    expect(Object.keys(results[1] ?? {})).toEqual(["rows", "count"]);
  });

  it("answers no statements with no results", async () => {
    expect(await run()).toEqual([]);
  });

  it("runs statements that are made as they are asked for, however many", async () => {
    const table = await freshTable();
    const insert = (id: number) => ({
      name: "insert long",
      text: `insert into ${table} values ($1::int, $2::text)`,
      params: [id, "long ".repeat(5_000)],
    });
    function* statements(): Iterable<Statement> {
      yield { text: "begin" };
      for (let id = 1; id <= 20; id++) yield insert(id);
      yield { text: "commit" };
    }
    const results = await database().withSession((session) => session.run(statements()));
    expect(results.map(({ count }) => count)).toEqual([0, ...Array.from({ length: 20 }, () => 1), 0]);
    expect(await idsIn(table)).toHaveLength(20);
  });

  it("throws what the making of a statement throws, undoes those before it, and leaves the connection in order", async () => {
    const table = await freshTable();
    function* statements(rows: number): Iterable<Statement> {
      yield { text: "begin" };
      for (let id = 1; id <= rows; id++) {
        yield {
          name: `made ${rows}`,
          text: `insert into ${table} values ($1::int, $2::text)`,
          params: [id, "long ".repeat(5_000)],
        };
      }
      throw new RangeError("no more of them");
    }
    // Before anything was sent, and after a part of it was.
    for (const rows of [0, 1, 20]) {
      const work = database().withSession((session) => session.run(statements(rows)));
      await expect(work).rejects.toThrow(new RangeError("no more of them"));
      expect(await idsIn(table)).toEqual([]);
    }
    const late = { name: "late insert", text: `insert into ${table} values ($1::int, $2::text)` };
    const broken = { ...late, params: new Array(70_000).fill("x") };
    await expect(run({ text: "begin" }, broken)).rejects.toThrow("65,535");
    // What could not be sent was not prepared either.
    expect(await run({ ...late, params: [1, "short"] })).toMatchObject([{ count: 1 }]);
    expect(await run({ name: "made 20", text: "select 1 as after" })).toMatchObject([{ rows: [[1]] }]);
  });

  it("takes lists of every type as they are, prepared or not", async () => {
    const lists = {
      text: ["", "plain", 'quoted " and \\\\ and {,}', "NULL", null, "Größe 🎨", "x".repeat(100), "ä".repeat(20_000)],
      bigint: [0, 1, -1, null, 2 ** 31, -(2 ** 31), 2 ** 32, 1_795_406_408_253, 2 ** 53 - 1, -(2 ** 53) + 1],
      integer: [0, -1, 2 ** 31 - 1, -(2 ** 31), null],
      smallint: [0, -1, 32_767, -32_768, null],
      boolean: [true, false, null],
    };
    for (const [type, list] of Object.entries(lists)) {
      for (const values of [list, list.filter((value) => value !== null), [null], []]) {
        const text = `select $1::${type}[]`;
        const results = await run(
          { name: `${type} list`, text, params: [values] },
          { name: `${type} list`, text, params: [values] },
          { text, params: [values] },
        );
        expect(results.map(({ rows }) => rows)).toEqual([[[values]], [[values]], [[values]]]);
      }
    }
  });

  it("sends as text what is not of the list's type, so that the database says what is wrong with it", async () => {
    const bigints = { name: "bigints", text: "select $1::bigint[]" };
    expect(await run({ ...bigints, params: [["12", 3]] })).toMatchObject([{ rows: [[[12, 3]]] }]);
    for (const [type, value, code] of [
      ["bigint", 1.5, "22P02"],
      ["bigint", 1e300, "22P02"],
      ["bigint", "many", "22P02"],
      ["integer", 2 ** 31, "22003"],
      ["smallint", 32_768, "22003"],
      ["boolean", 7, "22P02"],
      ["text", "a\0b", "22021"],
    ] as const) {
      const statement = { name: `wrong ${type}`, text: `select $1::${type}[]`, params: [[value]] };
      await expect(run(statement)).rejects.toMatchObject({ code });
    }
    expect(await run({ name: "numbers as text", text: "select $1::text[]", params: [[7, true]] })).toMatchObject([
      { rows: [[["7", "t"]]] },
    ]);
  });

  it("stops at the first error, runs nothing after it, and leaves the connection in order", async () => {
    const table = await freshTable();
    const insert = (id: number) => ({ name: "insert", text: `insert into ${table} values ($1::int)`, params: [id] });
    await expect(
      run(
        { text: "begin" },
        insert(1),
        insert(1),
        insert(2),
        { name: "late", text: "select 1 as late" },
        { text: "commit" },
      ),
    ).rejects.toMatchObject({ code: "23505", constraint: "thing_pkey", severity: "ERROR" });
    expect(await idsIn(table)).toEqual([]);
    expect(await run(insert(3), { name: "late", text: "select 1 as late" })).toMatchObject([
      { count: 1 },
      { rows: [[1]] },
    ]);
    expect(await idsIn(table)).toEqual([3]);
  });

  it("prepares anew what failed before it was known", async () => {
    const divide = (by: number) => ({ name: "divide", text: "select 6 / $1::int, 'seen twice'", params: [by] });
    await expect(run(divide(0), divide(1))).rejects.toMatchObject({ code: "22012" });
    expect(await run(divide(3), divide(2))).toMatchObject([
      { rows: [[2, "seen twice"]] },
      { rows: [[3, "seen twice"]] },
    ]);
    await expect(run({ name: "wrong", text: "select nonsense" })).rejects.toMatchObject({ code: "42703" });
    await expect(run({ name: "wrong", text: "select nonsense" })).rejects.toMatchObject({ code: "42703" });
  });

  it("tells statements of one name but different texts apart", async () => {
    const results = await run({ name: "same", text: "select 1" }, { name: "same", text: "select 'two', 2" });
    expect(results.map(({ rows }) => rows)).toEqual([[[1]], [["two", 2]]]);
  });

  it("rolls back when the work throws", async () => {
    const table = await freshTable();
    const work = database().withSession(async (session) => {
      await session.run([{ text: "begin" }, { text: `insert into ${table} values (1)` }]);
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(await idsIn(table)).toEqual([]);
  });

  it("rolls back and says so when the work leaves its transaction open", async () => {
    const table = await freshTable();
    const work = database().withSession((session) =>
      session.run([{ text: "begin" }, { text: `insert into ${table} values (1)` }]),
    );
    await expect(work).rejects.toThrow("ended inside a transaction");
    expect(await idsIn(table)).toEqual([]);
  });

  it("refuses a session that is busy, or whose work has ended", async () => {
    const session = await database().withSession(async (session) => {
      const first = session.run([{ text: "select 1" }]);
      await expect(session.run([{ text: "select 2" }])).rejects.toThrow("while it was running something else");
      await first;
      return session;
    });
    await expect(session.run([{ text: "select 3" }])).rejects.toThrow("after its work had ended");
  });

  it("takes no harm from notices and from settings that change", async () => {
    const results = await run(
      { text: "begin" },
      { text: "do $$ begin raise notice 'look'; end $$" },
      { text: "set local timezone to 'Asia/Kathmandu'" },
      { text: "select current_setting('timezone')" },
      { text: "commit" },
    );
    expect(results[3]?.rows).toEqual([["Asia/Kathmandu"]]);
  });

  it("runs a script of many statements, and reports the one that fails", async () => {
    const table = await freshTable();
    await database().withSession((session) =>
      session.script(`insert into ${table} values (1); select * from ${table}; -- and ';' in a comment
        insert into ${table} values (2, 'a;b');`),
    );
    expect(await idsIn(table)).toEqual([1, 2]);
    const script = `begin; insert into ${table} values (3); insert into ${table} values (3); commit;`;
    await expect(database().withSession((session) => session.script(script))).rejects.toMatchObject({ code: "23505" });
    expect(await idsIn(table)).toEqual([1, 2]);
  });

  it("carries a parameter of 20 MB there and back", async () => {
    const long = "ø".repeat(10_000_000);
    const [result] = await run({ text: "select $1::text, length($1::text)", params: [long] });
    expect(result?.rows[0]?.[1]).toBe(long.length);
    expect(result?.rows[0]?.[0] === long).toBe(true);
  });

  it("carries lists of thousands through several statements", async () => {
    const numbers = Array.from({ length: 50_000 }, (_, index) => index);
    const texts = numbers.map((number) => `text "${number}"`);
    const statement = {
      name: "lists",
      text: "select * from unnest($1::bigint[], $2::text[])",
      params: [numbers, texts],
    };
    const results = await run(statement, statement);
    for (const { rows, count } of results) {
      expect(count).toBe(50_000);
      expect(rows[49_999]).toEqual([49_999, 'text "49999"']);
    }
  });

  it("serves many callers at once", async () => {
    const sums = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const results = await run(
          { text: "begin" },
          { name: "sum", text: "select $1::int + 1", params: [index] },
          { text: "commit" },
        );
        return results[1]?.rows[0]?.[0];
      }),
    );
    expect(sums).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });
});
