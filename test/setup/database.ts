import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";

const namedSchemas: string[] = [];

/**
 * Names a schema that nobody else uses, for tests to make and fill; call it anywhere in a test file. What has been
 * made of it is dropped when the file is done. A test that leaves a transaction open makes that fail, within seconds
 * rather than never, and so is found.
 */
export function freshSchema(): string {
  const name = `test_${randomUUID().replaceAll("-", "").slice(0, 20)}`;
  namedSchemas.push(name);
  return name;
}

/** The URL of the PostgreSQL that tests may use, always as a superuser of a server that is theirs. */
export function testDatabaseUrl(): string {
  return inject("databaseUrl");
}

afterAll(async () => {
  if (namedSchemas.length === 0) return;
  const client = new pg.Client({ connectionString: testDatabaseUrl() });
  await client.connect();
  try {
    await client.query("set lock_timeout = '5s'; set client_min_messages = warning");
    for (const name of namedSchemas.splice(0)) await client.query(`drop schema if exists ${name} cascade`);
  } finally {
    await client.end();
  }
});
