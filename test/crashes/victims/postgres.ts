import { inspect } from "node:util";
import { createCredits } from "ducat";
import { startTemporaryServer } from "../../../scripts/postgres/temporary-server.ts";
import { moments } from "../batch-observer.ts";
import { callsOf } from "../ledger-call.ts";
import type { Victim } from "../victim.ts";
import { startWatchingProxy } from "../watching-proxy.ts";

/** As in production: what is committed is on the disk. */
const durable = { fsync: "on", synchronous_commit: "on", full_page_writes: "on", timezone: "UTC" };

/**
 * Every process of a PostgreSQL, under a ledger in this process that is never told of it: the same one before and after
 * every kill.
 */
export async function postgresVictim(): Promise<Victim> {
  const server = await startTemporaryServer({
    initialize: ["--locale=C"],
    settings: durable,
  });
  const proxy = await startWatchingProxy(server.url);
  const faults: string[] = [];
  const credits = createCredits({
    database: { connectionString: proxy.url },
    background: false,
    log: (message, error) => faults.push(`${message}: ${inspect(error)}`),
  });
  await credits.ready();

  return {
    name: "PostgreSQL",
    moments,
    call: callsOf(credits),
    verify: (workspaces) => credits.verify(workspaces === undefined ? {} : { workspaces }),
    watch: proxy.note,
    kill: (aim) =>
      proxy.at(aim, async () => {
        const underWay = proxy.underWay();
        proxy.say("killed");
        // The order to kill takes a moment to arrive. Whoever has no answer now, gets none.
        proxy.mute();
        await server.kill();
        return underWay;
      }),
    restart: () => server.start(),
    lostCodes: ["database_unavailable"],
    faults: () => faults.splice(0),
    async close() {
      await credits.close();
      await proxy.close();
      await server.stop();
    },
  };
}
