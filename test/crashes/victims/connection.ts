import { inspect } from "node:util";
import { createCredits } from "ducat";
import type { Dice } from "../../simulation/dice.ts";
import { moments } from "../batch-observer.ts";
import { callsOf } from "../ledger-call.ts";
import type { Victim } from "../victim.ts";
import { startWatchingProxy } from "../watching-proxy.ts";

/**
 * The connection between a ledger in this process and a PostgreSQL, both of which go on: the piece of bytes under way is
 * torn anywhere, its beginning arrives, and nothing follows. The ledger must not pass that on to its callers.
 */
export async function connectionVictim(databaseUrl: string, schema: string, dice: Dice): Promise<Victim> {
  const proxy = await startWatchingProxy(databaseUrl);
  const faults: string[] = [];
  const credits = createCredits({
    database: { connectionString: proxy.url },
    schema,
    background: false,
    log: (message, error) => faults.push(`${message}: ${inspect(error)}`),
  });
  await credits.ready();

  return {
    name: "connection",
    moments,
    call: callsOf(credits),
    verify: (workspaces) => credits.verify(workspaces === undefined ? {} : { workspaces }),
    watch: proxy.note,
    kill: (aim) =>
      new Promise((resolve) => {
        let left = aim?.times ?? 1;
        const unwatch = proxy.watch((mark) => {
          if (mark === "over" || (aim !== null && mark !== aim.moment) || --left > 0) return undefined;
          unwatch();
          proxy.say("killed");
          resolve([mark]);
          return { share: dice(1000) / 1000 };
        });
      }),
    restart: async () => {},
    lostCodes: [],
    faults: () => faults.splice(0),
    async close() {
      await credits.close();
      await proxy.close();
    },
  };
}
