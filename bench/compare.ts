import type { Contender, Population } from "./contender.ts";
import type { Options } from "./options.ts";
import { whole } from "./report.ts";
import { createResults, type Results } from "./results.ts";
import { prepareTrack, runTrack, type Track } from "./track.ts";

export interface Stage {
  options: Options;
  population: Population;
  checkpoint: () => Promise<void>;
  say: (line: string) => void;
}

/**
 * All contenders under all loads, in rounds: every contender meets each load once a round, and each round begins with another
 * contender, so that a machine that slows down or warms up does so for all of them.
 */
export async function compare(contenders: readonly Contender[], stage: Stage): Promise<Results> {
  const { options, population, say } = stage;
  const tracks: Track[] = [];
  for (const contender of contenders) {
    say(`prepare ${contender.name}`);
    tracks.push(await prepareTrack(contender, population));
  }
  const results = createResults();
  for (let round = 0; round < options.rounds; round++) {
    for (const shape of options.shapes) {
      for (const [index, callers] of options.callers.entries()) {
        for (const track of rotated(tracks, round)) {
          const { contender } = track;
          const bulk = contender.kind === "bulk";
          if (bulk && index > 0) continue;
          const measurement = await runTrack(track, { ...options, shape, callers }, stage.checkpoint);
          const { name, backend } = contender;
          results.add({ contender: name, backend, shape, callers: bulk ? null : callers }, measurement);
          const load = bulk ? shape : `${shape}, ${callers} callers`;
          say(`round ${round + 1}: ${name}, ${load}: ${whole(measurement.pairsPerSecond)} pairs/s`);
        }
      }
    }
  }
  for (const { contender } of tracks) {
    if (contender.kind === "pairs" && contender.prove) {
      say(`prove ${contender.name}`);
      await contender.prove();
    }
  }
  return results;
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const at = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(at), ...values.slice(0, at)];
}
