import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pgliteTemplate } from "../../../../test/setup/pglite-template.ts";
import { pgliteDatabase } from "../../src/database/pglite.ts";

const program = fileURLToPath(new URL("./pglite-child.ts", import.meta.url));
let room: string;
let whole: string;
let folder: string;

beforeAll(async () => {
  room = mkdtempSync(join(tmpdir(), "ducat-folder-"));
  whole = join(room, "whole");
  const database = pgliteDatabase({ directory: whole, template: pgliteTemplate() });
  await database.withSession((session) => session.script("create table thing (id int); insert into thing values (1);"));
  await database.close();
});

afterAll(() => rmSync(room, { recursive: true, force: true }));

beforeEach(() => {
  folder = join(room, "folder");
  rmSync(folder, { recursive: true, force: true });
});

async function count(): Promise<number> {
  const database = pgliteDatabase({ directory: folder, template: pgliteTemplate() });
  try {
    const [result] = await database.withSession((session) => session.run([{ text: "select count(*) from thing" }]));
    return result?.rows[0]?.[0];
  } finally {
    await database.close();
  }
}

/** Kills the first start once `seen` says so of the files that are there. */
async function killedFirstStart(seen: (files: ReadonlySet<string>) => boolean): Promise<void> {
  mkdirSync(join(folder, "postgres"), { recursive: true });
  const files = new Set<string>();
  const watcher = watch(join(folder, "postgres"));
  const child: ChildProcess = spawn(process.execPath, ["--conditions=ducat-source", program, folder, "once"], {
    stdio: "inherit",
  });
  const exited = once(child, "exit");
  watcher.on("change", (_, file) => {
    files.add(String(file));
    if (seen(files)) child.kill("SIGKILL");
  });
  expect((await exited)[1]).toBe("SIGKILL");
  watcher.close();
}

describe("a first start that is killed", () => {
  it.each([
    ["before it wrote its version", (files: ReadonlySet<string>) => files.size >= 3],
    ["after it wrote its version, when it looks like a database", (files) => files.has("PG_VERSION")],
  ])("%s is begun anew", async (_, seen) => {
    await killedFirstStart(seen);
    expect(readFileSync(join(folder, "postgres.state"), "utf8")).toBe("making\n");
    const child = spawn(process.execPath, ["--conditions=ducat-source", program, folder, "once"], { stdio: "inherit" });
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(await count()).toBe(1);
    expect(readFileSync(join(folder, "postgres.state"), "utf8")).toBe("made\n");
  });
});

/** What happens to folders: a copy that broke off, a disk that lost a file, a hand in the wrong place. */
const damages: [string, (database: string) => void][] = [
  ["without its PG_VERSION", (database) => rmSync(join(database, "PG_VERSION"))],
  ["without any file", (database) => rmSync(database, { recursive: true })],
  ["with an empty PG_VERSION", (database) => writeFileSync(join(database, "PG_VERSION"), "")],
  ["of another PostgreSQL", (database) => writeFileSync(join(database, "PG_VERSION"), "12\n")],
  ["without its pg_control", (database) => rmSync(join(database, "global/pg_control"))],
  ["with noise in its pg_control", (database) => writeFileSync(join(database, "global/pg_control"), noise(8192))],
  ["without its log", (database) => rmSync(join(database, "pg_wal"), { recursive: true })],
  [
    "with noise in its log",
    (database) => {
      const log = join(database, "pg_wal");
      for (const file of readdirSync(log)) if (/^0{7}/.test(file)) writeFileSync(join(log, file), noise(1 << 20));
    },
  ],
  ["without its tables", (database) => rmSync(join(database, "base"), { recursive: true })],
];

function noise(length: number): Buffer {
  return Buffer.alloc(length, "noise");
}

describe("a folder", () => {
  it.each(damages)("%s is refused, as often as it is tried, and not taken for an empty one", async (_, damage) => {
    cpSync(whole, folder, { recursive: true });
    damage(join(folder, "postgres"));
    for (let time = 0; time < 2; time++) {
      await expect(count()).rejects.toMatchObject({
        code: "database_unavailable",
        message: expect.stringContaining("back from a copy"),
        cause: { message: expect.stringContaining(join(folder, "postgres")) },
      });
    }
  });

  it("that holds something else is left alone", async () => {
    mkdirSync(join(folder, "postgres"), { recursive: true });
    writeFileSync(join(folder, "postgres/notes.txt"), "mine");
    await expect(count()).rejects.toMatchObject({ code: "database_unavailable" });
    expect(readdirSync(join(folder, "postgres"))).toEqual(["notes.txt"]);
  });

  it("that was put back without the file that says it is whole opens, and has it again", async () => {
    cpSync(whole, folder, { recursive: true });
    rmSync(join(folder, "postgres.state"));
    expect(await count()).toBe(1);
    expect(existsSync(join(folder, "postgres.state"))).toBe(true);
  });
});
