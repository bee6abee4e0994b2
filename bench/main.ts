import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeContenders, wantedBy } from "./all-contenders.ts";
import { compare } from "./compare.ts";
import { populationOf } from "./contender.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { startPostgres } from "./postgres-server.ts";
import { asJson, remarks, tables } from "./report.ts";
import { checkpointer } from "./track.ts";

const say = (line: string) => process.stderr.write(`${line}\n`);

const options = readOptions(process.argv.slice(2));
if (!options) process.stdout.write(`${usage}\n`);
else await main(options);

async function main(options: Options): Promise<void> {
  const server = await startPostgres();
  const directory = await mkdtemp(join(tmpdir(), "ducat-bench-pglite-"));
  const database = await checkpointer(server.connectionString);
  const places = { connectionString: server.connectionString, directory };
  const stage = { options, population: populationOf(options.workspaces), checkpoint: database.run, say };
  try {
    say(`PostgreSQL ${server.version}, Node ${process.versions.node}`);
    const contenders = await makeContenders(places, wantedBy(options.only), say);
    try {
      const results = await compare(contenders, stage);
      process.stdout.write(`${tables(results)}\n\n${remarks(results).join("\n")}\n`);
      await writeOutput(options.output, asJson(results, { options, server, contenders }));
    } finally {
      for (const contender of contenders) await contender.close();
    }
  } finally {
    await database.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeOutput(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  say(`written: ${file}`);
}
