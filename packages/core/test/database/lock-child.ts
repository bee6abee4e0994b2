import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isDucatError } from "@ducat/client";
import { lockFolder } from "../../src/database/folder-lock.ts";

/**
 * Takes the lock of the folder given when it reads `take`, tells how that went, and holds it until its input ends. When it
 * reads `churn 500`, takes it and lets it go 500 times, and tells whether it was ever not alone.
 */
const folder = process.argv[2] as string;

createInterface({ input: process.stdin }).on("line", (line) => {
  const [command, times] = line.split(" ");
  console.log(command === "churn" ? churn(Number(times)) : take());
});
console.log("ready");

function take(): string {
  try {
    lockFolder(folder);
    return "taken";
  } catch (error) {
    return isDucatError(error) ? error.code : String(error);
  }
}

function churn(times: number): string {
  const inside = join(folder, "somebody-is-inside");
  for (let turn = 0; turn < times; ) {
    let release: () => void;
    try {
      release = lockFolder(folder);
    } catch (error) {
      if (isDucatError(error)) continue;
      return String(error);
    }
    try {
      closeSync(openSync(inside, "wx"));
    } catch {
      return "not alone";
    }
    rmSync(inside);
    release();
    turn++;
  }
  return "alone";
}
