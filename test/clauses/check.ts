import { existsSync, readFileSync } from "node:fs";
import type { Clause, TestReference } from "./clause.ts";

const root = new URL("../../", import.meta.url);
const examples = "test/simulation/examples/";

/** The file in which a test runs: the worked examples are data of one that needs no database. */
export function runsIn({ file }: TestReference): string {
  return file.startsWith(examples) ? "test/contract/engine.test.ts" : file;
}

/** Everything that is wrong with the list itself: tests that are gone, lines that have changed. */
export function faultsOf(clauses: readonly Clause[]): string[] {
  const faults: string[] = [];
  const texts = new Map<string, string | null>();
  const read = (file: string): string | null => {
    let text = texts.get(file);
    if (text === undefined) {
      const path = new URL(file, root);
      text = existsSync(path) ? readFileSync(path, "utf8") : null;
      texts.set(file, text);
    }
    return text;
  };
  const mutations = new Set<string>();
  for (const { clause, says, tests, mutation } of clauses) {
    const about = `${clause} ${says}`;
    if (tests.length === 0) faults.push(`${about}: has no test`);
    for (const { file, name } of tests) {
      const text = read(file);
      if (text === null) faults.push(`${about}: there is no file ${file}`);
      else if (!text.includes(JSON.stringify(name).slice(0, -1)))
        faults.push(`${about}: ${file} has no test "${name}"`);
    }
    const { file, from, to } = mutation;
    const count = (read(file) ?? "").split(from).length - 1;
    if (count !== 1) faults.push(`${about}: ${JSON.stringify(from)} occurs ${count} times in ${file}`);
    if (from === to || from.includes("\n") || to.includes("\n")) faults.push(`${about}: not a change of one line`);
    const key = JSON.stringify(mutation);
    if (mutations.has(key)) faults.push(`${about}: another clause has the same mutation`);
    mutations.add(key);
  }
  return faults;
}
