import pg from "pg";
import { afterAll } from "vitest";
import { testDatabaseUrl } from "./database.ts";

const opened: pg.Client[] = [];

/** A connection of somebody else's: a host's own transaction, or an operator's hand. Closed when the test file is done. */
export async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: testDatabaseUrl() });
  client.on("error", () => {});
  await client.connect();
  opened.push(client);
  return client;
}

afterAll(async () => {
  await Promise.all(opened.splice(0).map((client) => client.end()));
});

export interface HeldWorkspace {
  client: pg.Client;
  /** Commits, and so lets the workspace go. */
  release(): Promise<void>;
}

/** Holds a workspace's row as a transaction of the host's own does. */
export async function holdWorkspace(schema: string, workspace: string): Promise<HeldWorkspace> {
  const client = await connect();
  await client.query("begin");
  await client.query(`select 1 from ${schema}.workspace where id = $1 for update`, [workspace]);
  return {
    client,
    async release() {
      await client.query("commit");
    },
  };
}

/** Asks the database again and again until the answer is true. A test that waits for ever fails by its time limit. */
export async function until(client: pg.Client, condition: string, params: unknown[] = []): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`select (${condition}) as met`, params);
    if (rows[0]?.met === true) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when so many connections wait for a lock that this one holds. */
export async function untilWaiting(client: pg.Client, count: number): Promise<void> {
  const { rows } = await client.query("select pg_backend_pid() as pid");
  const observer = await connect();
  await until(
    observer,
    "(select count(*) from pg_stat_activity where $1::int = any(pg_blocking_pids(pid))) >= $2::int",
    [rows[0].pid, count],
  );
}
