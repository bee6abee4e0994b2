import { resolve } from "node:path";
import {
  type Catalog,
  type Charge,
  type ChargesInput,
  type Client,
  type Credits,
  createClient,
  createCredits,
  isDucatError,
  type Page,
} from "ducat";
import { readAddress } from "./address-file.ts";
import { keyFileOf, readApiKey } from "./api-key.ts";
import { type CommonSettings, databaseOf, type LedgerSettings, requireDatabase } from "./settings.ts";
import { UsageError } from "./usage-error.ts";

/** What commands do with a ledger, be it by a running server or by its database. */
export interface LedgerVerbs extends Pick<Client, "balance" | "explain" | "supportRefund" | "grant" | "catalog"> {
  charges: { list(input: ChargesInput): PromiseLike<Page<Charge>> };
}

/**
 * Does the work with the server that `--url` names, or with the database. An embedded database that a running server uses
 * is asked through that server: only one process can open it.
 */
export async function withLedger<Answer>(
  settings: LedgerSettings,
  work: (verbs: LedgerVerbs) => Promise<Answer>,
): Promise<Answer> {
  const { url } = settings;
  if (url !== undefined) return await work(createClient({ baseUrl: url, apiKey: keyFor(url, settings) }));
  try {
    return await withDatabase(settings, (credits) => work(credits));
  } catch (error) {
    const server = serverInUse(error, settings);
    if (server === null) throw error;
    return await work(server);
  }
}

/** For what only the database can answer: nobody else may be using an embedded one. */
export async function withOwnDatabase<Answer>(
  settings: CommonSettings,
  work: (credits: Credits) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await withDatabase(settings, work);
  } catch (error) {
    if (!isDucatError(error) || error.code !== "data_directory_in_use") throw error;
    const { pid } = error.details;
    const who = typeof pid === "number" ? `process ${pid}` : "another process";
    throw new Error(
      `This command needs the database itself, which ${who} uses. Stop that server first; on PostgreSQL both can run.`,
    );
  }
}

/** Opens the database itself. It must have been migrated: a command that asks must not change where it looks. */
async function withDatabase<Answer>(
  settings: CommonSettings,
  work: (credits: Credits) => Promise<Answer>,
): Promise<Answer> {
  requireDatabase(settings);
  const credits = createCredits<Catalog>({
    database: databaseOf(settings),
    schema: settings.schema,
    migrate: "check",
    background: false,
  });
  try {
    await credits.ready();
    return await work(credits);
  } finally {
    await credits.close();
  }
}

/** The key in the data directory is that of one server. Any other that `--url` names would learn it by being asked. */
function keyFor(url: string, settings: LedgerSettings): string {
  if (settings.apiKey !== undefined) return settings.apiKey;
  const directory = resolve(settings.dataDir);
  const own = readAddress(directory);
  const key = own !== null && isSameAddress(own, url) ? readApiKey(directory) : null;
  if (key !== null) return key;
  const why = own === null ? "" : ` The one in ${keyFileOf(directory)} is for ${own} only.`;
  throw new UsageError(`Give the server's secret key with DUCAT_API_KEY (or --api-key).${why}`);
}

function isSameAddress(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).href === new URL(other).href;
}

/** The server that holds the data directory, when it has said where it listens. */
function serverInUse(error: unknown, settings: LedgerSettings): LedgerVerbs | null {
  if (!isDucatError(error) || error.code !== "data_directory_in_use") return null;
  const directory = resolve(settings.dataDir);
  const baseUrl = readAddress(directory);
  const apiKey = settings.apiKey ?? readApiKey(directory);
  return baseUrl === null || apiKey === null ? null : createClient({ baseUrl, apiKey });
}
