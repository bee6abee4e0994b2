import type { Rule } from "./source-file.ts";

/** Files beside `clock.ts` and `ids.ts` that read the clock or make random ids, and why. */
export const impureFiles: ReadonlyMap<string, string> = new Map([
  ["packages/core/src/database/folder-lock.ts", "the lock's token tells two lives of one process id apart"],
  ["packages/core/src/database/pipeline.ts", "two copies of the package on one connection must not share a name"],
]);

const impureCalls = new Set([
  "Date.now",
  "performance.now",
  "process.hrtime",
  "process.hrtime.bigint",
  "Math.random",
  "randomUUID",
  "crypto.randomUUID",
  "randomBytes",
  "crypto.randomBytes",
  "crypto.getRandomValues",
  "globalThis.crypto.randomUUID",
  "globalThis.crypto.getRandomValues",
  "Temporal.Now.instant",
  "uuidv7",
  "Date",
]);

/** Time and chance come in as arguments. Then the same commands give the same ledger, in a test and a year later. */
export const noClockOrChance: Rule = (file) => {
  const isSource = /^packages\/[^/]+\/src\//.test(file.path);
  const isItsPlace = /^packages\/[^/]+\/src\/(clock|ids)\.ts$/.test(file.path) || impureFiles.has(file.path);
  return isSource && !isItsPlace ? clockOrChance(file) : [];
};

/** Every place in a file where the clock is read or something random made. */
export const clockOrChance: Rule = (file) =>
  file.calls
    .filter(({ name, argumentCount }) => impureCalls.has(name) || (name === "new Date" && argumentCount === 0))
    .map(({ name, line }) => ({ path: file.path, line, message: `${name}() outside clock.ts and ids.ts` }));

const statement =
  /^\s*(select\b[\s\S]*\b(from|now\(\))|insert\s+into\b|update\b[\s\S]*\bset\b|delete\s+from\b|(create|alter|drop)\s+(or\s+replace\s+)?(temporary\s+)?(unique\s+)?(table|schema|index|type|function|view|trigger|sequence)\b|truncate\b|begin\s+isolation\b|with\s+\w+(\s*\([^)]*\))?\s+as\b[\s\S]*\bselect\b)/i;
const roomsWithSql = /^packages\/core\/(src\/(store|database)\/|migrations\/)/;

/** Whoever asks what the database is asked has two folders to read. */
export const sqlInItsRoom: Rule = (file) => {
  if (!/^packages\/[^/]+\/src\//.test(file.path) || roomsWithSql.test(file.path)) return [];
  return file.strings
    .filter(({ value }) => statement.test(value))
    .map(({ line }) => ({ path: file.path, line, message: "SQL outside store/, database/ and migrations/" }));
};
