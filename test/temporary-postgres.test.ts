import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { startTemporaryServer } from "../scripts/postgres/temporary-server.ts";
import { freshSchema, testDatabaseUrl } from "./setup/database.ts";

test("the test server answers, and shows code that trusts the machine's sort order or time zone", async () => {
  const schema = freshSchema();
  const rows = await queryOnce(
    testDatabaseUrl(),
    `create schema ${schema};
     create table ${schema}.word (word text);
     insert into ${schema}.word values ('b'), ('A'), ('a'), ('B');`,
    `select string_agg(word, '' order by word) as by_language,
            string_agg(word, '' order by word collate "C") as by_byte,
            current_setting('timezone') as zone from ${schema}.word`,
  );
  expect(rows[0]).toEqual({ by_language: "aAbB", by_byte: "ABab", zone: "Pacific/Chatham" });
});

test("every schema has a name of its own", () => {
  expect(freshSchema()).not.toBe(freshSchema());
});

test("tests do not see the person's own DATABASE_URL, and processes they start see the test server's", () => {
  expect(process.env.DATABASE_URL).toBeUndefined();
  expect(process.env.DUCAT_TEST_DATABASE_URL).toBe(testDatabaseUrl());
});

const withPostgres = fileURLToPath(new URL("../scripts/with-postgres.ts", import.meta.url));
const report = `
  const pg = (await import("pg")).default;
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("select current_setting('fsync') as fsync, current_setting('work_mem') as memory, current_setting('data_directory') as directory");
  console.log(JSON.stringify({ url: process.env.DATABASE_URL, ...rows[0] }));
  await client.end();
`;

test("with-postgres runs a command on a durable server and removes it, whatever the command answers", async () => {
  const command = [process.execPath, "--input-type=module", "-e", `${report}; process.exit(7)`];
  const child = spawn(process.execPath, [withPostgres, "--set", "work_mem=9MB", "--", ...command], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const seen = JSON.parse(await text(child.stdout));
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(7);
  expect(seen).toMatchObject({ fsync: "on", memory: "9MB" });
  expect(existsSync(seen.directory)).toBe(false);
  await expect(queryOnce(seen.url, "select 1")).rejects.toThrow("ECONNREFUSED");
});

test("a server goes with the process that started it, even when that is killed", async () => {
  const command = [process.execPath, "--input-type=module", "-e", `${report}; process.stdin.resume()`];
  const child = spawn(process.execPath, [withPostgres, "--", ...command], { stdio: ["pipe", "pipe", "pipe"] });
  const [line] = await once(child.stdout, "data");
  const seen = JSON.parse(String(line));
  child.kill("SIGKILL");
  child.stdin.end();
  // The supervisor holds the other end of this pipe: it closes when the last of them is gone.
  child.stderr.resume();
  await once(child, "close");
  expect(existsSync(seen.directory)).toBe(false);
  await expect(queryOnce(seen.url, "select 1")).rejects.toThrow("ECONNREFUSED");
});

test("a server of which every process was killed is started again, with what it had committed", async () => {
  const server = await startTemporaryServer({ initialize: ["--locale=C"], settings: {} });
  await queryOnce(server.url, "create table kept (n int)", "insert into kept values (7)");
  await server.kill();
  await expect(queryOnce(server.url, "select 1")).rejects.toThrow("ECONNREFUSED");
  await server.start();
  expect(await queryOnce(server.url, "select n from kept")).toEqual([{ n: 7 }]);
  await server.stop();
  await expect(queryOnce(server.url, "select 1")).rejects.toThrow("ECONNREFUSED");
});

async function queryOnce(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let whole = "";
  for await (const chunk of stream) whole += chunk;
  return whole;
}
