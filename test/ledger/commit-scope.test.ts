import { beforeAll, describe, expect, it } from "vitest";
import { creditsOn } from "../../packages/core/src/credits.ts";
import { pgDatabase } from "../../packages/core/src/database/pg.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import type { Database, Statement } from "../../packages/core/src/database/port.ts";
import { freshSchema, testDatabaseUrl } from "../setup/database.ts";
import { pgliteTemplate } from "../setup/pglite-template.ts";
import { catalog, everyVerb } from "./every-verb.ts";

const scopes = ["mixed", "workspace"] as const;
const databases: Readonly<Record<string, () => Database>> = {
  PostgreSQL: () => pgDatabase({ connectionString: testDatabaseUrl(), max: 10 }),
  PGlite: () => pgliteDatabase({ memory: true, template: pgliteTemplate() }),
};

/** The same database, with every statement that is sent to it noted under the session that sent it. */
function noting(database: Database, sessions: Statement[][]): Database {
  return {
    ...database,
    withSession: (work) =>
      database.withSession((session) => {
        const sent: Statement[] = [];
        sessions.push(sent);
        return work({
          run(made) {
            const statements = [...made];
            sent.push(...statements);
            return session.run(statements);
          },
          script: (text) => session.script(text),
        });
      }),
  };
}

function engine(database: Database, commitScope: (typeof scopes)[number]) {
  const logged: unknown[] = [];
  const log = (message: string, error: unknown) => logged.push({ message, error });
  const credits = creditsOn(database, { schema: freshSchema(), catalog, commitScope, background: false, log });
  return { credits, logged };
}

describe("every verb gives the same answers", () => {
  let expected: Record<string, unknown>;

  beforeAll(async () => {
    const { credits, logged } = engine(databases.PostgreSQL?.() as Database, "mixed");
    expected = await everyVerb(credits, "story");
    expect(logged).toEqual([]);
    await credits.close();
  }, 30_000);

  it("and they are those of the contract", () => {
    expect(expected).toMatchObject({
      "put again": { outcome: "updated" },
      "promo again": { outcome: "granted", replayed: true },
      "paid twice": { outcome: "paid", replayed: true },
      approve: { outcome: "approved" },
      "charge again": { outcome: "charged", replayed: true },
      "other input": { code: "id_reused" },
      settle: { outcome: "settled", charge: { settledAmount: 90, refundedAmount: 30 } },
      "settle again": { outcome: "already_settled" },
      support: { outcome: "refunded", restored: 30 },
      refund: { outcome: "refunded" },
      "too much": { outcome: "cap_reached" },
      viewer: { outcome: "not_allowed", reason: "removed" },
      metered: { charge: { amount: 75 } },
      extend: { charge: { amount: 100 } },
      measured: { outcome: "settled", charge: { settledAmount: 91 } },
      run: { outcome: "settled" },
      fail: { outcome: "settled", charge: { settledAmount: 30, refundedAmount: 30, reason: "failed" } },
      backwards: { code: "clock_backwards" },
      "next month": { plan: "pro" },
      "too late": { code: "archived" },
      verify: { ok: true, differences: [] },
    });
  });

  const others = Object.keys(databases).flatMap((kind) => scopes.map((scope) => [kind, scope] as const));
  it.each(others.slice(1))(
    "on %s, committing %s",
    async (kind, scope) => {
      const { credits, logged } = engine(databases[kind]?.() as Database, scope);
      try {
        expect(await everyVerb(credits, "story")).toEqual(expected);
        expect(logged).toEqual([]);
      } finally {
        await credits.close();
      }
    },
    30_000,
  );
});

/** What names no table that is distributed: transactions, their settings, the clock and the catalog everybody has. */
const everywhere =
  /^(begin|commit|rollback|select set_config|select \(date_part|select (catalog|version) from|lock table "[^"]+".catalog_version)/;

/** The tables that a statement names, and the places where it says whose rows it means. */
function scoped({ text, params }: Statement): { tables: number; mentions: number; workspace: unknown } {
  const tables = text.match(/"test_[0-9a-f]+"\.(?!catalog_version)\w+/g) ?? [];
  const mentions = text.match(/(workspace_id|\b[wt]\.id) = \$1|(select |values \()\$1::text, /g) ?? [];
  return { tables: tables.length, mentions: mentions.length, workspace: params?.[0] };
}

describe("committing a workspace at a time", () => {
  it("names one workspace in every statement, as a constant, for every table", async () => {
    const sessions: Statement[][] = [];
    const { credits } = engine(noting(databases.PostgreSQL?.() as Database, sessions), "workspace");
    await credits.ready();
    sessions.splice(0);
    await everyVerb(credits, "story");
    // And what many workspaces ask for at once.
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const workspace = `many-${n}`;
        await credits.workspaces.put({ workspace });
        await credits.members.put({ workspace, member: "ada", role: "editor" });
        const key = { workspace, id: "c" };
        await credits.run({ ...key, member: "ada", feature: "generate-image" }, () => {});
      }),
    );
    await credits.close();

    const named = sessions.map((sent) => sent.filter(({ text }) => !everywhere.test(text)));
    expect(named.flat().length).toBeGreaterThan(200);
    for (const statement of named.flat()) {
      const { tables, mentions, workspace } = scoped(statement);
      expect(mentions, statement.text).toBeGreaterThanOrEqual(Math.max(tables, 1));
      expect(typeof workspace, statement.text).toBe("string");
    }
    // And no session, which is a transaction at most, names two workspaces.
    for (const sent of named) expect(new Set(sent.map(({ params }) => params?.[0])).size).toBeLessThanOrEqual(1);
  }, 30_000);
});
