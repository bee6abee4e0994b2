import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["ducat-source"] },
  ssr: { resolve: { conditions: ["ducat-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/setup/postgres.ts", "test/setup/pglite-template.ts"],
  },
});
