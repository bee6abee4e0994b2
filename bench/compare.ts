import { selectNames } from "./all-contenders.ts";
import type { Contender } from "./contender.ts";
import { syncMilliseconds } from "./disk.ts";
import { asJson, remarks, tables, whole } from "./report.ts";
import { createResults } from "./results.ts";
import type { Stage } from "./stage.ts";
import { prepareTrack, runTrack, type Track, touchPages } from "./track.ts";

/**
 * All contenders under all loads, in rounds: every contender meets each load once a round, and each round begins with another
 * contender, so that a machine that slows down or warms up does so for all of them.
 */
export async function compare(stage: Stage): Promise<void> {
  const { options, say } = stage;
  const tracks: Track[] = [];
  for (const name of selectNames(options.only)) {
    say(`prepare ${name}`);
    tracks.push(await prepareTrack(await stage.make(name), stage.population));
  }

  const results = createResults();
  const diskSync: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    await stage.checkpoint();
    for (const track of tracks) await touchPages(track, options.callers);
    diskSync.push(syncMilliseconds());
    for (const shape of options.shapes) {
      for (const [index, callers] of options.callers.entries()) {
        for (const track of rotated(tracks, round)) {
          const { name, backend, kind } = track.contender;
          if (kind === "bulk" && index > 0) continue;
          const measurement = await runTrack(track, { ...options, shape, callers });
          results.add({ contender: name, backend, shape, callers: kind === "bulk" ? null : callers }, measurement);
          const load = kind === "bulk" ? shape : `${shape}, ${callers} callers`;
          say(`round ${round + 1}: ${name}, ${load}: ${whole(measurement.pairsPerSecond)} pairs/s`);
        }
      }
    }
  }

  const contenders = tracks.map((track) => track.contender);
  for (const contender of contenders) await prove(contender, say);
  process.stdout.write(`${tables(results)}\n\n${remarks(results, diskSync).join("\n")}\n`);
  await stage.write(options.output, asJson(results, stage, { contenders, diskSync }));
}

async function prove(contender: Contender, say: Stage["say"]): Promise<void> {
  if (contender.kind !== "pairs" || !contender.prove) return;
  say(`prove ${contender.name}`);
  await contender.prove();
}

/** Begins with another one each time. */
export function rotated<T>(values: readonly T[], by: number): T[] {
  const at = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(at), ...values.slice(0, at)];
}
