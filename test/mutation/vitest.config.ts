import { defineConfig } from "vitest/config";

/** For Stryker, which runs the bundle that `bundle.ts` has made of the instrumented sources. */
export default defineConfig({
  test: {
    include: ["reports/mutation/bundle/all.test.js"],
    isolate: false,
    experimental: { viteModuleRunner: false },
  },
});
