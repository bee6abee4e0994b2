import type { Clause } from "./clause.ts";

/** The page of the documentation that lists the clauses. */
export function page(clauses: readonly Clause[]): string {
  const tests = new Set(clauses.flatMap((clause) => clause.tests.map(({ file, name }) => `${file} ${name}`)));
  const rows = clauses.map(({ clause, says, tests, mutation }) => {
    const shown = tests.map(({ file, name }) => `${cell(name)} (\`${file}\`)`).join("<br>");
    return `| ${clause} | ${cell(says)} | ${shown} | \`${mutation.file.replace("packages/core/", "")}\` |`;
  });
  return `# The clauses and their tests

Every sentence of the contract that can be tested, in short, with the tests that hold the code to it. For each of them there is one line of the source
and a fault in it (\`test/clauses/\`) that at least one of the tests finds.

- \`npm run clauses\` prints this list and checks that every test and every line is still there; \`npm test\` checks the same.
- \`npm run clauses -- --prove\` puts each fault, one at a time, into a copy of the sources and runs the clause's tests, which must fail; without a fault
  they must pass. \`npm run clauses -- --prove 4.8 5\` does so for a clause or a section.
- \`npm run clauses -- --write\` writes this page.

${clauses.length} sentences, ${tests.size} tests, ${clauses.length} faults; each fault was put in, and found.

| clause | says | tests | the fault is in |
|---|---|---|---|
${rows.join("\n")}
`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
