/**
 * Lists every clause of the contract with its tests and the fault that one of them finds:
 *
 *   npm run clauses                       prints the list and checks that tests and lines are still there
 *   npm run clauses -- --prove [4.8 5 …]  puts each fault into a copy of the sources and runs the clause's tests there
 *   npm run clauses -- --write            writes docs/internals/clauses.md
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { faultsOf } from "../test/clauses/check.ts";
import { clauses } from "../test/clauses/clauses.ts";
import { page } from "../test/clauses/page.ts";
import { prove } from "../test/clauses/prove.ts";

const { values, positionals } = parseArgs({
  options: { prove: { type: "boolean", default: false }, write: { type: "boolean", default: false } },
  allowPositionals: true,
});
const asked = clauses.filter(
  ({ clause }) =>
    positionals.length === 0 || positionals.some((name) => clause === name || clause.startsWith(`${name}.`)),
);

if (!values.prove) {
  for (const { clause, says, tests, mutation } of asked) {
    console.log(`${clause.padEnd(5)} ${says}`);
    for (const { file, name } of tests) console.log(`        ${file}: ${name}`);
    console.log(`      - ${mutation.file}: ${mutation.from.trim()}`);
    console.log(`      + ${mutation.to.trim()}`);
  }
}
const faults = faultsOf(clauses);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else if (values.prove) await proveAll();
if (values.write) writeFileSync(new URL("../docs/internals/clauses.md", import.meta.url), page(clauses));
console.log(`${asked.length} clauses, ${faults.length} faults in the list`);

async function proveAll(): Promise<void> {
  let green = 0;
  await prove(asked, ({ clause, red, says }) => {
    console.log(`${red ? "red  " : "GREEN"} ${clause.clause.padEnd(5)} ${clause.says}`);
    if (red) return;
    green += 1;
    for (const line of says) console.log(line);
  });
  console.log(`${asked.length - green} of ${asked.length} faults were found`);
  if (green > 0) process.exitCode = 1;
}
