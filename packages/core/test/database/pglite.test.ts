import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pgliteTemplate } from "../../../../test/setup/pglite-template.ts";
import { pgliteDatabase } from "../../src/database/pglite.ts";
import type { Database } from "../../src/database/port.ts";

const program = fileURLToPath(new URL("./pglite-child.ts", import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ducat-pglite-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function count(database: Database): Promise<number> {
  const [result] = await database.withSession((session) => session.run([{ text: "select count(*) from thing" }]));
  return result?.rows[0]?.[0];
}

it("keeps what was committed, refuses a second opener, and lets the next one in after close", async () => {
  const first = pgliteDatabase({ directory: folder, template: pgliteTemplate() });
  await first.withSession((session) => session.script("create table thing (id int); insert into thing values (1);"));
  const second = pgliteDatabase({ directory: folder });
  await expect(count(second)).rejects.toMatchObject({ code: "data_directory_in_use" });
  await first.close();
  await first.close();
  await expect(count(first)).rejects.toMatchObject({ code: "closed" });
  expect(await count(second)).toBe(1);
  await second.close();
}, 30_000);

it("keeps every acknowledged row of a process that is killed, and takes its folder over", async () => {
  const child = spawn(process.execPath, ["--conditions=ducat-source", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.setEncoding("utf8");
  let acknowledged = 0;
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    acknowledged = text.split("\n").length - 1;
    if (acknowledged === 30) {
      const database = pgliteDatabase({ directory: folder });
      await expect(count(database)).rejects.toMatchObject({
        code: "data_directory_in_use",
        details: { pid: child.pid },
      });
    }
    if (acknowledged > 100 && !child.killed) child.kill("SIGKILL");
  }
  const exited = child.signalCode ?? (await once(child, "exit"))[1];
  expect(exited).toBe("SIGKILL");
  const database = pgliteDatabase({ directory: folder });
  expect(await count(database)).toBeGreaterThanOrEqual(acknowledged);
  await database.close();
}, 30_000);

it("lets a process end that forgot to close it", async () => {
  const child = spawn(process.execPath, ["--conditions=ducat-source", program, folder, "once"], { stdio: "inherit" });
  expect((await once(child, "exit"))[0]).toBe(0);
  const database = pgliteDatabase({ directory: folder });
  expect(await count(database)).toBe(1);
  await database.close();
}, 30_000);

it("rejects what is under way when its thread dies, and opens anew at the next use", async () => {
  const database = pgliteDatabase({ directory: folder, template: pgliteTemplate() });
  const threads: Worker[] = [];
  process.on("worker", (thread) => threads.push(thread));
  await database.withSession((session) => session.script("create table thing (id int); insert into thing values (1);"));
  const dying = database.withSession(async (session) => {
    await session.run([{ text: "begin" }, { text: "insert into thing values (2)" }]);
    const answer = session.run([{ text: "select pg_sleep(60)" }]);
    await threads[0]?.terminate();
    await answer;
  });
  const next = count(database);
  await expect(dying).rejects.toMatchObject({ code: "database_unavailable" });
  expect(await next).toBe(1);
  await database.close();
}, 60_000);

it("does not go on with an empty database when the thread of one in memory dies", async () => {
  const database = pgliteDatabase({ memory: true, template: pgliteTemplate() });
  const threads: Worker[] = [];
  process.on("worker", (thread) => threads.push(thread));
  await database.withSession((session) => session.script("create table thing (id int)"));
  await threads[0]?.terminate();
  await expect(count(database)).rejects.toMatchObject({ code: "closed" });
  await database.close();
}, 30_000);

it("refuses options that say nothing or two things", () => {
  expect(() => pgliteDatabase({})).toThrow(expect.objectContaining({ code: "invalid_options" }));
  expect(() => pgliteDatabase({ directory: folder, memory: true })).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});
