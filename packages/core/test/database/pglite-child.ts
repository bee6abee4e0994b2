import { pgliteTemplate } from "../../../../test/setup/pglite-template.ts";
import { pgliteDatabase } from "../../src/database/pglite.ts";

/** Inserts row after row into the folder given, and writes a line for each that was acknowledged; with `once`, one row. */
const [directory, once] = process.argv.slice(2);
if (directory === undefined) throw new Error("Which folder?");
const database = pgliteDatabase({ directory, template: pgliteTemplate() });

await database.withSession((session) => session.script("create table if not exists thing (id int)"));
for (let id = 0; id < (once ? 1 : Number.POSITIVE_INFINITY); id++) {
  await database.withSession((session) =>
    session.run([
      { text: "begin" },
      { name: "insert", text: "insert into thing values ($1::int)", params: [id] },
      { text: "commit" },
    ]),
  );
  if (!once) process.stdout.write(`${id}\n`);
}
