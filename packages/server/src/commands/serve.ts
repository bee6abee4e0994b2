import { isAbsolute, relative, resolve } from "node:path";
import { Option } from "commander";
import { pino } from "pino";
import { removeAddress, writeAddress } from "../address-file.ts";
import { keepApiKey, keyFileOf } from "../api-key.ts";
import { type RunningServer, startServer } from "../serve.ts";
import { type CommonSettings, databaseOf, readCatalog, storeCommand, wholeNumber, withExample } from "../settings.ts";
import { UsageError } from "../usage-error.ts";

interface ServeSettings extends CommonSettings {
  port: number;
  host: string;
  catalog?: string;
  apiKey?: string;
  allowedOrigins: string[];
  logLevel: string;
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

export const serveCommand = withExample(
  storeCommand("serve")
    .description("Start the server. Without a DATABASE_URL it brings its own PostgreSQL and makes its own key.")
    .addOption(
      new Option("--port <number>", "0: any free one").env("PORT").default(4100).argParser(wholeNumber(0, 65_535)),
    )
    .addOption(new Option("--host <address>", "address to listen on").env("HOST").default("127.0.0.1"))
    .addOption(
      new Option("--catalog <file>", "JSON catalog to publish; left out: what is published").env("DUCAT_CATALOG"),
    )
    .addOption(
      new Option("--api-key <key>", "secret key; left out: made and kept in the data directory").env("DUCAT_API_KEY"),
    )
    .addOption(
      new Option("--allowed-origins <list>", "browsers' origins that may call, with commas between")
        .env("DUCAT_ALLOWED_ORIGINS")
        .default([], "none")
        .argParser(origins),
    )
    .addOption(
      new Option("--log-level <level>", "logs go to stderr as JSON")
        .env("DUCAT_LOG_LEVEL")
        .default("warn")
        .choices(logLevels),
    )
    .action(serve),
  `ducat serve --port 4100
curl -H "authorization: Bearer $(cat .ducat/api-key)" http://127.0.0.1:4100/v1/catalog`,
);

function origins(text: string): string[] {
  const list = text
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
  for (const origin of list) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new UsageError(`${origin} is not an origin. Write scheme and host only, such as https://app.example.com`);
    }
  }
  return list;
}

async function serve(settings: ServeSettings): Promise<void> {
  const directory = settings.databaseUrl === undefined ? resolve(settings.dataDir) : null;
  const log = pino({ level: settings.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const server = await startServer({
    database: databaseOf(settings),
    schema: settings.schema,
    ...(settings.catalog === undefined ? {} : { catalog: readCatalog(settings.catalog) }),
    apiKeys: [apiKeyOf(settings, directory)],
    allowedOrigins: settings.allowedOrigins,
    port: settings.port,
    host: settings.host,
    log,
  }).catch((error: unknown) => {
    throw explained(error, settings);
  });
  if (directory !== null) writeAddress(directory, server.url);
  const stopped = untilStopped(server, directory);
  process.stdout.write(welcome(server, settings, directory));
  await stopped;
}

function apiKeyOf(settings: ServeSettings, directory: string | null): string {
  if (settings.apiKey !== undefined) return settings.apiKey;
  if (directory !== null) return keepApiKey(directory);
  throw new UsageError(
    "With a DATABASE_URL the server needs a secret key of yours: set DUCAT_API_KEY. A good one: openssl rand -hex 32",
  );
}

function explained(error: unknown, settings: ServeSettings): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new Error(
      `Port ${settings.port} on ${settings.host} is in use. Stop what uses it, or choose another: ducat serve --port ${settings.port + 1}`,
    );
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL") {
    return new Error(
      `This process cannot listen on ${settings.host}:${settings.port}. Choose another --host or --port.`,
    );
  }
  return error;
}

/** Ends with the first SIGTERM or SIGINT, once everything is finished. A second signal does not wait. */
function untilStopped(server: RunningServer, directory: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = (signal: NodeJS.Signals) => {
      if (stopping) process.exit(signal === "SIGINT" ? 130 : 143);
      stopping = true;
      process.stdout.write("Stopping: finishing what is running. Once more to stop at once.\n");
      if (directory !== null) removeAddress(directory);
      server.close().then(resolve, reject);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

function welcome(server: RunningServer, settings: ServeSettings, directory: string | null): string {
  const keyFile = directory !== null && settings.apiKey === undefined ? keyFileOf(directory) : null;
  const bearer = keyFile === null ? "$DUCAT_API_KEY" : `$(cat ${shellWord(shortest(keyFile))})`;
  const lines: [string, string][] = [
    ["Key", keyFile === null ? "as given by DUCAT_API_KEY" : keyFile],
    [
      "Data",
      directory === null
        ? `${withoutSecrets(settings.databaseUrl ?? "")}, schema ${settings.schema}`
        : `${directory} (embedded PostgreSQL)`,
    ],
    ["Catalog", `${server.catalogVersion}${settings.catalog === undefined ? "" : ` (${settings.catalog})`}`],
    ["Reference", `${server.url}/docs`],
  ];
  return `Ducat is running at ${server.url}

${lines.map(([name, value]) => `  ${name.padEnd(10)} ${value}`).join("\n")}

Try it:
  curl -H "authorization: Bearer ${bearer}" ${server.url}/v1/catalog

`;
}

function shortest(file: string): string {
  const fromHere = relative(process.cwd(), file);
  return fromHere.startsWith("..") || isAbsolute(fromHere) ? file : fromHere;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return "your PostgreSQL";
  const { host, pathname } = new URL(url);
  return `PostgreSQL ${host}${pathname}`;
}
