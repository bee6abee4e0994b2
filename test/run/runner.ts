import { once } from "node:events";
import { createCredits } from "ducat";

/**
 * A process that runs one generation: it says `working` when its work begins and `aborted` when its signal fires, works
 * until it is told `finish`, and then tells what became of it.
 */
export interface Job {
  url: string;
  schema: string;
  input: Record<string, unknown>;
}

process.once("message", (job: Job) => void perform(job));
process.on("disconnect", () => process.exit());

async function perform({ url, schema, input }: Job): Promise<void> {
  const credits = createCredits({ database: { connectionString: url }, schema, background: false });
  const result = await credits.run(input as never, async ({ signal, deliver }) => {
    signal.addEventListener("abort", () => process.send?.({ said: "aborted" }));
    deliver(1);
    process.send?.({ said: "working" });
    await once(process, "message");
    return "a picture";
  });
  await credits.close();
  process.send?.({ said: "done", result });
}
