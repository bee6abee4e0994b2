import pg from "pg";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import { creditsPerCharge, type PairContender, type Population, wrong } from "../contender.ts";
import { poolSize } from "../sessions.ts";

/** The library keeps an `integer`; its limit must lie beyond any run. */
const limit = 2_000_000_000;

/** What comes back at the settle, so that the final count proves that both halves ran. */
const rewarded = 9;

/** rate-limiter-flexible on PostgreSQL: it counts points a key and keeps no ids, no ledger and no charges. */
export function rateLimiter(connectionString: string): PairContender {
  const pool = new pg.Pool({ connectionString, max: poolSize, idleTimeoutMillis: 0 });
  let limiter: RateLimiterPostgres;
  let population: Population;
  return {
    kind: "pairs",
    name: "rate-limiter",
    backend: "postgresql",
    description: "rate-limiter-flexible: consume, then reward; counts only, no ledger, no ids",
    async prepare(given) {
      population = given;
      limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
        const made: RateLimiterPostgres = new RateLimiterPostgres(
          {
            storeClient: pool,
            points: limit,
            duration: 0,
            tableName: "rate_limiter",
            keyPrefix: "",
            clearExpiredByTimeout: false,
          },
          (error) => (error ? reject(error) : resolve(made)),
        );
      });
      // Every other contender finds its rows in place; so does this one.
      await pool.query("INSERT INTO rate_limiter (key, points) SELECT id, 0 FROM unnest($1::text[]) AS id", [
        population.workspaces.map((workspace) => limiter.getKey(workspace)),
      ]);
      await pool.query("ANALYZE rate_limiter");
    },
    async charge(index) {
      await limiter.consume(population.workspaces[index] as string, creditsPerCharge);
    },
    async settle(index) {
      await limiter.reward(population.workspaces[index] as string, rewarded);
    },
    async check(pairs) {
      const { rows } = await pool.query<{ key: string; points: number }>("SELECT key, points FROM rate_limiter");
      const points = new Map(rows.map((row) => [row.key, row.points]));
      for (const [index, workspace] of population.workspaces.entries()) {
        const expected = (creditsPerCharge - rewarded) * (pairs[index] ?? 0);
        const found = points.get(limiter.getKey(workspace));
        if (found !== expected) wrong("rate-limiter", `${workspace} has ${found} points, not ${expected}`);
      }
    },
    close: () => pool.end(),
  };
}
