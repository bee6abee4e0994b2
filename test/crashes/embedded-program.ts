import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { creditsOn } from "../../packages/core/src/credits.ts";
import { pgliteDatabase } from "../../packages/core/src/database/pglite.ts";
import type { Database, Session } from "../../packages/core/src/database/port.ts";
import type { Aim, Mark } from "./batch-observer.ts";
import { callsOf, type Verb } from "./ledger-call.ts";

/*
 * A product that embeds Ducat, with its database in a folder: it does what it is told over the channel, and writes to its
 * third output where each batch is. A mark is written when the statements have left and when their answer has come, and
 * nothing else happens here before it is written: what is read there after this process was killed is how far it got.
 *
 * Told to hold, it does nothing more when the moment has come, so that the kill, which takes a moment to arrive, finds it
 * there. Its database, on a thread of its own, goes on meanwhile.
 */
const [directory, template] = process.argv.slice(2) as [string, string?];
const markOutput = 3;
let lastBatch = 0;
let aim: Aim | undefined;

const credits = creditsOn(marking(pgliteDatabase({ directory, ...(template === undefined ? {} : { template }) })), {
  background: false,
  log: (message, error) => process.send?.({ fault: `${message}: ${inspect(error)}` }),
});
const call = callsOf(credits);

interface Told {
  hold?: Aim;
  n: number;
  verb: Verb | "verify";
  input: Record<string, unknown>;
}

process.on("message", ({ hold, n, verb, input }: Told) => {
  if (hold !== undefined) {
    aim = hold;
    return;
  }
  const answered = verb === "verify" ? credits.verify(input) : call(verb, input);
  answered.then(
    (answer) => process.send?.({ n, answer }),
    (error: { code?: string }) => process.send?.({ n, code: error.code ?? "unknown", message: inspect(error) }),
  );
});
// The end of the channel is what the death of the process at its other end looks like.
process.on("disconnect", () => void credits.close());
await credits.ready();
process.send?.({ ready: true });

function marking(database: Database): Database {
  return { ...database, withSession: (work) => database.withSession((session) => work(markingSession(session))) };
}

function markingSession(session: Session): Session {
  let batch = 0;
  const tell = (mark: Mark) => {
    writeSync(markOutput, `${batch} ${mark}\n`);
    if (aim?.moment !== mark || --aim.times > 0) return;
    writeSync(markOutput, `${batch} held\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  return {
    script: (text) => session.script(text),
    async run(all) {
      const statements = [...all];
      // Only a batch begins with this name: a read has another.
      const opens = statements[0]?.name === "begin";
      const saves = batch > 0 && statements.at(-1)?.name === "commit";
      if (opens) batch = ++lastBatch;
      const running = session.run(statements);
      if (opens || saves) tell(opens ? "opened" : "saving");
      try {
        const results = await running;
        if (opens || saves) tell(saves ? "over" : "loaded");
        return results;
      } catch (error) {
        if (batch > 0) tell("over");
        throw error;
      }
    },
  };
}
