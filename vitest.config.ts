import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["ducat-source"] },
  ssr: { resolve: { conditions: ["ducat-source"] } },
  test: {
    // An embedded database takes seconds to start on a busy machine; a test that hangs is still told.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/setup/postgres.ts", "test/setup/pglite-template.ts"],
  },
});
