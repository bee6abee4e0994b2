import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

test("all of the client is at most 4 kB, gzipped", { timeout: 60_000 }, async () => {
  const built = await build({
    logLevel: "silent",
    configFile: false,
    build: { write: false, lib: { entry, formats: ["es"] }, minify: true },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error("nothing was built");
  const [chunk] = output.output;
  expect(gzipSync(chunk.code).length).toBeLessThanOrEqual(4096);
  expect(output.output).toHaveLength(1);
});
