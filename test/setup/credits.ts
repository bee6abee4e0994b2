import type { Catalog } from "@ducat/client";
import { type Credits, type CreditsOptions, createCredits, type defaultCatalog } from "ducat";
import { afterAll } from "vitest";
import { freshSchema, testDatabaseUrl } from "./database.ts";

const opened: { close(): Promise<void> }[] = [];

/** What an engine said went wrong inside; a test that expects nothing of the kind says so with `toEqual([])`. */
export interface Logged {
  message: string;
  error: unknown;
}

export interface TestCredits<C extends Catalog> {
  credits: Credits<C>;
  schema: string;
  logged: Logged[];
}

type Options<C extends Catalog> = Partial<CreditsOptions<C>>;

/** An engine on the test server, in a schema of its own unless one is given; closed when the test file is done. */
export function testCredits<C extends Catalog = typeof defaultCatalog>(options: Options<C> = {}): TestCredits<C> {
  const schema = options.schema ?? freshSchema();
  const logged: Logged[] = [];
  const credits = createCredits<C>({
    database: { connectionString: testDatabaseUrl() },
    background: false,
    log: (message, error) => logged.push({ message, error }),
    ...options,
    schema,
  });
  opened.push(credits);
  return { credits, schema, logged };
}

afterAll(async () => {
  await Promise.all(opened.splice(0).map((credits) => credits.close()));
});
