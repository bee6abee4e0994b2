import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDucatError } from "@ducat/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockFolder } from "../../src/database/folder-lock.ts";
import { ownIdentity } from "../../src/database/process-identity.ts";

const program = fileURLToPath(new URL("./lock-child.ts", import.meta.url));
let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ducat-lock-"));
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(end));
  rmSync(folder, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** A process that is ready to take the lock, and takes it when told. */
async function contender(): Promise<{
  child: ChildProcess;
  take(): Promise<string>;
  churn(times: number): Promise<string>;
}> {
  const child = spawn(process.execPath, ["--conditions=ducat-source", program, folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const heard: string[] = [];
  child.stdout.setEncoding("utf8");
  const line = async () => {
    while (!heard.join("").includes("\n")) heard.push((await once(child.stdout, "data"))[0]);
    return heard.splice(0).join("").trim();
  };
  expect(await line()).toBe("ready");
  const tell = (command: string) => {
    child.stdin.write(`${command}\n`);
    return line();
  };
  return { child, take: () => tell("take"), churn: (times) => tell(`churn ${times}`) };
}

function refusal(take: () => unknown): { code: string; message: string; details: Record<string, unknown> } {
  try {
    take();
  } catch (error) {
    if (isDucatError(error)) return error;
    throw error;
  }
  throw new Error("The lock was given away.");
}

function lockFiles(): string[] {
  return readdirSync(folder).sort();
}

it("refuses a second opener in the same process, and serves it after the release", () => {
  const release = lockFolder(folder);
  const error = refusal(() => lockFolder(folder));
  expect(error.code).toBe("data_directory_in_use");
  expect(error.message).toContain(`this process (${process.pid})`);
  expect(error.message).toContain(folder);
  release();
  release();
  lockFolder(folder)();
});

it("makes the folder when it is missing", () => {
  lockFolder(join(folder, "deep", "down"))();
  expect(readdirSync(join(folder, "deep", "down"))).toEqual(["ducat.lock.1"]);
});

it("refuses while another process holds it, and names that process", async () => {
  const { child, take } = await contender();
  expect(await take()).toBe("taken");
  const error = refusal(() => lockFolder(folder));
  expect(error.message).toContain(`process ${child.pid}`);
  expect(error.details).toMatchObject({ pid: child.pid, directory: folder });
});

it("takes over from a process that was killed", async () => {
  const { child, take } = await contender();
  expect(await take()).toBe("taken");
  await end(child);
  lockFolder(folder)();
});

it("is released by a process that ends by itself", async () => {
  const { child, take } = await contender();
  expect(await take()).toBe("taken");
  const exited = once(child, "exit");
  child.stdin?.end();
  await exited;
  const [file] = lockFiles();
  expect(JSON.parse(readFileSync(join(folder, file ?? ""), "utf8"))).toMatchObject({ held: false, pid: child.pid });
});

it("gives a dead process's folder to one of many who want it at the same moment", async () => {
  const first = await contender();
  expect(await first.take()).toBe("taken");
  await end(first.child);
  for (let round = 0; round < 3; round++) {
    const contenders = await Promise.all(Array.from({ length: 6 }, contender));
    const answers = await Promise.all(contenders.map(({ take }) => take()));
    expect(answers.filter((answer) => answer === "taken")).toHaveLength(1);
    expect(answers.filter((answer) => answer === "data_directory_in_use")).toHaveLength(5);
    await Promise.all(contenders.map(({ child }) => end(child)));
  }
}, 60_000);

it("never has two holders, however often several take it and let it go", async () => {
  const contenders = await Promise.all(Array.from({ length: 4 }, contender));
  const answers = await Promise.all(contenders.map(({ churn }) => churn(200)));
  expect(answers).toEqual(["alone", "alone", "alone", "alone"]);
}, 60_000);

it("takes over when the number of the dead process was given to another", () => {
  write(1, { ...ownIdentity(), started: "another boot/1", held: true });
  lockFolder(folder)();
});

it("does not take over from a process it cannot see", () => {
  write(1, { ...ownIdentity(), host: "elsewhere", held: true });
  const error = refusal(() => lockFolder(folder));
  expect(error.message).toContain("on elsewhere");
  expect(error.message).toContain(`delete ${join(folder, "ducat.lock.1")}`);
});

it("does not trust a lock file that it cannot read", () => {
  writeFileSync(join(folder, "ducat.lock.1"), "");
  expect(refusal(() => lockFolder(folder)).message).toContain("cannot be read");
});

it("does not claim a number twice: what others took and let go meanwhile counts", () => {
  for (let turn = 0; turn < 5; turn++) lockFolder(folder)();
  expect(lockFiles()).toEqual(["ducat.lock.4", "ducat.lock.5"]);
});

it("leaves alone what another holds, should somebody have deleted the file", () => {
  const release = lockFolder(folder);
  rmSync(join(folder, "ducat.lock.1"));
  const second = lockFolder(folder);
  release();
  expect(refusal(() => lockFolder(folder)).code).toBe("data_directory_in_use");
  second();
});

function write(number: number, claim: object): void {
  writeFileSync(join(folder, `ducat.lock.${number}`), JSON.stringify({ token: "t", ...claim }));
}
