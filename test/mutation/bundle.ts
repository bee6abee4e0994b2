import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

/*
 * Every mutant runs some tests in a process of its own, thousands of times. One file starts in a fraction of the time
 * of the hundred that it is made of. Only tests without a database are in it, the quickest first: a mutant is dead at
 * the first one that fails.
 */
const patterns = [
  "packages/core/test/engine/**/!(properties).test.ts",
  "test/contract/engine.test.ts",
  "test/contract/agreement.test.ts",
  "packages/core/test/engine/properties.test.ts",
];
const root = join(import.meta.dirname, "../..");
const outDir = join(root, "reports/mutation/bundle");
const entry = join(outDir, "all.ts");

const tests = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).sort());
const files = ["test/mutation/fixed-seed.ts", ...tests];
mkdirSync(outDir, { recursive: true });
writeFileSync(entry, files.map((file) => `import ${JSON.stringify(join(root, file))};\n`).join(""));

await build({
  root,
  configFile: false,
  logLevel: "warn",
  ssr: { noExternal: true, external: ["vitest"], resolve: { conditions: ["ducat-source", "node"] } },
  build: {
    ssr: entry,
    outDir,
    emptyOutDir: false,
    minify: false,
    // A package may say that its files do nothing on being loaded; its tests do.
    rolldownOptions: { treeshake: false, output: { entryFileNames: "all.test.js" } },
  },
});
