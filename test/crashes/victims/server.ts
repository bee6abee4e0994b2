import { createClient, createCredits } from "ducat";
import { makeRoom, type Served, serve } from "../../../packages/server/test/command.ts";
import { moments } from "../batch-observer.ts";
import { callsOf } from "../ledger-call.ts";
import type { Victim } from "../victim.ts";
import { startWatchingProxy } from "../watching-proxy.ts";

const apiKey = "a-secret-of-the-crash-tests";

/** `ducat serve` as a process of its own, on a PostgreSQL that stays; its clients speak HTTP. */
export async function serverVictim(databaseUrl: string, schema: string): Promise<Victim> {
  const room = makeRoom();
  const proxy = await startWatchingProxy(databaseUrl);
  const direct = createCredits({ database: { connectionString: databaseUrl }, schema, background: false });
  let server: Served;
  let call = callsOf({});

  async function start(): Promise<void> {
    const where = {
      directory: room.directory,
      env: { DATABASE_URL: proxy.url, DUCAT_SCHEMA: schema, DUCAT_API_KEY: apiKey },
    };
    server = await serve(where, ["--verbose"]);
    // An answer that was lost is told as lost: who tries again here are the callers.
    call = callsOf(createClient({ baseUrl: server.url, apiKey, retries: 0 }));
  }

  await start();
  return {
    name: "ducat serve",
    moments,
    call: (verb, input) => call(verb, input),
    verify: (workspaces) => direct.verify(workspaces === undefined ? {} : { workspaces }),
    watch: proxy.note,
    kill: (aim) =>
      proxy.at(aim, async () => {
        server.signal("SIGKILL");
        const underWay = proxy.underWay();
        proxy.say("killed");
        await server.ended;
        // What the process had sent, the database carries out to its end.
        await proxy.quiet();
        return underWay;
      }),
    restart: start,
    lostCodes: ["unreachable", "unexpected_answer"],
    faults: () => (server.output.stderr === "" ? [] : [server.output.stderr]),
    async close() {
      server.signal("SIGTERM");
      await server.ended;
      await direct.close();
      await proxy.close();
      room.remove();
    },
  };
}
