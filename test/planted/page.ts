import { type PlantedBug, UNIT_TESTS } from "./planted-bug.ts";

/** `docs/internals/planted-bugs.md`, from what the patches say of themselves. */
export function page(bugs: readonly PlantedBug[]): string {
  const rows = bugs.map(
    ({ name, kind, mistake, inTheField, caughtBy }) =>
      `| [${name}](../../test/planted/${name}.patch) | ${kind} | ${mistake} | ${linked(inTheField)} | ${caughtBy} |`,
  );
  const unseen = bugs.filter(({ caughtBy }) => caughtBy !== UNIT_TESTS).length;
  return `# Planted bugs

Mistakes that people make in good faith where credits are counted, each as a small patch of the sources. All of them compile.
${unseen} pass the unit tests of the files they touch, as a mistake does that comes as far as a review; a suite must catch each.
The other ${bugs.length - unseen}, in the rules of the engine, did so too until mutation testing had sharpened its unit tests, which now find them.

- \`npm run planted\` plants each in a copy of the sources, runs the unit tests of the files it touches, and asks the suites in
  turn until one fails. A bug that none catches, that no longer applies, or of which the patch says wrongly whether the unit
  tests find it, is a failure. \`npm run planted -- NAME\` takes some of them.
- \`npm run planted -- --short\`, which CI runs, plants each, too, and asks only the tests that are known to catch it.
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
