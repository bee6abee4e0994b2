import type { PlantedBug } from "./planted-bug.ts";

/** `docs/internals/planted-bugs.md`, from what the patches say of themselves. */
export function page(bugs: readonly PlantedBug[]): string {
  const rows = bugs.map(
    ({ name, kind, mistake, inTheField, caughtBy }) =>
      `| [${name}](../../test/planted/${name}.patch) | ${kind} | ${mistake} | ${linked(inTheField)} | ${caughtBy} |`,
  );
  return `# Planted bugs

Mistakes that people make in good faith where credits are counted, each as a small patch of the sources. All of them compile
and pass the unit tests of the files they touch, as a mistake does that comes as far as a review; a suite must catch each.

- \`npm run planted\` plants each in a copy of the sources and asks the suites in turn until one fails. A bug that none catches,
  that no longer applies, or that a unit test finds is a failure. \`npm run planted -- NAME\` takes some of them.
- \`npm run planted -- --short\`, which CI runs, applies and compiles all, and tries three, others each day, with the suite that
  is known to catch them.
- \`npm run planted -- --write\` writes this page.

When the sources have changed and a patch no longer applies, make the same mistake anew: apply it by hand, and keep the header.

| bug | class | the mistake | in the field | caught by |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

/** `owner/name#1` as a link to that issue or pull request. */
function linked(text: string): string {
  return text.replaceAll(/([\w.-]+\/[\w.-]+)#(\d+)/g, "[$1#$2](https://github.com/$1/issues/$2)");
}
