import pg from "pg";
import type { TestProject } from "vitest/node";
import { oldestMajor } from "../../scripts/postgres/binaries.ts";
import { startTestServer } from "./test-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The PostgreSQL that tests may use. Take a schema of your own with `freshSchema()`. */
    databaseUrl: string;
  }
}

/**
 * One PostgreSQL for the whole test run, given to tests as `inject("databaseUrl")` and to the processes they start as
 * DUCAT_TEST_DATABASE_URL. Where that variable is set already, its server is used and nothing is started. Without a
 * server the run fails: tests on a real database are never skipped.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Whatever the person's own database is, no test and no process that a test starts may come to know it.
  delete process.env.DATABASE_URL;

  const given = process.env.DUCAT_TEST_DATABASE_URL;
  const server = given ? await borrow(given) : await startTestServer();
  process.env.DUCAT_TEST_DATABASE_URL = server.url;
  project.provide("databaseUrl", server.url);
  return async () => {
    await server.stop();
    if (!given) delete process.env.DUCAT_TEST_DATABASE_URL;
  };
}

async function borrow(url: string): Promise<{ url: string; stop(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query<{ major: number }>(
      "select current_setting('server_version_num')::int / 10000 as major",
    );
    const major = rows[0]?.major ?? 0;
    if (major < oldestMajor) throw new Error(`it is PostgreSQL ${major}, and ${oldestMajor} is the oldest supported`);
  } catch (error) {
    throw new Error("The server that DUCAT_TEST_DATABASE_URL names cannot be used.", { cause: error });
  } finally {
    await client.end();
  }
  return { url, stop: async () => {} };
}
