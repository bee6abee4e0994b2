import { createInterface } from "node:readline";
import { isDucatError } from "@ducat/client";
import { lockFolder } from "../../src/database/folder-lock.ts";

/** Takes the lock of the folder given when it reads `take`, tells how that went, and holds it until its input ends. */
const folder = process.argv[2] as string;

createInterface({ input: process.stdin }).on("line", () => {
  try {
    lockFolder(folder);
    console.log("taken");
  } catch (error) {
    console.log(isDucatError(error) ? error.code : String(error));
  }
});
console.log("ready");
