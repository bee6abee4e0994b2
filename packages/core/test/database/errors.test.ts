import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { DucatError } from "@ducat/client";
import { describe, expect, it } from "vitest";
import { freshSchema } from "../../../../test/setup/database.ts";
import { classify, constraintOf, type DatabaseFailure } from "../../src/database/errors.ts";
import { onEachDatabase } from "./databases.ts";

const withCode = (code: string, message = "") => Object.assign(new Error(message), { code });

const table: readonly [DatabaseFailure, ...string[]][] = [
  ["transient", "40001", "40P01", "40003", "25P03", "26000"],
  ["unavailable", "08000", "08006", "53300", "53100", "57P01", "57P02", "57P03", "57P05", "25006"],
  ["unavailable", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"],
  ["constraint", "23505", "23503", "23514", "23502", "23P01"],
  ["lock_timeout", "55P03"],
  ["cancelled", "57014", "25P04"],
  ["other", "42601", "42P01", "22003", "0A000", "25P02", "28P01", "3D000", "XX000", "ERR_ASSERTION", ""],
];

it("knows what to do about each kind of error", () => {
  for (const [kind, ...codes] of table)
    for (const code of codes) expect([code, classify(withCode(code))]).toEqual([code, kind]);
  expect(classify(withCode("0A000", "cached plan must not change result type"))).toBe("transient");
  expect(classify(new DucatError("database_unavailable", ""))).toBe("unavailable");
  expect(classify(new DucatError("internal", ""))).toBe("other");
  expect(classify(new TypeError("x"))).toBe("other");
  expect(classify("40001")).toBe("other");
});

onEachDatabase((database) => {
  const failureOf = async (...texts: string[]) =>
    await database()
      .withSession((session) => session.run(texts.map((text) => ({ text }))))
      .then(() => undefined)
      .catch((error: unknown) => error);

  it("names the constraint that was broken, and its table", async () => {
    const schema = freshSchema();
    const thing = `${schema}.thing`;
    await database().withSession((session) =>
      session.script(
        `create schema ${schema}; create table ${thing} (id int constraint thing_is_new primary key,
          held int not null constraint held_is_positive check (held >= 0));`,
      ),
    );
    const insert = (values: string) => `insert into ${thing} values ${values}`;
    const duplicate = await failureOf(insert("(1, 1), (1, 1)"));
    expect(classify(duplicate)).toBe("constraint");
    expect(constraintOf(duplicate)).toBe("thing_is_new");
    expect(duplicate).toMatchObject({ schema, table: "thing", severity: "ERROR", detail: expect.any(String) });
    const negative = await failureOf(insert("(1, -1)"));
    expect(constraintOf(negative)).toBe("held_is_positive");
    expect(await failureOf(insert("(1, null)"))).toMatchObject({ code: "23502", column: "held" });
    expect(constraintOf(await failureOf("select nonsense"))).toBeUndefined();
    expect(constraintOf("nonsense")).toBeUndefined();
  });
});

describe("without the optional packages", () => {
  it.each([
    ["pg", "pg.ts", 'pgDatabase({ connectionString: "postgres://127.0.0.1:1/none" })'],
    ["@electric-sql/pglite", "pglite.ts", "pgliteDatabase({ memory: true })"],
  ])("says to install %s", async (name, file, call) => {
    const folder = mkdtempSync(join(tmpdir(), "ducat-bare-"));
    try {
      // The source alone, in a place from where no installed package but the client is found.
      cpSync(fileURLToPath(new URL("../../src/database", import.meta.url)), join(folder, "database"), {
        recursive: true,
      });
      mkdirSync(join(folder, "node_modules/@ducat"), { recursive: true });
      symlinkSync(
        fileURLToPath(new URL("../../../client", import.meta.url)),
        join(folder, "node_modules/@ducat/client"),
      );
      const program = `
        const { ${call.split("(")[0]} } = await import(${JSON.stringify(pathToFileURL(join(folder, "database", file)).href)});
        try {
          await ${call}.withSession((session) => session.run([]));
        } catch ({ code, message }) {
          console.log(JSON.stringify({ code, message }));
        }`;
      const options = ["--conditions=ducat-source", "--input-type=module", "-e", program];
      const { stdout } = await promisify(execFile)(process.execPath, options);
      expect(JSON.parse(stdout)).toEqual({
        code: "missing_dependency",
        message: `The package ${name} is not installed. Run: npm i ${name}`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
